// Composition: makes the parts, ties them together, starts. No rule of its own lives here.

import { Actions } from "./actions.js";
import { Alarm } from "./alarm.js";
import { api, ApiError } from "./api.js";
import { Bar } from "./bar.js";
import { CloseDialog } from "./close-dialog.js";
import { Desk } from "./desk.js";
import { DetailView, possibleActions } from "./detail-view.js";
import { byID } from "./dom.js";
import { Feed } from "./feed.js";
import { HelpDialog } from "./help-dialog.js";
import { startKeyboard } from "./keyboard.js";
import { onLanguage, startLanguage, text } from "./language.js";
import { Notices } from "./notices.js";
import { QueueView } from "./queue-view.js";
import { ShownReporter } from "./shown.js";
import { SignIn } from "./sign-in.js";
import { AlarmSound } from "./sound.js";
import { Store } from "./store.js";
import { Warnings } from "./warnings.js";
import { readAlert, readUnit } from "./wire.js";

startLanguage();

const store = new Store();
const desk = new Desk();
const notices = new Notices();
const warnings = new Warnings();
const bar = new Bar({ store, desk });
const sound = new AlarmSound((state, isSounding) => bar.setSound(state, isSounding));
const feed = new Feed({ open: api.events, ready: streamBegins, reload, event: takeEvent, state: linkChanged });
const shown = new ShownReporter({ report: api.shown, store, isLive: () => feed.state === "live" });
const actions = new Actions({ api, store, desk, notices, signedOut: () => feed.signedOut(), changed: scheduleRender });
const queue = new QueueView({ store, desk, actions, shown });
const detail = new DetailView({ store, desk, actions, act });
const alarm = new Alarm({ store, sound });
const closing = new CloseDialog({ store, actions });
const help = new HelpDialog(() => sound.test());
const signIn = new SignIn({ api, signedIn: () => feed.start() });

/** Whether a session existed in this page's life, so that its end is called an end. */
let hadSession = false;

/** @param {{sequence: string, resumed?: boolean}} ready */
function streamBegins(ready) {
    warnings.clear();
    if (ready.resumed === true || BigInt(ready.sequence) >= store.latestSequence) return;
    // Sequences only grow: this is another journal (a new installation), and what is known is of the old one.
    store.reset();
    feed.forget();
}

/** Loads everything; the store merges it with the events that arrive meanwhile. */
async function reload() {
    const [officer, centres] = await Promise.all([api.me(), api.centres()]);
    if (store.officer !== null && store.officer.officer !== officer.officer) desk.select(null);
    store.setOfficer(officer, centres);
    if (desk.centre !== null && !officer.centres.includes(desk.centre)) desk.show(null);
    await Promise.all(
        centres.map(async (/** @type {import("./store.js").Centre} */ { id }) => {
            const [list, inventory] = await Promise.all([api.alerts(id), api.units(id)]);
            store.applyList(id, list.sequence, list.alerts);
            store.applyUnits(id, inventory.sequence, inventory.units);
        }),
    );
    hadSession = true;
    store.loaded();
}

/**
 * @param {string} type
 * @param {any} data
 * @param {string | null} sequence
 */
function takeEvent(type, data, sequence) {
    if (type === "alert") store.apply(readAlert(data));
    else if (type === "warning") warnings.take(data);
    else if (type === "unit") store.applyUnit(readUnit(data), sequence ?? String(store.latestSequence));
}

/** @type {import("./feed.js").LinkState} */
let linkBefore = "idle";

/**
 * @param {import("./feed.js").LinkState} state
 * @param {number} sinceMs
 */
function linkChanged(state, sinceMs) {
    bar.setLink(state, sinceMs);
    if (state === "signed_out") signIn.open(hadSession);
    if (state === "live") {
        signIn.close();
        sound.unlock();
        if (linkBefore === "lost" && hadSession) notices.show("info", text("link.restored"));
        render();
        shown.reconnected();
    }
    if (state === "live" || state === "lost") linkBefore = state;
}

/**
 * What a button or key does to the selected alert.
 *
 * @param {import("./api.js").ActionKind} action
 */
function act(action) {
    const alert = desk.selected === null ? null : store.find(desk.selected);
    if (!alert || !possibleActions(alert, store.side(alert)).includes(action)) return;
    if (action === "close") closing.open(alert.id);
    else void actions.perform(alert.id, action);
}

/** @param {import("./keyboard.js").Command} command */
function run(command) {
    if (store.officer === null && command !== "help") return;
    if (command === "answer") void actions.answer();
    else if (command === "enter") void actions.answer(desk.selected);
    else if (command === "next") queue.move(1);
    else if (command === "previous") queue.move(-1);
    else if (command === "dispatch") {
        const alert = store.find(desk.selected ?? "");
        act(alert?.stage === "dispatched" ? "arrive" : "dispatch");
    } else if (command === "release") act("release");
    else if (command === "close") act("close");
    else if (command === "mute") sound.toggleMute();
    else if (command === "help") help.open();
    else if (command === "escape") notices.dismissLatest();
}

function render() {
    alarm.render();
    bar.render();
    queue.render();
    detail.render();
    shown.check();
}

let isRenderScheduled = false;

/** Renders once behind everything that happens now; a microtask, because animation frames stop in a hidden tab. */
function scheduleRender() {
    if (isRenderScheduled) return;
    isRenderScheduled = true;
    queueMicrotask(() => {
        isRenderScheduled = false;
        render();
    });
}

async function signOut() {
    try {
        await api.signOut();
    } catch (error) {
        if (!(error instanceof ApiError && error.status === 401)) {
            return notices.show("error", text("failed.unreachable"));
        }
    }
    hadSession = false;
    feed.signedOut();
    feed.forget();
    store.reset();
    desk.select(null);
    notices.clear();
    warnings.clear();
}

/** While the officer has chosen nothing that is still open, the most urgent unanswered alert is in the panel. */
function selectForThem() {
    if (!store.isLoaded) return;
    if (desk.selected !== null && desk.isChosen && store.isOpen(desk.selected)) return;
    const first = store.unclaimed()[0];
    if (first) desk.select(first.id, false);
}

store.subscribe(() => {
    selectForThem();
    scheduleRender();
});
desk.subscribe(scheduleRender);
onLanguage(() => {
    for (const view of [signIn, help, closing, queue, detail, warnings]) view.rebuild();
    bar.setSound(sound.state, document.body.dataset.sounding === "true");
    bar.tick();
    render();
});
byID("alarm-answer").addEventListener("click", () => void actions.answer());
byID("sound").addEventListener("click", () => sound.toggleMute());
byID("sign-out").addEventListener("click", () => void signOut());
shown.watch(byID("alarm"));
startKeyboard(run);
setInterval(() => {
    bar.tick();
    alarm.tick();
    queue.tick();
    detail.tick();
}, 1000);
detail.rebuild();
render();
bar.setSound(sound.state, false);
feed.start();
