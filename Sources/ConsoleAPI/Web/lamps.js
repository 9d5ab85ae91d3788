// The stage lamps: how far an alert has come, and how far the caller's unit shows that it has. Shape tells the three
// kinds apart, colour only helps.

import { element } from "./dom.js";
import { text } from "./language.js";
import { stages } from "./store.js";

/**
 * What one lamp says.
 *
 * @param {import("./store.js").Alert} alert
 * @param {string} stage
 * @returns {"confirmed" | "reached" | "ahead"}
 */
export function lampState(alert, stage) {
    const index = stages.indexOf(stage);
    if (alert.confirmed_stage !== null && index <= stages.indexOf(alert.confirmed_stage)) return "confirmed";
    return index <= stages.indexOf(alert.stage) ? "reached" : "ahead";
}

/**
 * All stages and confirmations in one sentence.
 *
 * @param {import("./store.js").Alert} alert
 */
export function lampSummary(alert) {
    return text("stage.summary", {
        stage: text(`stage.${alert.stage}`),
        confirmed: text(alert.confirmed_stage === null ? "stage.nothing" : `stage.${alert.confirmed_stage}`),
    });
}

/**
 * One lamp.
 *
 * @param {"confirmed" | "reached" | "ahead"} state
 */
export function lamp(state) {
    return element("span", { class: "lamp", data: { state }, "aria-hidden": "true" });
}

/** A row of lamps; {@link updateLamps} sets them. */
export function lampRow() {
    return element("span", { class: "lamps", role: "img" }, ...stages.map(() => lamp("ahead")));
}

/**
 * Sets a row of lamps.
 *
 * @param {HTMLElement} row
 * @param {import("./store.js").Alert} alert
 */
export function updateLamps(row, alert) {
    stages.forEach((stage, index) => {
        const node = row.children[index];
        if (node instanceof HTMLElement) node.dataset.state = lampState(alert, stage);
    });
    const summary = lampSummary(alert);
    row.setAttribute("aria-label", summary);
    row.title = summary;
}
