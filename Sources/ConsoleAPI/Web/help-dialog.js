// The list of keys, the switch for single-key commands, and what the lamps mean.

import { byID, element } from "./dom.js";
import { areShortcutsOn, setShortcuts } from "./keyboard.js";
import { lamp } from "./lamps.js";
import { text } from "./language.js";

/** @type {[string[], string][]} */
const keys = [
    [["A"], "help.answer"],
    [["Enter"], "help.enter"],
    [["↓", "↑", "J", "K"], "help.move"],
    [["D"], "help.dispatch"],
    [["C"], "help.close"],
    [["R"], "help.release"],
    [["M"], "help.mute"],
    [["?"], "help.help"],
    [["Esc"], "help.escape"],
];

export class HelpDialog {
    #dialog = byID("help-dialog");

    /** @param {() => void} testSound */
    constructor(testSound) {
        const shortcuts = byID("help-shortcuts");
        shortcuts.checked = areShortcutsOn();
        shortcuts.addEventListener("change", () => setShortcuts(shortcuts.checked));
        byID("help-test").addEventListener("click", testSound);
        byID("help-done").addEventListener("click", () => this.#dialog.close());
        byID("help").addEventListener("click", () => this.open());
        this.rebuild();
    }

    open() {
        if (!this.#dialog.open) this.#dialog.showModal();
    }

    /** Writes the list in the language in use. */
    rebuild() {
        const rows = keys.map(([names, key]) =>
            element(
                "div",
                { class: "key-row" },
                element("dt", {}, ...names.map((name) => element("kbd", {}, name))),
                element("dd", {}, text(key)),
            ),
        );
        byID("help-keys").replaceChildren(...rows);
        const states = /** @type {const} */ (["confirmed", "reached", "ahead"]);
        byID("help-lamps").replaceChildren(
            ...states.map((state) => element("li", {}, lamp(state), text(`help.lamp_${state}`))),
        );
    }
}
