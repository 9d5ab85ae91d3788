// Everything about the selected alert: whose it is, what to do, where, and how it went. Rebuilt whenever any of it
// changed; the buttons stay the same elements, so that the focus is never lost under a finger.

import { gatewayNowMs } from "./clock.js";
import { byID, element, setText } from "./dom.js";
import { age, coordinates, geoAddress, timeOfDay } from "./format.js";
import { lamp, lampState } from "./lamps.js";
import { text } from "./language.js";
import { stages } from "./store.js";
import { technicalText } from "./technical.js";

/** The actions in the order of an alert's life, with the key of each. */
const buttons = /** @type {const} */ ([
    ["claim", "Enter"], ["dispatch", "D"], ["arrive", "D"], ["close", "C"], ["release", "R"],
]);

/**
 * What may be done to an alert now.
 *
 * @param {import("./store.js").Alert} alert
 * @param {"unclaimed" | "mine" | "others" | "closed"} side
 * @returns {import("./api.js").ActionKind[]} the first is the next step of its life
 */
export function possibleActions(alert, side) {
    if (side === "unclaimed") return ["claim"];
    if (side !== "mine") return [];
    if (alert.stage === "dispatched") return ["arrive", "close", "release"];
    if (alert.stage === "arrived") return ["close", "release"];
    return ["dispatch", "close", "release"];
}

export class DetailView {
    #panel = byID("detail");
    #empty = byID("detail-empty");
    #content = byID("detail-content");
    #head = byID("detail-head");
    #facts = byID("detail-facts");
    /** @type {HTMLElement | null} */
    #age = null;
    /** @type {Map<string, HTMLButtonElement>} */
    #buttons = new Map();
    #shownKey = "";

    /**
     * @param {object} links
     * @param {import("./store.js").Store} links.store
     * @param {import("./desk.js").Desk} links.desk
     * @param {import("./actions.js").Actions} links.actions
     * @param {(action: import("./api.js").ActionKind) => void} links.act what a button does
     */
    constructor(links) {
        this.links = links;
        for (const [action, key] of buttons) {
            const button = element(
                "button",
                { type: "button", data: { action }, on: { click: () => links.act(action) } },
                element("span", { data: { text: `action.${action}` } }),
                element("kbd", { "aria-hidden": "true" }, key),
            );
            this.#buttons.set(action, button);
            byID("detail-actions").append(button);
        }
    }

    /** Brings the panel into agreement with the selection. */
    render() {
        const { store, desk, actions } = this.links;
        const alert = desk.selected === null ? null : store.find(desk.selected);
        this.#empty.hidden = alert !== null;
        this.#content.hidden = alert === null;
        if (!alert) {
            delete this.#panel.dataset.alert;
            this.#shownKey = "";
            return;
        }
        const side = store.side(alert);
        const possible = possibleActions(alert, side);
        for (const [action, button] of this.#buttons) {
            button.hidden = !possible.some((candidate) => candidate === action);
            button.disabled = actions.isBusy(alert.id);
            button.classList.toggle("primary", possible[0] === action);
        }
        const unit = store.unit(alert.unit);
        const key = [alert.id, alert.sequence, side, JSON.stringify(unit)].join(" ");
        if (key !== this.#shownKey) {
            this.#shownKey = key;
            Object.assign(this.#panel.dataset, { alert: alert.id, side, stage: alert.stage });
            this.#head.replaceChildren(...this.#headline(alert, side));
            this.#facts.replaceChildren(
                position(alert, unit), this.#course(alert), this.#particulars(alert, unit),
            );
        }
        this.tick();
    }

