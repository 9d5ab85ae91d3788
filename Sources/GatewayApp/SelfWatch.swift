// The gateway looks at itself twice a second: its disk, its clock, the ends of what it is trusted by.

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
    private let dates: TrustDates
    private var trust = TrustWatch()
    private var lookedAt: MonotonicTime
    private var clockSteppedAt: MonotonicTime?

    /// - Parameter dates: ends of certificates and lists, which a reload changes.
    init(
        alarm: SelfAlarm, commits: CommitMark, counters: Counters, dates: TrustDates = TrustDates(), now: Instant
    ) {
        self.dates = dates
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
        for verdict in trust.look(dates.all, now: now.wall) {
            switch verdict {
            case .raise(let kind, let text): alarm.raise(kind, text)
            case .clear(let kind, let text): alarm.clear(kind, text)
            }
        }
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
