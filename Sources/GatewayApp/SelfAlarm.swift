// The gateway's alarms about itself: told to every console, counted, and logged.

import AlertModel
import ConsoleAPI
import LinuxIO
import Synchronization
import Telemetry

/// Raises and ends warnings. Any thread; blocks for some microseconds at most.
final class SelfAlarm: Sendable {
    private let feed: ConsoleFeed
    private let clerk: ClerkInbox
    private let counters: Counters
    private let clock: any InstantSource

    init(feed: ConsoleFeed, clerk: ClerkInbox, counters: Counters, clock: any InstantSource) {
        self.feed = feed
        self.clerk = clerk
        self.counters = counters
        self.clock = clock
    }

    /// - Parameter detail: what was seen, one line of English.
    func raise(_ kind: GatewayWarning.Kind, _ detail: String) {
        counters.add(.warningsRaised)
        tell(GatewayWarning(kind, isActive: true, at: clock.now().wall, detail: detail))
    }

    /// Ends a warning.
    func clear(_ kind: GatewayWarning.Kind, _ detail: String) {
        tell(GatewayWarning(kind, isActive: false, at: clock.now().wall, detail: detail))
    }

    /// No journal segment can be made ahead, or (nil) it can again.
    func segments(_ failure: Errno?) {
        if let failure {
            raise(.diskFull, "the next journal segment could not be made: \(failure)")
        } else {
            clear(.diskFull, "the next journal segment is ready")
        }
    }

    private func tell(_ warning: GatewayWarning) {
        feed.warn(warning)
        clerk.put(warning)
    }
}

extension GatewayWarning.Kind {
    /// What it means and what to do, for the log.
    var meaning: String {
        switch self {
        case .notStoring: "nothing is stored any more; the gateway stops"
        case .diskSlow: "the journal's disk is slow; presses are stored late"
        case .diskFull:
            "no journal segment can be made ahead; free disk space before the present one is full"
        case .clockStepped: "the wall clock was set"
        case .certificateExpiring: "a certificate of the gateway ends soon; put a new one in place and send SIGHUP"
        case .revocationListOverdue:
            "a revocation list is overdue; the last one holds on; put a new one in place and send SIGHUP"
        }
    }
}

/// Shows other threads since when the journal has been at work on a commit.
final class CommitMark: Sendable {
    /// Nanoseconds; zero between two commits.
    private let begunAt = Atomic<UInt64>(0)

    // relaxed throughout: the number carries no other data.

    /// Journal's thread.
    func begin(at now: MonotonicTime) { begunAt.store(max(1, now.nanoseconds), ordering: .relaxed) }

    /// Journal's thread.
    func end() { begunAt.store(0, ordering: .relaxed) }

    /// nil between two commits. Any thread.
    var underWaySince: MonotonicTime? {
        let nanoseconds = begunAt.load(ordering: .relaxed)
        return nanoseconds == 0 ? nil : MonotonicTime(nanoseconds: nanoseconds)
    }
}