    /** Builds it anew; after a change of language. */
    rebuild() {
        this.#shownKey = "";
        for (const [action, button] of this.#buttons) setText(button.children[0], text(`action.${action}`));
        this.render();
    }

    /** Moves the age on. */
    tick() {
        const alert = this.links.store.find(this.links.desk.selected ?? "");
        if (!alert || !this.#age) return;
        const endMs = alert.closed_at ? Date.parse(alert.closed_at) : gatewayNowMs();
        setText(this.#age, age(endMs - alert.raisedMs));
    }

    /**
     * @param {import("./store.js").Alert} alert
     * @param {"unclaimed" | "mine" | "others" | "closed"} side
     */
    #headline(alert, side) {
        this.#age = element("span", { class: "age" });
        const sideText =
            side === "others"
                ? text("state.others", { owner: alert.owner ?? "" })
                : text(side === "closed" && alert.stage !== "closed" ? "state.gone" : `state.${side}`);
        const priorityText = `${alert.priority} · ${text(`priority.${alert.priority}`)}`;
        return [
            element(
                "p",
                { class: "detail-line" },
                element("span", { class: "side" }, sideText),
                element("span", { class: "priority-text" }, priorityText),
            ),
            element("h2", {}, element("span", {}, text(`category.${alert.category}`)), this.#age),
            element("p", { class: "detail-place" }, alert.outage ? technicalText(alert) : alert.place || alert.unit),
            alert.cancelled_at === null ? null : element("p", { class: "mark" }, text("cancelled")),
            alert.cleared_at === null ? null : element("p", { class: "mark" }, text("cleared")),
        ].filter((node) => node !== null);
    }

    /**
     * The stages with their times and lamps.
     *
     * @param {import("./store.js").Alert} alert
     */
    #course(alert) {
        const list = element("ol", { class: "course" });
        /**
         * @param {string} label
         * @param {string | null} time
         * @param {Node | null} sign
         * @param {string} remark
         */
        const add = (label, time, sign, remark) => {
            const small = remark === "" ? null : element("small", {}, remark);
            const sinceMs = time === null ? 0 : Date.parse(time) - alert.raisedMs;
            list.append(
                element(
                    "li",
                    { class: time === null ? "ahead" : "" },
                    sign ?? element("span"),
                    element("span", { class: "course-label" }, label, small),
                    element("time", { datetime: time }, time === null ? "" : timeOfDay(time)),
                    element("span", { class: "since" }, time === null || sinceMs < 0 ? "" : `+${age(sinceMs)}`),
                ),
            );
        };
        if (alert.pressed_at && !alert.technical) add(text("detail.pressed"), alert.pressed_at, null, "");
        add(text("detail.raised"), alert.raised_at, null, "");
        for (const stage of stages) {
            // @ts-ignore: every stage has its time under this name
            const time = alert[`${stage}_at`];
            const state = lampState(alert, stage);
            const key = state === "confirmed" ? "detail.confirmed" : "detail.unconfirmed";
            const remark = state === "ahead" ? "" : text(key);
            add(text(`stage.${stage}`), time, lamp(state), remark);
        }
        if (alert.cancelled_at) add(text("detail.cancelled"), alert.cancelled_at, null, "");
        if (alert.cleared_at) add(text("cleared"), alert.cleared_at, null, "");
        return section("detail.times", list);
    }

    /**
     * @param {import("./store.js").Alert} alert
     * @param {import("./store.js").Unit | null} unit
     */
    #particulars(alert, unit) {
        const centre = this.links.store.centres.find((candidate) => candidate.id === alert.centre);
        const link = unit === null ? "" : text(unit.online ? "detail.unit_online" : "detail.unit_offline");
        const registered = unit?.registered === false ? text("detail.unit_unregistered") : "";
        const again =
            alert.press_count > 1 && alert.last_press_at
                ? text("detail.last_press", { time: timeOfDay(alert.last_press_at) })
                : "";
        const list = element("dl", { class: "particulars" });
        if (alert.technical) fact(list, "detail.faults", technicalText(alert));
        if (!alert.outage) fact(list, "detail.unit", [alert.unit, link, registered].filter(Boolean).join(" · "));
        fact(list, "detail.centre", centre?.name ?? alert.centre);
        if (!alert.technical) fact(list, "detail.presses", [String(alert.press_count), again].filter(Boolean).join(" · "));
        fact(list, "detail.owner", alert.owner ?? "—");
        if (alert.outcome) fact(list, "detail.outcome", text(`outcome.${alert.outcome}`));
        if (alert.note) fact(list, "detail.note", alert.note);
        fact(list, "detail.number", alert.id);
        return list;
    }
}

/**
 * @param {string} headingKey
 * @param {...Node} content
 */
function section(headingKey, ...content) {
    return element("section", {}, element("h3", {}, text(headingKey)), ...content);
}

/**
 * @param {HTMLElement} list
 * @param {string} key
 * @param {string | Node} value
 */
function fact(list, key, value) {
    list.append(element("dt", {}, text(key)), element("dd", {}, value));
}

/**
 * Where the caller is: what the unit reported, else where it stands.
 *
 * @param {import("./store.js").Alert} alert
 * @param {import("./store.js").Unit | null} unit
 */
function position(alert, unit) {
    const latitude = alert.position?.latitude ?? unit?.latitude ?? null;
    const longitude = alert.position?.longitude ?? unit?.longitude ?? null;
    if (latitude === null || longitude === null) {
        return section("detail.position", element("p", { class: "soft" }, text("detail.position_none")));
    }
    const accuracyM = alert.position?.accuracy_m ?? null;
    const ageS = alert.position?.age_s ?? null;
    const source = accuracyM === null ? "detail.position_registered" : "detail.position_caller";
    /** @type {HTMLElement[]} */
    const content = [
        element(
            "p",
            { class: "coordinates" },
            element(
                "a",
                {
                    href: geoAddress(latitude, longitude, accuracyM),
                    title: text("detail.open_map"),
                },
                coordinates(latitude, longitude),
            ),
            element("span", { class: "soft" }, text(source)),
        ),
    ];
    if (accuracyM !== null && ageS !== null) {
        const list = element("dl", { class: "particulars" });
        fact(list, "detail.accuracy", `± ${text("metres", { count: Math.round(accuracyM) })}`);
        fact(list, "detail.fix_age", text("seconds", { count: ageS }));
        content.push(list);
    }
    return section("detail.position", ...content);
}
