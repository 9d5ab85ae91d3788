// Single-key commands. Letters are found by their place on the keyboard when the layout is Kazakh or Russian, so that
// nobody has to switch layouts to answer. They can be switched off (WCAG 2.1.4), as speech input may need it.

import { remember, remembered } from "./preferences.js";

/**
 * @typedef {"answer" | "enter" | "next" | "previous" | "dispatch" | "release" | "close" | "mute" | "help" | "escape"}
 *     Command
 */

/** @type {Record<string, Command>} */
const commands = {
    a: "answer",
    enter: "enter",
    j: "next",
    arrowdown: "next",
    k: "previous",
    arrowup: "previous",
    d: "dispatch",
    r: "release",
    c: "close",
    m: "mute",
    "?": "help",
    escape: "escape",
};

/** Commands that are single characters, which the switch turns off. */
const characterKeys = new Set(["a", "j", "k", "d", "r", "c", "m", "?"]);

/**
 * The name of the key in ``commands``: what is printed on it in Latin, whatever the layout.
 *
 * @param {{key: string, code: string, shiftKey: boolean}} event
 */
export function keyName(event) {
    if (event.key === "?" || (event.code === "Slash" && event.shiftKey)) return "?";
    const key = event.key.toLowerCase();
    if (key.length > 1 || /^[a-z]$/.test(key)) return key;
    return /^Key[A-Z]$/.test(event.code) ? event.code.slice(3).toLowerCase() : key;
}

/** Whether single-character commands are on. */
export function areShortcutsOn() {
    return remembered("shortcuts", "on") === "on";
}

/**
 * Switches single-character commands on or off; remembered.
 *
 * @param {boolean} isOn
 */
export function setShortcuts(isOn) {
    remember("shortcuts", isOn ? "on" : "off");
}

/**
 * Listens for commands on the whole page.
 *
 * @param {(command: Command) => void} run
 */
export function startKeyboard(run) {
    document.addEventListener("keydown", (event) => {
        if (event.defaultPrevented || event.repeat || event.ctrlKey || event.altKey || event.metaKey) {
            // Moving by a held key is wanted; answering by one is not.
            if (!event.repeat || !["arrowdown", "arrowup", "j", "k"].includes(keyName(event))) return;
        }
        if (document.querySelector("dialog[open]")) return;
        // Until the next frame the focus still is in a window that was just closed; that is no target.
        const isStale = event.target instanceof Element && event.target.closest("dialog") !== null;
        const target = event.target instanceof Element && !isStale ? event.target : null;
        if (target?.closest("input, textarea, select, [contenteditable]")) return;
        const name = keyName(event);
        const command = commands[name];
        if (!command) return;
        if (name === "enter" && target?.closest("button, a, summary")) return;
        if (characterKeys.has(name) && !areShortcutsOn()) return;
        event.preventDefault();
        run(command);
    });
}
