// The gateway's time as this browser can know it. Ages must be right on a workstation whose clock is wrong, so the
// difference is learned from the Date header of the gateway's answers.

/** Date headers have whole seconds, so a smaller difference than this is not a difference. */
const resolutionMs = 1500;

let offsetMs = 0;

/**
 * Learns from an answer.
 *
 * @param {string | null} dateHeader the answer's Date header
 * @param {number} sentMs this browser's time when the request left
 * @param {number} receivedMs this browser's time when the answer came
 */
export function learnGatewayTime(dateHeader, sentMs, receivedMs) {
    const stamped = Date.parse(dateHeader ?? "");
    if (Number.isNaN(stamped)) return;
    // The header's second is cut, not rounded: the middle of that second is the best guess.
    const offset = stamped + 500 - (sentMs + receivedMs) / 2;
    offsetMs = Math.abs(offset) <= resolutionMs + (receivedMs - sentMs) / 2 ? 0 : offset;
}

/** The gateway's time now, in milliseconds since 1970 UTC. */
export function gatewayNowMs() {
    return Date.now() + offsetMs;
}
