// Decoding of Server-Sent Events (HTML standard, section 9.2.6) from text that arrives in any pieces. Pure.

/** @typedef {{type: string, data: string, id: string | null}} ServerEvent */

/** An event longer than this is not one of ours; the stream is given up rather than memory. */
const bufferedCharactersMax = 1_000_000;

export class EventStreamDecoder {
    #rest = "";
    #type = "";
    /** @type {string[]} */
    #data = [];
    /** @type {string | null} */
    #id = null;
    #bufferedCharacters = 0;

    /**
     * Takes the next piece of the stream.
     *
     * @param {string} piece
     * @returns {ServerEvent[]} the events it completed; comments complete nothing
     * @throws {RangeError} when an event is too long
     */
    push(piece) {
        const lines = (this.#rest + piece).split(/\r\n|\n|\r(?!$)/);
        this.#rest = lines.pop() ?? "";
        /** @type {ServerEvent[]} */
        const events = [];
        for (const line of lines) {
            const event = this.#take(line);
            if (event) events.push(event);
        }
        if (this.#rest.length + this.#bufferedCharacters > bufferedCharactersMax) throw new RangeError("event too long");
        return events;
    }

    /**
     * @param {string} line
     * @returns {ServerEvent | null}
     */
    #take(line) {
        if (line === "") return this.#finish();
        const colon = line.indexOf(":");
        if (colon === 0) return null;
        const field = colon < 0 ? line : line.slice(0, colon);
        const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
        if (field === "event") this.#type = value;
        else if (field === "data") {
            this.#data.push(value);
            this.#bufferedCharacters += value.length;
        } else if (field === "id") this.#id = value;
        return null;
    }

    /** @returns {ServerEvent | null} */
    #finish() {
        const event =
            this.#data.length === 0
                ? null
                : { type: this.#type || "message", data: this.#data.join("\n"), id: this.#id };
        this.#type = "";
        this.#data = [];
        this.#id = null;
        this.#bufferedCharacters = 0;
        return event;
    }
}
