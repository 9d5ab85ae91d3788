// How times, ages and coordinates read. Digits only where possible, so that they read the same in every language.

import { text } from "./language.js";

/** @param {number} value */
const two = (value) => String(value).padStart(2, "0");

/**
 * A length of time as a stopwatch shows it: 0:42, 12:05, 1:02:33, 2 d 03:14.
 *
 * @param {number} milliseconds below zero counts as zero
 */
export function age(milliseconds) {
    const seconds = Math.max(0, Math.floor(milliseconds / 1000));
    const days = Math.floor(seconds / 86_400);
    const hours = Math.floor((seconds % 86_400) / 3600);
    const minutes = Math.floor((seconds % 3600) / 60);
    if (days > 0) return text("age.days", { count: days, clock: `${two(hours)}:${two(minutes)}` });
    if (hours > 0) return `${hours}:${two(minutes)}:${two(seconds % 60)}`;
    return `${minutes}:${two(seconds % 60)}`;
}

/**
 * A point in time by the workstation's zone: 14:03:22, with the date in front when it is not today.
 *
 * @param {string | number} time RFC 3339 text or milliseconds since 1970 UTC
 */
export function timeOfDay(time) {
    const at = new Date(time);
    if (Number.isNaN(at.getTime())) return "";
    const clock = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
    if (at.toDateString() === new Date().toDateString()) return clock;
    return `${two(at.getDate())}.${two(at.getMonth() + 1)}.${at.getFullYear()} ${clock}`;
}

/**
 * Degrees to about one metre: 51.12830, 71.43050.
 *
 * @param {number} latitude
 * @param {number} longitude
 */
export function coordinates(latitude, longitude) {
    return `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
}

/**
 * A geo: address (RFC 5870) that map applications open.
 *
 * @param {number} latitude
 * @param {number} longitude
 * @param {number | null} accuracyM radius in metres; null claims none
 */
export function geoAddress(latitude, longitude, accuracyM) {
    const uncertainty = accuracyM === null ? "" : `;u=${Math.round(accuracyM)}`;
    return `geo:${latitude.toFixed(6)},${longitude.toFixed(6)}${uncertainty}`;
}
