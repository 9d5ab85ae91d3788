// Telling the gateway that an alert is really on a screen in front of a signed-in officer. On the first such word the
// caller's unit shows that somebody is being rung, so it must never be said of a row that is scrolled away, in a hidden
// tab, or behind a lost connection.

import { isUnclaimed } from "./store.js";

export class ShownReporter {
    /**
     * Elements in view; their `data-alert` says what they show.
     *
     * @type {Set<Element>}
     */
    #inView = new Set();
    /**
     * Alerts reported or being reported, each in the centre where it was: in another it is told again.
     *
     * @type {Set<string>}
     */
    #reported = new Set();

    /**
     * @param {object} links
     * @param {(id: string) => Promise<unknown>} links.report
     * @param {import("./store.js").Store} links.store
     * @param {() => boolean} links.isLive whether the screen shows the truth now
     */
    constructor(links) {
        this.links = links;
        this.observer = new IntersectionObserver((entries) => this.#observed(entries), { threshold: 0.6 });
        document.addEventListener("visibilitychange", () => this.check());
    }

    /**
     * Watches an element whose `data-alert` names the alert it shows.
     *
     * @param {Element} node
     */
    watch(node) {
        this.observer.observe(node);
    }

    /**
     * Stops watching an element.
     *
     * @param {Element} node
     */
    unwatch(node) {
        this.observer.unobserve(node);
        this.#inView.delete(node);
    }

    /** Reports whatever is in view and was not reported; called after every change. */
    check() {
        if (document.visibilityState !== "visible" || !this.links.isLive()) return;
        for (const node of this.#inView) {
            const alert = node instanceof HTMLElement ? this.links.store.find(node.dataset.alert ?? "") : null;
            if (alert && isUnclaimed(alert) && !this.#reported.has(placeOf(alert))) {
                void this.#report(alert);
            }
        }
    }

    /** A gateway that was restarted may not have kept the word: alerts that still do not ring are reported again. */
    reconnected() {
        for (const place of this.#reported) {
            const id = place.split(" ")[0] ?? "";
            if (this.links.store.find(id)?.stage === "stored" || !this.links.store.isOpen(id)) this.#reported.delete(place);
        }
        this.check();
    }

    /** @param {IntersectionObserverEntry[]} entries */
    #observed(entries) {
        for (const entry of entries) {
            if (entry.isIntersecting) this.#inView.add(entry.target);
            else this.#inView.delete(entry.target);
        }
        this.check();
    }

    /** @param {import("./store.js").Alert} alert */
    async #report(alert) {
        const place = placeOf(alert);
        this.#reported.add(place);
        try {
            await this.links.report(alert.id);
        } catch {
            // Said again after the next reconnection or change; the connection's loss is shown elsewhere.
            this.#reported.delete(place);
        }
    }
}

/**
 * An alert and the centre in whose queue it stands.
 *
 * @param {import("./store.js").Alert} alert
 */
function placeOf(alert) {
    return `${alert.id} ${alert.centre}`;
}
