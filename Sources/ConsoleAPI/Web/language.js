// The page's language: Kazakh, Russian or English, switched at once and remembered. Fixed texts carry their key in
// `data-text`, `data-label` (aria-label) or `data-hint` (title); views that write their own texts subscribe.

import english from "./i18n/en.js";
import kazakh from "./i18n/kk.js";
import russian from "./i18n/ru.js";
import { remember, remembered } from "./preferences.js";

/** @typedef {Record<string, string | Record<string, string>>} Dictionary */

/**
 * Every dictionary by its language tag (BCP 47).
 *
 * @type {Record<string, Dictionary>}
 */
export const dictionaries = { kk: kazakh, ru: russian, en: english };

let current = "en";
let plurals = new Intl.PluralRules(current);
/** @type {Set<() => void>} */
const listeners = new Set();

/** The language tag in use: kk, ru or en. */
export function language() {
    return current;
}

/**
 * The text of a key in the language in use.
 *
 * @param {string} key an unknown key is returned as it is, so that nothing is ever silently empty
 * @param {Record<string, string | number>} [values] for the `{names}` in the text; `count` also chooses the plural
 * @returns {string}
 */
export function text(key, values = {}) {
    const entry = dictionaries[current][key];
    if (entry === undefined) return key;
    const pattern = typeof entry === "string" ? entry : entry[plurals.select(Number(values.count))] ?? entry.other;
    return pattern.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/**
 * Whether the dictionaries have a key; for words that come from the gateway.
 *
 * @param {string} key
 */
export function hasText(key) {
    return key in dictionaries[current];
}

/**
 * Calls `listener` after every change of language.
 *
 * @param {() => void} listener
 */
export function onLanguage(listener) {
    listeners.add(listener);
}

/**
 * Switches the language of the whole page, and remembers it.
 *
 * @param {string} tag kk, ru or en
 */
export function setLanguage(tag) {
    remember("language", tag);
    use(tag);
    for (const listener of listeners) listener();
}

/** Starts with the remembered language, else the browser's first that we speak, else Kazakh. */
export function startLanguage() {
    const wanted = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag in dictionaries);
    use(remembered("language", wanted ?? "kk"));
}

/** @param {string} tag */
function use(tag) {
    current = tag in dictionaries ? tag : "en";
    plurals = new Intl.PluralRules(current);
    document.documentElement.lang = current;
    translate(document);
}

/**
 * Writes every fixed text below `root`.
 *
 * @param {Document | Element} root
 */
function translate(root) {
    /**
     * @param {string} attribute
     * @param {(node: Element, words: string) => void} write
     */
    const each = (attribute, write) => {
        for (const node of root.querySelectorAll(`[${attribute}]`)) {
            write(node, text(node.getAttribute(attribute) ?? ""));
        }
    };
    each("data-text", (node, words) => (node.textContent = words));
    each("data-label", (node, words) => node.setAttribute("aria-label", words));
    each("data-hint", (node, words) => node.setAttribute("title", words));
}
