// The thread that owns the truth: the journal and the dispatcher take turns on it.

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
        let stored = journal.doWork(now: now)
        return stored + dispatch.doWork(now: now, isBehind: isBehind)
    }

    func waitForWork() {
        doorbell.prepareToSleep()
        let rest = min(journal.restMs, dispatch.restMs)
        if rest > 0 { doorbell.wait(timeoutMs: rest) }
        doorbell.cancelSleep()
    }

    func wake() { doorbell.ring() }
}

/// An idle agent still turns this often, so that the watchdog sees it alive.
let idleWaitMs: Int32 = 500

/// How soon an agent that waits for room downstream looks again: nobody rings when room appears.
let heldBackWaitMs: Int32 = 1
