// The gateway looks at itself twice a second: its disk, its clock.

import AlertModel
import ConsoleAPI
import Telemetry

/// Runs the watches and raises what they find. Owned by the feed agent's thread, which waits for no disk.
final class SelfWatch {
    /// How often it looks.
    static let everyNs: UInt64 = 500_000_000
    /// How long a console shows that the clock was set: a shift's change finds it still there.
    static let clockShownNs: UInt64 = 600_000_000_000

    private let alarm: SelfAlarm
    private let commits: CommitMark
    private let counters: Counters
    private var disk: DiskWatch
    private var clock: ClockWatch
    private var lookedAt: MonotonicTime
    private var clockSteppedAt: MonotonicTime?

    init(alarm: SelfAlarm, commits: CommitMark, counters: Counters, now: Instant) {
        self.alarm = alarm
        self.commits = commits
        self.counters = counters
        disk = DiskWatch(totals: counters.totals(of: .journalSync), now: now.monotonic)
        clock = ClockWatch(now: now)
        lookedAt = now.monotonic
    }

    /// Looks when it is time.
    func look(now: Instant) {
        guard now.monotonic.nanosecondsSince(lookedAt) >= Self.everyNs else { return }
        lookedAt = now.monotonic
        let totals = counters.totals(of: .journalSync)
        switch disk.look(totals: totals, underWaySince: commits.underWaySince, now: now.monotonic) {
        case .slow(let text): alarm.raise(.diskSlow, text)
        case .recovered(let text): alarm.clear(.diskSlow, text)
        case nil: break
        }
        lookAtClock(now)
    }

    private func lookAtClock(_ now: Instant) {
        if let step = clock.look(now: now) {
            counters.add(.clockSteps)
            clockSteppedAt = now.monotonic
            let way = step > 0 ? "forward" : "back"
            alarm.raise(.clockStepped, "the wall clock was set \(way) by \(step.magnitude / 1_000_000) ms")
        } else if let since = clockSteppedAt, now.monotonic.nanosecondsSince(since) >= Self.clockShownNs {
            clockSteppedAt = nil
            alarm.clear(.clockStepped, "shown for ten minutes")
        }
    }
}
