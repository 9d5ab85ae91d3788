// What a technical alert says beside its category: which conditions last, and of an outage how many units are lost.

import { hasText, text } from "./language.js";

/** From this priority on an alert waits in the queue without sound, flashing title or bar. */
const quietPriorityMin = 3;

/**
 * Whether an unanswered alert is to make an officer look up.
 *
 * @param {import("./store.js").Alert} alert
 */
export function isLoud(alert) {
    return alert.priority < quietPriorityMin;
}

/**
 * The conditions of a technical alert, or the outage it stands for; empty for a caller's.
 *
 * @param {import("./store.js").Alert} alert
 */
export function technicalText(alert) {
    if (alert.outage) {
        const { scope, name, lost, peak } = alert.outage;
        const what = hasText(`outage.${scope}`) ? text(`outage.${scope}`, { name }) : name;
        return `${what}: ${text("outage.lost", { count: lost, peak })}`;
    }
    // A condition of a later gateway is shown by its word rather than not at all.
    return alert.faults.map((fault) => (hasText(`fault.${fault}`) ? text(`fault.${fault}`) : fault)).join(", ");
}

/**
 * Where an alert is and what it is about, in one line.
 *
 * @param {import("./store.js").Alert} alert
 */
export function subjectText(alert) {
    const about = technicalText(alert);
    if (alert.outage) return about;
    return [alert.place || alert.unit, about].filter(Boolean).join(" · ");
}
