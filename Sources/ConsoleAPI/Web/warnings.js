// What the gateway says is wrong with itself, as banners that stay until it says that it is over. An officer must not
// take a queue for complete that nobody can store into.

import { byID, element } from "./dom.js";
import { timeOfDay } from "./format.js";
import { text } from "./language.js";

/** @typedef {{kind: string, active: boolean, at: string, detail: string}} Warning */

/** Kinds with a text of their own; a newer gateway may know more. */
const knownKinds = [
    "not_storing",
    "disk_slow",
    "disk_full",
    "clock_stepped",
    "certificate_expiring",
    "revocation_list_overdue",
];

export class Warnings {
    #list = byID("warnings");
    /** @type {Map<string, Warning>} */
    #active = new Map();

    /**
     * Takes one warning, begun or over.
     *
     * @param {Warning} warning
     */
    take(warning) {
        this.#active.delete(warning.kind);
        if (warning.active) this.#active.set(warning.kind, warning);
        this.rebuild();
    }

    /** Forgets all: a stream begins, and tells those that still hold. */
    clear() {
        this.#active.clear();
        this.rebuild();
    }

    /** Writes the banners again, as for another language. */
    rebuild() {
        this.#list.replaceChildren(...[...this.#active.values()].map(banner));
    }
}

/** @param {Warning} warning */
function banner(warning) {
    const key = knownKinds.includes(warning.kind) ? warning.kind : "other";
    return element(
        "div",
        { class: "warning", role: "alert", data: { kind: warning.kind }, title: warning.detail },
        element("strong", {}, text(`warning.${key}`)),
        element("span", {}, text("warning.since", { time: timeOfDay(Date.parse(warning.at)), detail: warning.detail })),
    );
}
