// The connection to the gateway as a state machine. It alone decides whether what the screen shows can be trusted.
//
//     idle ──start──▶ connecting ──ready, lists reloaded──▶ live
//                        │  ▲                                │ ended, failed, or silent for 25 s
//                        │  └───backoff of at most 2 s── lost ◀┘
//                        └─401─▶ signed_out ──start──▶ connecting
//
// The truth never rests on resuming alone: behind every `ready` and `resync` the lists are loaded again while events
// already flow, and the store merges both by sequence.

import { ApiError } from "./api.js";
import { EventStreamDecoder } from "./event-stream.js";

/** The gateway says something at least every 10 s; two missed and a half mean a dead connection. */
const silenceMsMax = 25_000;
const backoffMsMin = 250;
/** Officers must not wait for a page that waits: a restarted gateway is found within this time. */
const backoffMsMax = 2000;

/** @typedef {"idle" | "connecting" | "live" | "lost" | "signed_out"} LinkState */

/** Thrown inside when the session ended. */
class SignedOut extends Error {}

export class Feed {
    /** @type {LinkState} */
    #state = "idle";
    /** Grows with every start and stop; a run that finds another number than its own ends. */
    #run = 0;
    #failures = 0;
    #lastHeardMs = Date.now();
    /** @type {string | null} */
    #lastEventID = null;
    /** @type {AbortController | null} */
    #connection = null;
    /**
     * The connection that delivers now.
     *
     * @type {AbortController | null}
     */
    #streaming = null;
    /** @type {(() => void) | null} */
    #endPause = null;

    /**
     * @param {object} links
     * @param {(lastEventID: string | null, signal: AbortSignal) => Promise<Response>} links.open
     * @param {(ready: {sequence: string, resumed?: boolean}) => void} links.ready told at once when a stream begins
     * @param {() => Promise<void>} links.reload loads the lists; rejects when it cannot
     * @param {(type: string, data: any, sequence: string | null) => void} links.event takes an `alert`, `unit` or `warning`
     * @param {(state: LinkState, sinceMs: number) => void} links.state told of every change; `sinceMs` is when the
     *     gateway was last heard
     */
    constructor(links) {
        this.links = links;
        setInterval(() => this.#watch(), 1000);
        addEventListener("online", () => this.retryNow());
        addEventListener("offline", () => this.#connection?.abort());
    }

    /** @returns {LinkState} */
    get state() {
        return this.#state;
    }

    /** Connects, and stays connected until ``stop`` or until the session ends. */
    start() {
        this.stop();
        this.#lastHeardMs = Date.now();
        this.#failures = 0;
        void this.#keepConnected(this.#run);
    }

    /** Disconnects. */
    stop() {
        this.#run += 1;
        this.#connection?.abort();
        this.#endPause?.();
        this.#enter("idle");
    }

    /** Forgets where it was: the next connection starts from the present. For another officer or journal. */
    forget() {
        this.#lastEventID = null;
    }

    /** Ends a pause between two attempts. */
    retryNow() {
        this.#endPause?.();
    }

    /** The session ended, as another call found out. */
    signedOut() {
        this.stop();
        this.#enter("signed_out");
    }

    /** @param {number} run */
    async #keepConnected(run) {
        this.#enter("connecting");
        while (run === this.#run) {
            try {
                await this.#stream(run);
            } catch (error) {
                if (run !== this.#run) return;
                if (error instanceof SignedOut) return this.signedOut();
            }
            if (run !== this.#run) return;
            this.#enter("lost");
            await this.#pause();
        }
    }

    /**
     * One connection from open to end.
     *
     * @param {number} run
     */
    async #stream(run) {
        const connection = new AbortController();
        this.#connection = connection;
        // A connection attempt gets the same patience as a silent stream, counted from now.
        const openedMs = Date.now();
        const patience = setInterval(() => {
            if (Math.abs(Date.now() - openedMs) > silenceMsMax) connection.abort();
        }, 1000);
        let response;
        try {
            response = await this.links.open(this.#lastEventID, connection.signal);
        } finally {
            clearInterval(patience);
        }
        if (response.status === 401) throw new SignedOut();
        if (!response.ok || !response.body) throw new Error(`status ${response.status}`);
        this.#lastHeardMs = Date.now();
        const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
        const decoder = new EventStreamDecoder();
        this.#streaming = connection;
        try {
            while (run === this.#run) {
                const { value, done } = await reader.read();
                if (done) return;
                this.#lastHeardMs = Date.now();
                for (const event of decoder.push(value)) this.#take(event, connection);
            }
        } finally {
            if (this.#streaming === connection) this.#streaming = null;
            connection.abort();
        }
    }

    /**
     * @param {import("./event-stream.js").ServerEvent} event
     * @param {AbortController} connection
     */
    #take(event, connection) {
        const data = JSON.parse(event.data);
        if (event.type === "ready") this.links.ready(data);
        if (event.type === "ready" || event.type === "resync") void this.#reload(connection);
        else this.links.event(event.type, data, event.id);
        if (event.id !== null) this.#lastEventID = event.id;
    }

    /** @param {AbortController} connection */
    async #reload(connection) {
        try {
            await this.links.reload();
        } catch (error) {
            if (connection.signal.aborted) return;
            if (error instanceof ApiError && error.status === 401) this.signedOut();
            else connection.abort();
            return;
        }
        if (connection.signal.aborted || connection !== this.#connection) return;
        this.#failures = 0;
        this.#enter("live");
    }

    /** Gives up a connection that has gone silent. The wall clock is asked because it also runs while asleep. */
    #watch() {
        if (this.#streaming && Math.abs(Date.now() - this.#lastHeardMs) > silenceMsMax) this.#streaming.abort();
    }

    /** Waits before the next attempt: doubling, capped, and spread so that many consoles do not come at once. */
    #pause() {
        const ceiling = Math.min(backoffMsMax, backoffMsMin * 2 ** Math.min(this.#failures, 8));
        this.#failures += 1;
        return new Promise((resolve) => {
            const timer = setTimeout(resolve, ceiling * (0.5 + Math.random() / 2));
            this.#endPause = () => {
                clearTimeout(timer);
                resolve(undefined);
            };
        });
    }

    /** @param {LinkState} state */
    #enter(state) {
        if (state === this.#state) return;
        this.#state = state;
        this.links.state(state, this.#lastHeardMs);
    }
}
