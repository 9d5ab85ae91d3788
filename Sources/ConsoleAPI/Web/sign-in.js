// Signing in, at first and again over the page when the session has ended. The gesture that submits the form also lets
// the browser play the alarm.

import { ApiError } from "./api.js";
import { byID, setText } from "./dom.js";
import { text } from "./language.js";
import { remember, remembered } from "./preferences.js";

export class SignIn {
    #dialog = byID("sign-in");
    #form = byID("sign-in-form");
    #officer = byID("sign-in-officer");
    #password = byID("sign-in-password");
    #submit = byID("sign-in-submit");
    #error = byID("sign-in-error");
    #again = byID("sign-in-again");
    /**
     * What went wrong, as a text that can be said again in another language.
     *
     * @type {() => string}
     */
    #problem = () => "";
    #waitUntilMs = 0;

    /**
     * @param {object} links
     * @param {typeof import("./api.js").api} links.api
     * @param {() => void} links.signedIn
     */
    constructor(links) {
        this.links = links;
        this.#dialog.addEventListener("cancel", (/** @type {Event} */ event) => event.preventDefault());
        // A second Escape closes a dialog even when its cancel was refused; it opens again until somebody signs in.
        this.#dialog.addEventListener("close", () => {
            if (this.#isWanted) this.#dialog.showModal();
        });
        this.#form.addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
            event.preventDefault();
            void this.#try();
        });
        setInterval(() => this.rebuild(), 1000);
    }

    #isWanted = false;

    /**
     * Shows the form.
     *
     * @param {boolean} isAgain whether there was a session that ended
     */
    open(isAgain) {
        this.#again.hidden = !isAgain;
        this.#isWanted = true;
        if (this.#dialog.open) return;
        this.#officer.value = remembered("officer", "");
        this.#password.value = "";
        this.#problem = () => "";
        this.rebuild();
        this.#dialog.showModal();
        (this.#officer.value === "" ? this.#officer : this.#password).focus();
    }

    /** Takes the form away. */
    close() {
        this.#isWanted = false;
        this.#dialog.close();
    }

    /** Says the problem, if any, in the language in use, and counts a wait down. */
    rebuild() {
        if (!this.#isWanted) return;
        const isWaiting = Date.now() < this.#waitUntilMs;
        if (!isWaiting && this.#waitUntilMs !== 0) {
            this.#waitUntilMs = 0;
            this.#problem = () => "";
        }
        if (!this.#isTrying) this.#submit.disabled = isWaiting;
        setText(this.#error, this.#problem());
    }

    #isTrying = false;

    async #try() {
        if (this.#isTrying || Date.now() < this.#waitUntilMs) return;
        const officer = this.#officer.value.trim();
        if (officer === "") return this.#officer.focus();
        if (this.#password.value === "") return this.#password.focus();
        this.#isTrying = true;
        this.#submit.disabled = true;
        this.#problem = () => "";
        setText(this.#error, "");
        try {
            await this.links.api.signIn(officer, this.#password.value);
            this.#password.value = "";
            remember("officer", officer);
            this.close();
            this.links.signedIn();
        } catch (error) {
            if (!(error instanceof ApiError)) throw error;
            this.#fail(error);
        } finally {
            this.#isTrying = false;
            this.rebuild();
        }
    }

    /** @param {ApiError} error */
    #fail(error) {
        if (error.status === 429) {
            this.#waitUntilMs = Date.now() + Math.max(1, error.retryAfterS) * 1000;
            const until = this.#waitUntilMs;
            this.#problem = () =>
                text("sign_in.wait", { seconds: Math.max(1, Math.ceil((until - Date.now()) / 1000)) });
        } else if (error.status === 401) {
            this.#problem = () => text("sign_in.wrong");
            this.#password.value = "";
            this.#password.focus();
        } else if (error.status === 0) this.#problem = () => text("sign_in.unreachable");
        else this.#problem = () => text("sign_in.failed", { status: error.status });
    }
}
