// What makes an officer look up: sound, window title, the bar at the top, and the words a screen reader says. All of it
// follows one question, whether an alert rings that nobody has answered, and is asked again on every change. Technical
// alerts wait in the queue without any of it.

import { gatewayNowMs } from "./clock.js";
import { byID, setText } from "./dom.js";
import { age } from "./format.js";
import { text } from "./language.js";
import { isUnclaimed } from "./store.js";
import { isLoud } from "./technical.js";

/** Priorities 0 and 1 are about people and ring the faster pattern. */
const lifePriorityMax = 1;

export class Alarm {
    #bar = byID("alarm");
    #count = byID("alarm-count");
    #label = byID("alarm-label");
    #subject = byID("alarm-subject");
    #category = byID("alarm-category");
    #place = byID("alarm-place");
    #age = byID("alarm-age");
    #quiet = byID("alarm-quiet");
    #progress = byID("alarm-progress");
    #announcer = byID("announcer");
    /**
     * New alerts since the last announcement.
     *
     * @type {Set<string>}
     */
    #fresh = new Set();
    /**
     * Alerts that were announced, so that a reload of the lists does not repeat them.
     *
     * @type {Set<string>}
     */
    #announced = new Set();

    /**
     * @param {object} links
     * @param {import("./store.js").Store} links.store
     * @param {import("./sound.js").AlarmSound} links.sound
     */
    constructor(links) {
        this.links = links;
        links.store.subscribe((kind, alert, before) => {
            if (!alert || kind === "removed" || !isUnclaimed(alert) || !isLoud(alert)) return;
            if (kind === "added" && !this.#announced.has(alert.id)) this.#fresh.add(alert.id);
            if (kind === "changed" && before && alert.press_count > before.press_count) this.#fresh.add(alert.id);
        });
    }

    /** Brings everything into agreement with the store. */
    render() {
        const { store, sound } = this.links;
        const waiting = store.unclaimed().filter(isLoud);
        const first = waiting[0] ?? null;
        document.body.dataset.alarm = first ? "ringing" : "quiet";
        sound.ring(!first ? "none" : first.priority <= lifePriorityMax ? "life" : "other");
        this.#bar.dataset.alert = first?.id ?? "";
        this.#bar.dataset.priority = first ? String(first.priority) : "";
        this.#subject.hidden = !first;
        this.#quiet.hidden = first !== null;
        setText(this.#count, String(waiting.length));
        setText(this.#label, text("alarm.waiting", { count: waiting.length }));
        if (first) {
            setText(this.#category, text(`category.${first.category}`));
            setText(this.#place, first.place || first.unit);
        }
        const claimed = store.queue().filter((alert) => !isUnclaimed(alert)).length;
        const technical = store.unclaimed().length - waiting.length;
        const progress = [
            claimed > 0 ? text("alarm.open", { count: claimed }) : "",
            technical > 0 ? text("alarm.technical", { count: technical }) : "",
        ];
        setText(this.#progress, progress.filter(Boolean).join(" · "));
        this.#announce(waiting);
        this.tick();
    }

    /** Moves the age on and lets the title flash; once a second. */
    tick() {
        const waiting = this.links.store.unclaimed().filter(isLoud);
        const first = waiting[0];
        const name = `${text("brand.title")} · SOSGateway`;
        if (!first) document.title = name;
        else {
            setText(this.#age, age(gatewayNowMs() - first.raisedMs));
            const shout = text("alarm.title", { category: text(`category.${first.category}`) });
            document.title = `(${waiting.length}) ${Math.floor(Date.now() / 1000) % 2 === 0 ? shout : name}`;
        }
    }

    /**
     * Says what is new, once, and in one sentence however many they are.
     *
     * @param {import("./store.js").Alert[]} waiting
     */
    #announce(waiting) {
        const fresh = waiting.filter((alert) => this.#fresh.has(alert.id));
        this.#fresh.clear();
        const first = fresh[0];
        if (!first) return;
        const words = {
            count: fresh.length,
            category: text(`category.${first.category}`),
            place: first.place || first.unit,
            priority: text(`priority.${first.priority}`),
        };
        const isAgain = fresh.length === 1 && this.#announced.has(first.id);
        const key = isAgain ? "alarm.pressed_again" : fresh.length === 1 ? "alarm.announce" : "alarm.announce_many";
        this.#announcer.textContent = text(key, words);
        for (const alert of fresh) this.#announced.add(alert.id);
    }
}
