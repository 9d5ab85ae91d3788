// The thread that owns the truth: the journal and the dispatcher take turns on it.

import AlertDispatch
import AlertModel
import EventRing

/// Makes events durable, then applies them, on one thread.
///
/// The two are one agent because a press passes through both: what the sync has made durable is applied by the
/// thread that waited for it, without a wake-up in between. While it waits nothing is dispatched, and nothing
/// could be: every act on an alert waits for the same disk. Routine events gather in their lane meanwhile, and
/// the dispatcher's half makes up for it.
///
/// Owned by its thread; `doWork` runs nowhere else once the agent is started.
final class AlertCore: Agent {
    let name = "sos-core"
    private let journal: JournalHalf
    private let dispatch: DispatchHalf
    private let doorbell: Doorbell
    private var lastTurnAt: MonotonicTime?
    private var lastAuditAt: MonotonicTime?
    /// What has fallen due and is not yet in the journal's ring.
    private var due: [Event] = []

    /// Deadlines of a turn: bounded, so that a press waits for no more than one batch of them.
    private static let dueMax = 256

    /// A turn that took longer waited for a slow disk, and more routine events than usual gathered meanwhile.
    private static let longTurnNs: UInt64 = 5_000_000

    /// - Parameter doorbell: rung by everyone who puts something into a lane of either half.
    init(journal: JournalHalf, dispatch: DispatchHalf, doorbell: Doorbell) {
        self.journal = journal
        self.dispatch = dispatch
        self.doorbell = doorbell
    }

    func doWork(now: Instant) -> Int {
        let isBehind = lastTurnAt.map { now.monotonic.nanosecondsSince($0) > Self.longTurnNs } ?? false
        lastTurnAt = now.monotonic
        if due.isEmpty { gatherDue(now: now.monotonic) }
        let stored = journal.doWork(now: now, own: &due)
        return stored + dispatch.doWork(now: now, isBehind: isBehind)
    }

    func waitForWork() {
        doorbell.prepareToSleep()
        let rest = min(journal.restMs, dispatch.restMs, deadlineRestMs)
        if rest > 0 { doorbell.wait(timeoutMs: rest) }
        doorbell.cancelSleep()
    }

    /// Deadlines, and every few seconds what the auditor finds.
    private func gatherDue(now: MonotonicTime) {
        dispatch.takeDue(at: now, max: Self.dueMax, into: &due)
        guard now.nanosecondsSince(lastAuditAt ?? now) >= UInt64(Dispatcher.auditEveryS) * 1_000_000_000 else {
            lastAuditAt = lastAuditAt ?? now
            return
        }
        lastAuditAt = now
        dispatch.audit(at: now, into: &due)
    }

    /// How long until something falls due, ms, as of the last turn.
    private var deadlineRestMs: Int32 {
        guard due.isEmpty else { return heldBackWaitMs }
        guard let next = dispatch.nextDeadline, let lastTurnAt else { return idleWaitMs }
        // Rounded up: a sleep that ends too early would turn in a circle.
        return Int32(clamping: next.nanosecondsSince(lastTurnAt) / 1_000_000 + 1)
    }

    func wake() { doorbell.ring() }
}

/// An idle agent still turns this often, so that the watchdog sees it alive.
let idleWaitMs: Int32 = 500

/// How soon an agent that waits for room downstream looks again: nobody rings when room appears.
let heldBackWaitMs: Int32 = 1
