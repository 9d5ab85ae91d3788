// The frame around the queue: link state, the clock, centre tabs, language, colours, sound, who is signed in.

import { gatewayNowMs } from "./clock.js";
import { byID, element, setText } from "./dom.js";
import { age, timeOfDay } from "./format.js";
import { dictionaries, language, setLanguage, text } from "./language.js";
import { remember, remembered } from "./preferences.js";
import { isUnclaimed } from "./store.js";

/** What the language buttons say: short, each in its own language. */
const shortNames = { kk: "Қаз", ru: "Рус", en: "Eng" };

export class Bar {
    #link = byID("link");
    #lost = byID("lost");
    #tabs = byID("centres");
    #sound = byID("sound");
    #theme = byID("theme");
    #sinceMs = 0;

    /**
     * @param {object} links
     * @param {import("./store.js").Store} links.store
     * @param {import("./desk.js").Desk} links.desk
     */
    constructor(links) {
        this.links = links;
        for (const group of document.querySelectorAll(".languages")) {
            group.append(...Object.keys(dictionaries).map(languageButton));
        }
        this.#theme.addEventListener("change", () => this.#setTheme(this.#theme.value));
        this.#theme.value = remembered("theme", "auto");
        this.#setTheme(this.#theme.value);
    }

    /**
     * Shows whether the screen can be trusted.
     *
     * @param {import("./feed.js").LinkState} state
     * @param {number} sinceMs when the gateway was last heard
     */
    setLink(state, sinceMs) {
        this.#sinceMs = sinceMs;
        document.body.dataset.link = state === "idle" ? "connecting" : state;
        this.#lost.hidden = state !== "lost";
        this.tick();
    }

    /**
     * Shows whether an alarm can be heard.
     *
     * @param {import("./sound.js").SoundState} state
     * @param {boolean} isSounding
     */
    setSound(state, isSounding) {
        document.body.dataset.sound = state;
        document.body.dataset.sounding = String(isSounding);
        const isOff = state === "muted";
        this.#sound.setAttribute("aria-pressed", String(isOff));
        setText(byID("sound-text"), text(isOff ? "sound.muted" : "sound.on"));
        const isSilent = (state === "blocked" || state === "unavailable") && this.links.store.officer !== null;
        byID("sound-blocked").hidden = !isSilent;
        setText(byID("sound-blocked-text"), isSilent ? text(`sound.${state}`) : "");
    }

    /** Brings tabs, names and counts into agreement with the store. */
    render() {
        const { store, desk } = this.links;
        const { officer } = store;
        setText(byID("officer"), officer?.name ?? "");
        byID("account").hidden = officer === null;
        document.body.dataset.loaded = String(store.isLoaded);
        const { online, total } = store.unitCounts(desk.centre);
        setText(byID("units"), total > 0 ? text("units.online", { online, total }) : "");
        byID("units").dataset.online = String(online);
        byID("units").dataset.total = String(total);
        this.#renderTabs();
        for (const button of document.querySelectorAll("[data-language]")) {
            button.setAttribute("aria-pressed", String(button.getAttribute("data-language") === language()));
        }
    }

    /** Moves the clock and the length of a lost connection on. */
    tick() {
        setText(byID("clock"), timeOfDay(gatewayNowMs()));
        const state = document.body.dataset.link ?? "connecting";
        setText(byID("link-text"), text(`link.${state}`));
        this.#link.dataset.state = state;
        const isLost = state === "lost";
        const since = { time: timeOfDay(this.#sinceMs), age: age(Date.now() - this.#sinceMs) };
        setText(byID("lost-title"), isLost ? text("link.banner", since) : "");
        setText(byID("lost-detail"), isLost ? text("link.banner_detail", since) : "");
    }

    #renderTabs() {
        const { store, desk } = this.links;
        const offered = store.centres.length > 1 ? [null, ...store.centres] : store.centres;
        while (this.#tabs.children.length > offered.length) this.#tabs.lastElementChild.remove();
        offered.forEach((centre, index) => {
            const tab = this.#tabs.children[index] ?? this.#addTab();
            const id = centre?.id ?? null;
            const queue = store.queue(id);
            const waiting = queue.filter(isUnclaimed).length;
            tab.dataset.centre = id ?? "";
            tab.dataset.waiting = String(waiting);
            tab.setAttribute("aria-pressed", String(desk.centre === id || store.centres.length === 1));
            const name = centre?.name ?? text("centres.all");
            const open = text("centres.open", { count: queue.length });
            tab.title = `${open}, ${waiting} ${text("alarm.waiting", { count: waiting })}`;
            tab.setAttribute("aria-label", `${name}: ${tab.title}`);
            const [nameText, waitingText, totalText] = tab.children;
            setText(nameText, name);
            setText(waitingText, String(waiting));
            waitingText.hidden = waiting === 0;
            setText(totalText, String(queue.length));
        });
    }

    #addTab() {
        /** @type {HTMLButtonElement} */
        const tab = element(
            "button",
            { type: "button", class: "tab", on: { click: () => this.links.desk.show(tab.dataset.centre || null) } },
            element("span"),
            element("span", { class: "waiting" }),
            element("span", { class: "total" }),
        );
        this.#tabs.append(tab);
        return tab;
    }

    /** @param {string} theme auto, light or dark */
    #setTheme(theme) {
        remember("theme", theme);
        if (theme === "auto") delete document.documentElement.dataset.theme;
        else document.documentElement.dataset.theme = theme;
    }
}

/** @param {string} tag */
function languageButton(tag) {
    return element(
        "button",
        {
            type: "button",
            lang: tag,
            data: { language: tag },
            "aria-pressed": "false",
            title: dictionaries[tag]["language.name"],
            on: { click: () => setLanguage(tag) },
        },
        shortNames[/** @type {keyof shortNames} */ (tag)],
    );
}
