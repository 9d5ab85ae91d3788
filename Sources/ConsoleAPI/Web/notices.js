// Short messages about what was done or refused. Bad news stays until it is dismissed or followed by other:
// an officer who looked away for a minute must still find it.

import { byID, element } from "./dom.js";
import { text } from "./language.js";

/** How long good news stays. */
const infoMs = 10_000;
/** More would cover the queue; the oldest leaves. */
const noticesMax = 3;

export class Notices {
    #list = byID("notices");

    /**
     * Shows a message and has it read aloud.
     *
     * @param {"error" | "info"} kind
     * @param {string} message
     */
    show(kind, message) {
        /** @type {HTMLDivElement} */
        const notice = element(
            "div",
            { class: "notice", data: { kind }, role: kind === "error" ? "alert" : "status" },
            element("p", {}, message),
            element(
                "button",
                { type: "button", class: "quiet", on: { click: () => notice.remove() } },
                text("action.dismiss"),
            ),
        );
        this.#list.append(notice);
        if (kind === "info") setTimeout(() => notice.remove(), infoMs);
        while (this.#list.children.length > noticesMax) this.#list.firstElementChild.remove();
    }

    /**
     * Dismisses the newest.
     *
     * @returns {boolean} whether there was one
     */
    dismissLatest() {
        const latest = this.#list.lastElementChild;
        latest?.remove();
        return latest !== null;
    }

    /** Dismisses all. */
    clear() {
        this.#list.replaceChildren();
    }
}
