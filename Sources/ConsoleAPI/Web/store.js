// What is true, as far as this page knows: open alerts, units, centres. Pure: no clock, no network, no document.
//
// Two sources feed it, events and lists, in any order and with repeats. One rule keeps it true: of two versions of an
// alert the one with the higher sequence wins, also when the alert has already left the queue.

/**
 * @typedef {object} Alert as wire.js reads it; ids and sequences are decimal texts, times RFC 3339
 * @property {string} id
 * @property {string} unit
 * @property {string | null} place
 * @property {string} centre
 * @property {number} [queue_priority_level] the priority that its place in the queue goes by
 * @property {number} [escalation_level] how far it came while nobody claimed it
 * @property {string} category
 * @property {number} priority 0 (life) to 4 (test)
 * @property {string} stage
 * @property {string} raised_at
 * @property {string | null} pressed_at
 * @property {string | null} stored_at
 * @property {string | null} ringing_at
 * @property {string | null} answered_at
 * @property {string | null} dispatched_at
 * @property {string | null} arrived_at
 * @property {string | null} closed_at
 * @property {string | null} cancelled_at
 * @property {number} press_count
 * @property {string | null} last_press_at
 * @property {{latitude: number, longitude: number, accuracy_m: number | null, age_s: number | null} | null} position
 *     in degrees; without accuracy and age it is where the unit was surveyed
 * @property {string | null} owner
 * @property {string | null} confirmed_stage
 * @property {string | null} outcome
 * @property {string | null} note
 * @property {boolean} technical the gateway raised it: nobody pressed
 * @property {string[]} faults words of the conditions for which it stands
 * @property {string | null} cleared_at when the last of them ended
 * @property {{scope: string, name: string, lost: number, peak: number} | null} outage the lost units it stands for
 * @property {string} sequence
 * @property {number} raisedMs `raised_at` in milliseconds since 1970 UTC, to sort without parsing
 */

/** @typedef {{id: string, place: string, latitude: number | null, longitude: number | null, online: boolean,
 *     registered: boolean, isRemoved: boolean, centre?: string}} Unit */
/** @typedef {{id: string, name: string, open_alerts: number, units_online: number, units_total: number}} Centre */
/** @typedef {{officer: string, name: string, role: string, centres: string[]}} Officer */
/** @typedef {"added" | "changed" | "removed"} ChangeKind */

/** How many alerts that left the queue are remembered, so that a late older version cannot bring one back. */
const departedMax = 4096;

/** The stages in order. */
export const stages = ["stored", "ringing", "answered", "dispatched", "arrived", "closed"];

/** The outcomes in the order they are offered. */
export const outcomes = [
    "real", "false_press", "hoax", "test", "technical", "duplicate", "cannot_locate", "referred",
];

/**
 * Whether nobody has taken the alert yet.
 *
 * @param {Alert} alert
 */
export function isUnclaimed(alert) {
    return alert.owner === null && alert.stage !== "closed";
}

/**
 * The order of the queue: priority, then age, then number.
 *
 * @param {Alert} left
 * @param {Alert} right
 */
export function queueOrder(left, right) {
    return (
        (left.queue_priority_level ?? left.priority) - (right.queue_priority_level ?? right.priority) ||
        (right.escalation_level ?? 0) - (left.escalation_level ?? 0) ||
        left.raisedMs - right.raisedMs ||
        (BigInt(left.id) < BigInt(right.id) ? -1 : 1)
    );
}

export class Store {
    /**
     * Who is signed in.
     *
     * @type {Officer | null}
     */
    officer = null;
    /** @type {Centre[]} */
    centres = [];
    /** Whether the lists were loaded at least once. */
    isLoaded = false;
    /** The highest sequence seen in anything. */
    latestSequence = 0n;

    /** @type {Map<string, Alert>} */
    #open = new Map();
    /**
     * Alerts that left the queue, as last known; insertion order is age.
     *
     * @type {Map<string, {alert: Alert, sequence: bigint}>}
     */
    #departed = new Map();
    /** @type {Map<string, {unit: Unit, sequence: bigint}>} */
    #units = new Map();
    /** @type {Set<(kind: ChangeKind | "other", alert: Alert | null, before: Alert | null) => void>} */
    #listeners = new Set();

    /**
     * Calls `listener` on every change, at once.
     *
     * @param {(kind: ChangeKind | "other", alert: Alert | null, before: Alert | null) => void} listener
     */
    subscribe(listener) {
        this.#listeners.add(listener);
    }

    /**
     * Takes one version of an alert.
     *
     * @param {Alert} alert
     * @returns {ChangeKind | "ignored"} ignored when a version at least as new is known
     */
    apply(alert) {
        const sequence = BigInt(alert.sequence);
        this.#see(sequence);
        const before = this.#open.get(alert.id) ?? null;
        const departed = this.#departed.get(alert.id);
        if (before && BigInt(before.sequence) >= sequence) return "ignored";
        if (departed && departed.sequence >= sequence) return "ignored";
        const isOurs = this.officer === null || this.officer.centres.includes(alert.centre);
        if (alert.stage === "closed" || !isOurs) {
            this.#depart(alert, sequence);
            if (!before) return "ignored";
            this.#tell("removed", alert, before);
            return "removed";
        }
        this.#departed.delete(alert.id);
        this.#open.set(alert.id, alert);
        const kind = before ? "changed" : "added";
        this.#tell(kind, alert, before);
        return kind;
    }

