// Closing an alert: the outcome is mandatory, a note may go with it. Opens at the right, so that the queue and a new
// alarm stay in sight.

import { byID, element, setText } from "./dom.js";
import { text } from "./language.js";
import { outcomes } from "./store.js";

/** The gateway keeps this many bytes of UTF-8; a Cyrillic letter takes two. */
const noteBytesMax = 500;
const noteCharactersMax = 250;

export class CloseDialog {
    #dialog = byID("close-dialog");
    #form = byID("close-form");
    #choices = byID("close-outcomes");
    #note = byID("close-note");
    #left = byID("close-left");
    #error = byID("close-error");
    #subject = byID("close-subject");
    /** @type {string | null} */
    #alert = null;

    /**
     * @param {object} links
     * @param {import("./store.js").Store} links.store
     * @param {import("./actions.js").Actions} links.actions
     */
    constructor(links) {
        this.links = links;
        this.#note.maxLength = noteCharactersMax;
        this.#form.noValidate = true;
        this.#form.addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
            event.preventDefault();
            void this.#submit();
        });
        this.#note.addEventListener("input", () => this.#count());
        this.#form.addEventListener("change", () => setText(this.#error, ""));
        this.#dialog.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.#key(event));
        byID("close-cancel").addEventListener("click", () => this.#dialog.close());
        this.rebuild();
    }

    /**
     * Asks for the outcome of an alert.
     *
     * @param {string} id
     */
    open(id) {
        const alert = this.links.store.find(id);
        if (!alert || this.#dialog.open) return;
        this.#alert = id;
        this.#form.reset();
        setText(this.#error, "");
        setText(this.#subject, `${text(`category.${alert.category}`)} · ${alert.place || alert.unit}`);
        this.#count();
        this.#dialog.showModal();
        this.#choices.querySelector("input")?.focus();
    }

    /** Writes the outcomes in the language in use. */
    rebuild() {
        const chosen = this.#chosen();
        this.#choices.replaceChildren(
            ...outcomes.map((outcome, index) =>
                element(
                    "label",
                    { class: "choice" },
                    element("input", { type: "radio", name: "outcome", value: outcome, checked: outcome === chosen }),
                    element("span", {}, text(`outcome.${outcome}`)),
                    element("kbd", { "aria-hidden": "true" }, String(index + 1)),
                ),
            ),
        );
        setText(this.#error, "");
        this.#count();
    }

    /** @returns {string | null} */
    #chosen() {
        return this.#form.querySelector("input[name=outcome]:checked")?.value ?? null;
    }

    /** @param {KeyboardEvent} event */
    #key(event) {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            this.#form.requestSubmit();
            return;
        }
        if (event.target === this.#note || event.ctrlKey || event.altKey || event.metaKey) return;
        const outcome = outcomes[Number(event.key) - 1];
        if (!outcome) return;
        event.preventDefault();
        const choice = this.#form.querySelector(`input[value=${outcome}]`);
        choice.checked = true;
        choice.focus();
        setText(this.#error, "");
    }

    #count() {
        setText(this.#left, text("close.note_left", { count: noteCharactersMax - this.#note.value.length }));
    }

    async #submit() {
        const outcome = this.#chosen();
        const note = this.#note.value.trim();
        if (outcome === null) {
            setText(this.#error, text("close.outcome_missing"));
            this.#choices.querySelector("input")?.focus();
            return;
        }
        if (new TextEncoder().encode(note).length > noteBytesMax) {
            setText(this.#error, text("close.note_long"));
            this.#note.focus();
            return;
        }
        const id = this.#alert;
        this.#dialog.close();
        if (id !== null) await this.links.actions.perform(id, "close", { outcome, note });
    }
}
