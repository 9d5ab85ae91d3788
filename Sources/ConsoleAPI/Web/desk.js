// What this officer is looking at: the centre filter and the selected alert. Separate from the store, because it is a
// choice and not a truth.

export class Desk {
    /**
     * The centre shown; null is all.
     *
     * @type {string | null}
     */
    centre = null;
    /**
     * The selected alert.
     *
     * @type {string | null}
     */
    selected = null;
    /** Whether the officer selected it, and not the page for them. */
    isChosen = false;
    /** @type {Set<() => void>} */
    #listeners = new Set();

    /**
     * Calls `listener` on every change.
     *
     * @param {() => void} listener
     */
    subscribe(listener) {
        this.#listeners.add(listener);
    }

    /**
     * Selects an alert.
     *
     * @param {string | null} id
     * @param {boolean} isChosen whether the officer did it
     */
    select(id, isChosen = true) {
        if (id === null || isChosen || id !== this.selected) this.isChosen = id !== null && isChosen;
        if (this.selected === id) return;
        this.selected = id;
        this.#tell();
    }

    /**
     * Shows one centre or all.
     *
     * @param {string | null} centre
     */
    show(centre) {
        if (this.centre === centre) return;
        this.centre = centre;
        this.#tell();
    }

    #tell() {
        for (const listener of this.#listeners) listener();
    }
}
