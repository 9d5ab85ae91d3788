// Building elements. The only way this page makes markup: text goes in as text nodes, never as HTML, so that a place
// or a note written by anybody cannot become code.

/**
 * Makes an element.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {{class?: string, data?: Record<string, string>, on?: Record<string, (event: any) => void>,
 *     [attribute: string]: any}} [properties] `data` becomes data attributes, `on` listeners, everything else
 *     attributes; an attribute that is undefined, null or false is left out
 * @param {...(Node | string | null | undefined)} children strings become text nodes; null is skipped
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, properties = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
        if (value === undefined || value === null || value === false) continue;
        if (name === "class") made.className = value;
        else if (name === "data") Object.assign(made.dataset, value);
        else if (name === "on") {
            for (const [type, listener] of Object.entries(value)) made.addEventListener(type, listener);
        } else made.setAttribute(name, value === true ? "" : String(value));
    }
    for (const child of children) if (child !== null && child !== undefined) made.append(child);
    return made;
}

/**
 * Sets an element's text if it differs, so that unchanged text costs no layout and no screen reader repeats it.
 *
 * @param {Element} target
 * @param {string} text
 */
export function setText(target, text) {
    if (target.textContent !== text) target.textContent = text;
}

/**
 * Sets or removes an attribute if it differs.
 *
 * @param {Element} target
 * @param {string} name
 * @param {string | null} value null removes it
 */
export function setAttribute(target, name, value) {
    if (value === null) target.removeAttribute(name);
    else if (target.getAttribute(name) !== value) target.setAttribute(name, value);
}

/**
 * The element with this id; the page's own skeleton, so it is always there.
 *
 * @param {string} id
 * @returns {any}
 */
export function byID(id) {
    const found = document.getElementById(id);
    if (!found) throw new Error(`index.html has no #${id}`);
    return found;
}
