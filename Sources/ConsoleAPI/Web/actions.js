// What an officer does to alerts: one place that calls the gateway, tells the officer what came of it, and keeps a
// nervous finger from doing it twice.

import { ApiError } from "./api.js";
import { hasText, text } from "./language.js";

/**
 * After an answer the next press of the answer key is ignored for this long: a double press must not take a second
 * alert away from colleagues.
 */
const doublePressMs = 400;

export class Actions {
    /**
     * Alerts with a call on its way, and the version it was made on.
     *
     * @type {Map<string, {sequence: string | undefined}>}
     */
    #busy = new Map();
    #answerEndedMs = -Infinity;
    #isAnswering = false;

    /**
     * @param {object} links
     * @param {typeof import("./api.js").api} links.api
     * @param {import("./store.js").Store} links.store
     * @param {import("./desk.js").Desk} links.desk
     * @param {import("./notices.js").Notices} links.notices
     * @param {() => void} links.signedOut the session has ended
     * @param {() => void} links.changed which alerts are busy has changed
     */
    constructor(links) {
        this.links = links;
    }

    /**
     * Whether a call about this alert is on its way and nothing is seen of it yet. The feed may show what was done
     * before the call's own answer is here; the next step must not wait for that.
     *
     * @param {string} id
     */
    isBusy(id) {
        const call = this.#busy.get(id);
        return call !== undefined && call.sequence === this.links.store.find(id)?.sequence;
    }

    /**
     * Takes the most urgent alert that nobody has, wherever it is.
     *
     * @param {string | null} preferred taken instead if unclaimed
     */
    async answer(preferred = null) {
        const { store, desk, notices } = this.links;
        if (this.#isAnswering || performance.now() - this.#answerEndedMs < doublePressMs) return;
        const waiting = store.unclaimed();
        const alert = waiting.find((candidate) => candidate.id === preferred) ?? waiting[0];
        if (!alert) return notices.show("info", text("nothing.unclaimed"));
        this.#isAnswering = true;
        if (desk.centre !== null && desk.centre !== alert.centre) desk.show(null);
        desk.select(alert.id);
        const isDone = await this.perform(alert.id, "claim");
        this.#isAnswering = false;
        if (isDone) this.#answerEndedMs = performance.now();
    }

    /**
     * Does one thing to one alert.
     *
     * @param {string} id
     * @param {import("./api.js").ActionKind} action
     * @param {object} [body] outcome and note at close
     * @returns {Promise<boolean>} whether it is done and durable
     */
    async perform(id, action, body) {
        const { api, store, notices, changed } = this.links;
        if (this.isBusy(id)) return false;
        const thisCall = { sequence: store.find(id)?.sequence };
        this.#busy.set(id, thisCall);
        changed();
        try {
            store.apply(await api.act(id, action, body));
            notices.clear();
            return true;
        } catch (error) {
            this.#explain(error);
            return false;
        } finally {
            if (this.#busy.get(id) === thisCall) this.#busy.delete(id);
            changed();
        }
    }

    /** @param {unknown} error */
    #explain(error) {
        const { notices, signedOut } = this.links;
        if (!(error instanceof ApiError)) throw error;
        if (error.status === 401) return signedOut();
        notices.show("error", explanation(error));
    }
}

/**
 * Why a call was not done, in the officer's language.
 *
 * @param {ApiError} error
 * @returns {string}
 */
function explanation(error) {
    if (error.status === 0 || error.status === 504) return text("failed.unreachable");
    if (error.status === 403) return text("failed.forbidden");
    const { reason, owner, detail, title } = error.problem;
    if (reason) {
        const key = `refused.${reason.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
        if (hasText(key)) return text(key, { owner: owner ?? text("refused.nobody") });
    }
    if (error.status === 404) return text("refused.alert_unknown");
    if (error.status < 500 && (detail ?? title)) return text("refused.other", { detail: detail ?? title ?? "" });
    return text("failed.status", { status: error.status });
}
