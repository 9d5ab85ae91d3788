// One row of the queue. Built once, then only what differs is written, so that hundreds of rows cost little.

import { element, setText } from "./dom.js";
import { age } from "./format.js";
import { lampRow, updateLamps } from "./lamps.js";
import { text } from "./language.js";
import { subjectText } from "./technical.js";

export class AlertRow {
    /** @type {import("./store.js").Alert | null} */
    #alert = null;
    #side = "";
    #isBusy = false;

    /**
     * @param {string} id
     * @param {(id: string) => void} onAnswer
     */
    constructor(id, onAnswer) {
        this.priority = element("span", { class: "priority" });
        this.category = element("strong", { class: "category" });
        this.cancelled = element("span", { class: "mark", hidden: true });
        this.place = element("span", { class: "place" });
        this.unit = element("span", { class: "unit" });
        this.age = element("span", { class: "age" });
        this.presses = element("span", { class: "presses" });
        this.lamps = lampRow();
        this.stage = element("span", { class: "stage" });
        this.owner = element("span", { class: "owner" });
        this.answer = element("button", {
            type: "button",
            class: "answer",
            tabindex: "-1",
            on: { click: () => onAnswer(id) },
        });
        this.root = element(
            "div",
            { class: "row", role: "row", tabindex: "-1", "aria-selected": "false", data: { alert: id } },
            element("div", { role: "gridcell", class: "cell-priority" }, this.priority),
            element(
                "div",
                { role: "gridcell", class: "cell-alert" },
                element("div", { class: "headline" }, this.category, this.cancelled, this.unit),
                this.place,
            ),
            element("div", { role: "gridcell", class: "cell-age" }, this.age, this.presses),
            element("div", { role: "gridcell", class: "cell-stage" }, this.lamps, this.stage),
            element("div", { role: "gridcell", class: "cell-owner" }, this.owner, this.answer),
        );
    }

    /**
     * Shows an alert.
     *
     * @param {import("./store.js").Alert} alert
     * @param {"unclaimed" | "mine" | "others" | "closed"} side whose it is
     * @param {boolean} isBusy whether a call about it is on its way
     */
    update(alert, side, isBusy) {
        if (alert === this.#alert && side === this.#side && isBusy === this.#isBusy) return;
        this.#alert = alert;
        this.#side = side;
        this.#isBusy = isBusy;
        const { dataset } = this.root;
        dataset.side = side;
        dataset.stage = alert.stage;
        dataset.priority = String(alert.priority);
        dataset.category = alert.category;
        setText(this.priority, String(alert.priority));
        this.priority.title = text(`priority.${alert.priority}`);
        this.priority.setAttribute("aria-label", text(`priority.${alert.priority}`));
        this.priority.setAttribute("role", "img");
        setText(this.category, text(`category.${alert.category}`));
        this.cancelled.hidden = alert.cancelled_at === null && alert.cleared_at === null;
        setText(this.cancelled, text(alert.cleared_at === null ? "cancelled" : "cleared"));
        setText(this.place, subjectText(alert));
        this.place.title = subjectText(alert);
        setText(this.unit, alert.place && !alert.outage ? alert.unit : "");
        setText(this.presses, alert.press_count > 1 ? text("presses", { count: alert.press_count }) : "");
        updateLamps(this.lamps, alert);
        setText(this.stage, text(`stage.${alert.stage}`));
        setText(this.owner, side === "mine" ? text("owner.you") : (alert.owner ?? ""));
        this.answer.hidden = side !== "unclaimed";
        this.answer.disabled = isBusy;
        setText(this.answer, text("action.claim"));
    }

    /**
     * Moves the age on.
     *
     * @param {number} nowMs the gateway's time
     */
    tick(nowMs) {
        if (this.#alert) setText(this.age, age(nowMs - this.#alert.raisedMs));
    }

    /**
     * Marks it as the selected one.
     *
     * @param {boolean} isSelected
     * @param {boolean} isTabStop
     */
    select(isSelected, isTabStop) {
        this.root.setAttribute("aria-selected", String(isSelected));
        this.root.tabIndex = isTabStop ? 0 : -1;
        // Inside the selected row the button is reachable by Tab; elsewhere hundreds of stops would be in the way.
        this.answer.tabIndex = isSelected ? 0 : -1;
    }
}
