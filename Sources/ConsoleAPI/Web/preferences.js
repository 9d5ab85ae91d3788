// What the browser remembers of an officer's taste: language, colours, sound, single-key commands. Never anything about
// alerts or sessions.

const prefix = "sosgateway.";

/**
 * A remembered value; the fallback when there is none or the browser keeps nothing.
 *
 * @param {"language" | "theme" | "sound" | "shortcuts" | "officer"} name
 * @param {string} fallback
 * @returns {string}
 */
export function remembered(name, fallback) {
    try {
        return localStorage.getItem(prefix + name) ?? fallback;
    } catch {
        return fallback;
    }
}

/**
 * Remembers a value for the next visit.
 *
 * @param {"language" | "theme" | "sound" | "shortcuts" | "officer"} name
 * @param {string} value
 */
export function remember(name, value) {
    try {
        localStorage.setItem(prefix + name, value);
    } catch {
        // Storage is switched off: the choice then lasts until the page is left.
    }
}
