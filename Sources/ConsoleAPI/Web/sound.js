// The alarm's sound, by WebAudio.
//
// The pattern is computed once into a buffer that the audio thread loops by itself: unlike oscillators started from
// timers it keeps its rhythm in a background tab, where browsers slow timers down to one a minute.

import { remember, remembered } from "./preferences.js";

/** @typedef {"none" | "life" | "other"} AlarmPattern */
/** @typedef {"on" | "muted" | "blocked" | "unavailable"} SoundState */

/**
 * The tones of a pattern: start and length in seconds, frequency in Hz. Several partials each, because small
 * loudspeakers and old ears lose pure high tones.
 *
 * @type {Record<"life" | "other", {seconds: number, tones: [number, number, number][]}>}
 */
const patterns = {
    life: {
        seconds: 1.6,
        tones: [[0, 0.16, 784], [0.18, 0.16, 988], [0.36, 0.16, 784], [0.54, 0.16, 988], [0.72, 0.24, 1175]],
    },
    other: { seconds: 2.4, tones: [[0, 0.3, 622], [0.36, 0.42, 784]] },
};

/** How long a browser may take to start audio before the officer is told that it is blocked. */
const startMsMax = 400;

export class AlarmSound {
    /** @type {AudioContext | null} */
    #context = null;
    /** @type {AudioBufferSourceNode | null} */
    #playing = null;
    /** @type {AlarmPattern} */
    #wanted = "none";
    #isMuted = remembered("sound", "on") === "off";
    #isOverdue = false;

    /** @param {(state: SoundState, isSounding: boolean) => void} onChange */
    constructor(onChange) {
        this.onChange = onChange;
        for (const gesture of ["pointerdown", "keydown"]) {
            document.addEventListener(gesture, () => this.unlock(), { capture: true });
        }
    }

    /** @returns {SoundState} */
    get state() {
        if (typeof AudioContext === "undefined") return "unavailable";
        if (this.#isMuted) return "muted";
        return this.#isOverdue && this.#context?.state !== "running" ? "blocked" : "on";
    }

    /** Starts the audio machinery; sounds only if the browser allows it now. Harmless to repeat. */
    unlock() {
        if (typeof AudioContext === "undefined") return this.#report();
        if (!this.#context) {
            this.#context = new AudioContext();
            this.#context.onstatechange = () => this.#settle();
            setTimeout(() => {
                this.#isOverdue = true;
                this.#report();
            }, startMsMax);
        }
        if (this.#context.state !== "running") void this.#context.resume().catch(() => this.#report());
        this.#settle();
    }

    /**
     * Rings, or stops.
     *
     * @param {AlarmPattern} pattern
     */
    ring(pattern) {
        if (pattern === this.#wanted) return;
        this.#wanted = pattern;
        this.#silence();
        this.#settle();
    }

    /** Switches the sound off or on; remembered. */
    toggleMute() {
        this.#isMuted = !this.#isMuted;
        remember("sound", this.#isMuted ? "off" : "on");
        this.#settle();
    }

    /** Plays the urgent pattern once, also when muted, so that an officer can check the loudspeaker. */
    test() {
        this.unlock();
        if (!this.#context) return;
        const source = this.#source("life");
        source?.start();
    }

    /** Makes what is heard agree with what is wanted. */
    #settle() {
        const isAudible = this.#wanted !== "none" && !this.#isMuted && this.#context?.state === "running";
        if (!isAudible) this.#silence();
        else if (!this.#playing && this.#wanted !== "none") {
            this.#playing = this.#source(this.#wanted);
            if (this.#playing) {
                this.#playing.loop = true;
                this.#playing.start();
            }
        }
        this.#report();
    }

    #silence() {
        this.#playing?.stop();
        this.#playing?.disconnect();
        this.#playing = null;
    }

    #report() {
        this.onChange(this.state, this.#playing !== null);
    }

    /**
     * @param {"life" | "other"} name
     * @returns {AudioBufferSourceNode | null}
     */
    #source(name) {
        const context = this.#context;
        if (!context) return null;
        const { seconds, tones } = patterns[name];
        const buffer = context.createBuffer(1, Math.ceil(seconds * context.sampleRate), context.sampleRate);
        const samples = buffer.getChannelData(0);
        for (const [start, length, frequency] of tones) addTone(samples, context.sampleRate, start, length, frequency);
        const source = context.createBufferSource();
        source.buffer = buffer;
        source.connect(context.destination);
        return source;
    }
}

/**
 * Adds a tone with soft edges of 12 ms, so that it does not click.
 *
 * @param {Float32Array} samples
 * @param {number} rate samples a second
 * @param {number} start seconds
 * @param {number} length seconds
 * @param {number} frequency Hz
 */
function addTone(samples, rate, start, length, frequency) {
    const first = Math.floor(start * rate);
    const count = Math.floor(length * rate);
    const edge = 0.012 * rate;
    for (let index = 0; index < count && first + index < samples.length; index += 1) {
        const level = Math.min(1, index / edge, (count - index) / edge);
        const angle = (2 * Math.PI * frequency * index) / rate;
        samples[first + index] += 0.6 * level * (Math.sin(angle) + Math.sin(3 * angle) / 3 + Math.sin(5 * angle) / 8);
    }
}
