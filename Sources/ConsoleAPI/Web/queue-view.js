// The live queue: rows in order, the selection among them, and the word about unanswered alerts further down.

import { gatewayNowMs } from "./clock.js";
import { AlertRow } from "./alert-row.js";
import { byID, setText } from "./dom.js";
import { text } from "./language.js";
import { isUnclaimed } from "./store.js";

export class QueueView {
    #list = byID("queue-rows");
    #empty = byID("queue-empty");
    #below = byID("queue-below");
    /** @type {Map<string, AlertRow>} */
    #rows = new Map();
    /**
     * What the list shows, in order.
     *
     * @type {import("./store.js").Alert[]}
     */
    #queue = [];
    /**
     * The selection last scrolled to.
     *
     * @type {string | null}
     */
    #revealed = null;

    /**
     * @param {object} links
     * @param {import("./store.js").Store} links.store
     * @param {import("./desk.js").Desk} links.desk
     * @param {import("./actions.js").Actions} links.actions
     * @param {import("./shown.js").ShownReporter} links.shown
     */
    constructor(links) {
        this.links = links;
        this.#list.addEventListener("click", (/** @type {MouseEvent} */ event) => this.#choose(event.target));
        this.#list.addEventListener("focusin", (/** @type {FocusEvent} */ event) => this.#choose(event.target));
        this.#list.addEventListener("scroll", () => this.#countBelow(), { passive: true });
        this.#below.addEventListener("click", () => this.#unclaimedBelow()[0]?.root.scrollIntoView({ block: "center" }));
    }

    /** Brings the rows into agreement with the store. */
    render() {
        const { store, desk, actions, shown } = this.links;
        const queue = store.queue(desk.centre);
        this.#queue = queue;
        const wanted = new Set(queue.map((alert) => alert.id));
        const focused = document.activeElement;
        for (const [id, row] of this.#rows) {
            if (wanted.has(id)) continue;
            shown.unwatch(row.root);
            row.root.remove();
            this.#rows.delete(id);
        }
        const nowMs = gatewayNowMs();
        const tabStop = queue.some((alert) => alert.id === desk.selected) ? desk.selected : queue[0]?.id;
        let place = this.#list.firstElementChild;
        for (const alert of queue) {
            const row = this.#rows.get(alert.id) ?? this.#add(alert.id);
            row.update(alert, store.side(alert), actions.isBusy(alert.id));
            row.select(alert.id === desk.selected, alert.id === tabStop);
            row.tick(nowMs);
            if (row.root === place) place = place.nextElementSibling;
            else this.#list.insertBefore(row.root, place);
        }
        if (focused instanceof HTMLElement && focused !== document.activeElement && focused.isConnected) focused.focus();
        if (desk.selected !== this.#revealed) {
            this.#revealed = desk.selected;
            this.#rows.get(desk.selected ?? "")?.root.scrollIntoView({ block: "nearest" });
        }
        this.#empty.hidden = queue.length > 0;
        this.#list.dataset.count = String(queue.length);
        const key = store.isLoaded ? "queue.empty" : "queue.loading";
        setText(this.#empty.firstElementChild, text(key));
        setText(this.#empty.lastElementChild, store.isLoaded ? text("queue.empty_detail") : "");
        this.#countBelow();
    }

    /** Builds every row anew; after a change of language. */
    rebuild() {
        for (const row of this.#rows.values()) this.links.shown.unwatch(row.root);
        this.#rows.clear();
        this.#list.replaceChildren();
        this.render();
    }

    /** Moves the ages on. */
    tick() {
        const nowMs = gatewayNowMs();
        for (const row of this.#rows.values()) row.tick(nowMs);
    }

    /**
     * Selects and focuses the next (1) or previous (-1) row.
     *
     * @param {1 | -1} step
     */
    move(step) {
        const { store, desk } = this.links;
        const queue = store.queue(desk.centre);
        if (queue.length === 0) return;
        const index = queue.findIndex((alert) => alert.id === desk.selected);
        const next = index < 0 ? 0 : Math.min(queue.length - 1, Math.max(0, index + step));
        this.focus(queue[next].id);
    }

    /**
     * Selects a row, brings it into view and gives it the focus.
     *
     * @param {string} id
     */
    focus(id) {
        this.links.desk.select(id);
        const row = this.#rows.get(id);
        row?.root.scrollIntoView({ block: "nearest" });
        row?.root.focus({ preventScroll: true });
    }

    /** @param {string} id */
    #add(id) {
        const row = new AlertRow(id, (chosen) => void this.links.actions.perform(chosen, "claim"));
        this.#rows.set(id, row);
        this.links.shown.watch(row.root);
        return row;
    }

    /** @param {EventTarget | null} target */
    #choose(target) {
        const row = target instanceof Element ? target.closest(".row") : null;
        if (row instanceof HTMLElement && row.dataset.alert) this.links.desk.select(row.dataset.alert);
    }

    /**
     * The unanswered rows under the lower edge, most urgent first.
     *
     * @returns {AlertRow[]}
     */
    #unclaimedBelow() {
        const edge = this.#list.scrollTop + this.#list.clientHeight;
        /** @type {AlertRow[]} */
        const below = [];
        for (const alert of this.#queue) {
            const row = this.#rows.get(alert.id);
            if (row && isUnclaimed(alert) && row.root.offsetTop >= edge) below.push(row);
        }
        return below;
    }

    #countBelow() {
        const count = this.#unclaimedBelow().length;
        this.#below.hidden = count === 0;
        setText(this.#below, text("alarm.below", { count }));
    }
}
