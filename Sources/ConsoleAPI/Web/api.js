// Calls to the gateway's HTTP API. Every failure becomes one ApiError; nothing is retried here, because only the caller
// knows whether a repeat is right.

import { learnGatewayTime } from "./clock.js";
import { readAlert, readAlertList, readUnitList } from "./wire.js";

/** An answer that takes longer than this is treated as none: an officer must not wait on a dead connection. */
const answerMsMax = 8000;

/** A call that did not succeed. */
export class ApiError extends Error {
    /**
     * @param {number} status the HTTP status; 0 when the gateway did not answer
     * @param {{title?: string, detail?: string, reason?: string, owner?: string | null}} problem problem document
     * @param {number} retryAfterS seconds to wait as the gateway asks; 0 when it does not
     */
    constructor(status, problem, retryAfterS) {
        super(problem.detail ?? problem.title ?? `status ${status}`);
        this.status = status;
        this.problem = problem;
        this.retryAfterS = retryAfterS;
    }
}

/**
 * One call.
 *
 * @param {"GET" | "POST"} method
 * @param {string} path below the page's own origin
 * @param {object} [body] sent as JSON
 * @returns {Promise<any>} the decoded answer; null when it has none
 * @throws {ApiError} on any status but 2xx, on no answer, on an answer that is not JSON
 */
async function call(method, path, body) {
    const sentMs = Date.now();
    let response;
    let answer = "";
    try {
        response = await fetch(path, {
            method,
            headers: body === undefined ? {} : { "Content-Type": "application/json" },
            body: body === undefined ? undefined : JSON.stringify(body),
            cache: "no-store",
            credentials: "same-origin",
            signal: AbortSignal.timeout(answerMsMax),
        });
        learnGatewayTime(response.headers.get("Date"), sentMs, Date.now());
        answer = await response.text();
    } catch {
        throw new ApiError(0, {}, 0);
    }
    let decoded = null;
    try {
        if (answer !== "") decoded = JSON.parse(answer);
    } catch {
        if (response.ok) throw new ApiError(response.status, { title: "not JSON" }, 0);
    }
    if (!response.ok) {
        const retryAfterS = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
        throw new ApiError(response.status, decoded ?? {}, Number.isNaN(retryAfterS) ? 0 : retryAfterS);
    }
    return decoded;
}

/** @typedef {"claim" | "release" | "dispatch" | "arrive" | "close"} ActionKind */

export const api = {
    /**
     * Signs in; the session is a cookie this page cannot read.
     *
     * @param {string} officer
     * @param {string} password
     */
    signIn: (officer, password) => call("POST", "v1/sign-in", { officer, password }),

    /** Ends the session. */
    signOut: () => call("POST", "v1/sign-out", {}),

    /** Who is signed in. */
    me: () => call("GET", "v1/me"),

    /** The officer's centres with their counts. */
    centres: () => call("GET", "v1/centres"),

    /**
     * A centre's open alerts as of a sequence.
     *
     * @param {string} centre
     */
    alerts: async (centre) => readAlertList(await call("GET", `v1/centres/${encodeURIComponent(centre)}/alerts`)),

    /**
     * A centre's units.
     *
     * @param {string} centre
     */
    units: async (centre) => readUnitList(await call("GET", `v1/centres/${encodeURIComponent(centre)}/units`)),

    /**
     * Does something to an alert.
     *
     * @param {string} id
     * @param {ActionKind} action
     * @param {object} [body] outcome and note at close
     */
    act: async (id, action, body = {}) =>
        readAlert(await call("POST", `v1/alerts/${encodeURIComponent(id)}/${action}`, body)),

    /**
     * Confirms that this screen shows the alert.
     *
     * @param {string} id
     */
    shown: (id) => call("POST", `v1/alerts/${encodeURIComponent(id)}/shown`, {}),

    /**
     * Opens the event stream. It is a fetch and not an EventSource, because only so the page sees the HTTP status (a
     * session that ended) and the heartbeat comments (a connection that is dead without saying so).
     *
     * @param {string | null} lastEventID the sequence to resume behind
     * @param {AbortSignal} signal ends the stream
     * @returns {Promise<Response>}
     */
    events: (lastEventID, signal) =>
        fetch("v1/events", {
            headers: {
                Accept: "text/event-stream",
                ...(lastEventID === null ? {} : { "Last-Event-ID": lastEventID }),
            },
            cache: "no-store",
            credentials: "same-origin",
            signal,
        }),
};
