// From the gateway's JSON to the page's values, in one place: nothing behind it knows how the API spells things.
// Docs/console-api.md is the reference.

/**
 * Reads an alert. A bare number as priority is taken as its level.
 *
 * @param {any} json
 * @returns {import("./store.js").Alert}
 */
export function readAlert(json) {
    return {
        ...json,
        priority: json.priority_level ?? json.priority,
        position: readPosition(json.position),
        technical: json.technical === true,
        faults: json.faults ?? [],
        cleared_at: json.cleared_at ?? null,
        outage: json.outage ?? null,
        raisedMs: Date.parse(json.raised_at),
    };
}

/**
 * Reads a unit.
 *
 * @param {any} json
 * @returns {import("./store.js").Unit}
 */
export function readUnit(json) {
    const { id, place, online, registered, centre } = json;
    const point = readPosition(json.point ?? json);
    return {
        id,
        place,
        latitude: point?.latitude ?? null,
        longitude: point?.longitude ?? null,
        online,
        registered,
        isRemoved: json.removed === true,
        ...(centre === undefined ? {} : { centre }),
    };
}

/**
 * Reads a centre's open alerts.
 *
 * @param {any} json
 */
export function readAlertList(json) {
    return { sequence: String(json.sequence), alerts: json.alerts.map(readAlert) };
}

/**
 * Reads a centre's units.
 *
 * @param {any} json
 */
export function readUnitList(json) {
    return { sequence: String(json.sequence), units: json.units.map(readUnit) };
}

/**
 * @param {any} json
 * @returns {import("./store.js").Alert["position"]}
 */
function readPosition(json) {
    const latitude = json?.lat ?? json?.latitude ?? null;
    const longitude = json?.lon ?? json?.longitude ?? null;
    if (latitude === null || longitude === null) return null;
    return { latitude, longitude, accuracy_m: json.accuracy_m ?? null, age_s: json.age_s ?? null };
}