    /**
     * Takes a centre's whole list as of a sequence. Alerts that are not in it and have not changed since are gone.
     *
     * @param {string} centre
     * @param {string} sequenceText
     * @param {Alert[]} alerts
     */
    applyList(centre, sequenceText, alerts) {
        const sequence = BigInt(sequenceText);
        this.#see(sequence);
        for (const alert of alerts) this.apply(alert);
        const listed = new Set(alerts.map((alert) => alert.id));
        for (const alert of this.#open.values()) {
            if (alert.centre !== centre || listed.has(alert.id) || BigInt(alert.sequence) > sequence) continue;
            this.#depart(alert, sequence);
            this.#tell("removed", alert, alert);
        }
    }

    /**
     * Takes the officer and the centres.
     *
     * @param {Officer} officer
     * @param {Centre[]} centres
     */
    setOfficer(officer, centres) {
        if (this.officer !== null && this.officer.officer !== officer.officer) this.reset();
        this.officer = officer;
        this.centres = centres;
        for (const alert of [...this.#open.values()]) {
            if (officer.centres.includes(alert.centre)) continue;
            this.#open.delete(alert.id);
            this.#tell("removed", alert, alert);
        }
        this.#tell("other", null, null);
    }

    /**
     * Takes a centre's whole list of units as of a sequence; units that an event has changed since stay.
     *
     * @param {string} centre
     * @param {string} sequenceText
     * @param {Unit[]} units
     */
    applyUnits(centre, sequenceText, units) {
        const sequence = BigInt(sequenceText);
        for (const [id, known] of this.#units) {
            if (known.unit.centre === centre && known.sequence <= sequence) this.#units.delete(id);
        }
        for (const unit of units) {
            if (!this.#units.has(unit.id)) this.#units.set(unit.id, { unit: { ...unit, centre }, sequence });
        }
        this.#tell("other", null, null);
    }

    /**
     * Takes one unit.
     *
     * @param {Unit} unit
     * @param {string} sequenceText the sequence of the event that brings it
     */
    applyUnit(unit, sequenceText) {
        const sequence = BigInt(sequenceText);
        const known = this.#units.get(unit.id);
        if (known && known.sequence > sequence) return;
        if (!unit.isRemoved) this.#units.set(unit.id, { unit: { ...known?.unit, ...unit }, sequence });
        // Removed from one centre is not removed from another that it was moved to.
        else if (unit.centre === undefined || known?.unit.centre === unit.centre) this.#units.delete(unit.id);
        this.#tell("other", null, null);
    }

    /** Says that the first load is complete. */
    loaded() {
        this.isLoaded = true;
        this.#tell("other", null, null);
    }

    /** Forgets everything but the listeners: another officer, or another journal behind the same address. */
    reset() {
        const gone = [...this.#open.values()];
        this.#open.clear();
        this.#departed.clear();
        this.#units.clear();
        this.officer = null;
        this.centres = [];
        this.isLoaded = false;
        this.latestSequence = 0n;
        for (const alert of gone) this.#tell("removed", alert, alert);
        this.#tell("other", null, null);
    }

    /**
     * The alert as last known, also when it has left the queue.
     *
     * @param {string} id
     * @returns {Alert | null}
     */
    find(id) {
        return this.#open.get(id) ?? this.#departed.get(id)?.alert ?? null;
    }

    /**
     * Whether the alert is in the queue.
     *
     * @param {string} id
     */
    isOpen(id) {
        return this.#open.has(id);
    }

    /**
     * @param {string} id
     * @returns {Unit | null}
     */
    unit(id) {
        return this.#units.get(id)?.unit ?? null;
    }

    /**
     * Open alerts, most urgent first.
     *
     * @param {string | null} [centre] null is all centres
     * @returns {Alert[]}
     */
    queue(centre = null) {
        const alerts = [...this.#open.values()].filter((alert) => centre === null || alert.centre === centre);
        return alerts.sort(queueOrder);
    }

    /**
     * Alerts that ring for somebody, most urgent first.
     *
     * @returns {Alert[]}
     */
    unclaimed() {
        return [...this.#open.values()].filter(isUnclaimed).sort(queueOrder);
    }

    /**
     * Units connected and known.
     *
     * @param {string | null} centre null is all centres
     */
    unitCounts(centre) {
        let online = 0;
        let total = 0;
        for (const { unit } of this.#units.values()) {
            if (centre !== null && unit.centre !== centre) continue;
            total += 1;
            if (unit.online) online += 1;
        }
        return { online, total };
    }

    /**
     * Whose the alert is, from this officer's side.
     *
     * @param {Alert} alert
     * @returns {"unclaimed" | "mine" | "others" | "closed"}
     */
    side(alert) {
        if (!this.isOpen(alert.id)) return "closed";
        if (alert.owner === null) return "unclaimed";
        return alert.owner === this.officer?.officer ? "mine" : "others";
    }

    /**
     * @param {Alert} alert
     * @param {bigint} sequence
     */
    #depart(alert, sequence) {
        this.#open.delete(alert.id);
        this.#departed.delete(alert.id);
        this.#departed.set(alert.id, { alert, sequence });
        if (this.#departed.size <= departedMax) return;
        for (const oldest of this.#departed.keys()) {
            this.#departed.delete(oldest);
            return;
        }
    }

    /** @param {bigint} sequence */
    #see(sequence) {
        if (sequence > this.latestSequence) this.latestSequence = sequence;
    }

    /**
     * @param {ChangeKind | "other"} kind
     * @param {Alert | null} alert
     * @param {Alert | null} before
     */
    #tell(kind, alert, before) {
        for (const listener of this.#listeners) listener(kind, alert, before);
    }
}
