// Both clocks of the records, folded into the one time that deadlines are measured in.

import AlertModel

/// Where the journal stands in time.
struct JournalClock: Hashable, Sendable {
    /// The time of the latest record.
    private(set) var now: JournalTime
    /// Both clocks at the latest record; nil before the first.
    private(set) var latest: Instant?

    init(now: JournalTime = .zero, latest: Instant? = nil) {
        self.now = now
        self.latest = latest
    }

    /// Comes to a record.
    ///
    /// - Parameter isNewProcess: the record is the first of a process, whose monotonic clock may have begun anew.
    ///   Then the wall clock tells how long nobody was there; one that was set back tells nothing.
    mutating func advance(to time: Instant, isNewProcess: Bool) {
        defer { latest = time }
        guard let latest else { return }
        if isNewProcess {
            let (elapsed, overflow) = time.wall.nanoseconds.subtractingReportingOverflow(latest.wall.nanoseconds)
            if !overflow, elapsed > 0 { now = now.advanced(byNanoseconds: UInt64(elapsed)) }
        } else {
            now = now.advanced(byNanoseconds: time.monotonic.nanosecondsSince(latest.monotonic))
        }
    }

    /// What time it is at a moment of the running process.
    func time(at moment: MonotonicTime) -> JournalTime {
        guard let latest else { return now }
        return now.advanced(byNanoseconds: moment.nanosecondsSince(latest.monotonic))
    }

    /// When it will be `time` in the running process; the latest record's moment for a time that is past.
    func moment(of time: JournalTime) -> MonotonicTime {
        guard let latest else { return MonotonicTime(nanoseconds: 0) }
        return latest.monotonic.advanced(byNanoseconds: time.nanosecondsSince(now))
    }

    /// What the wall clock will say at `time` if nobody sets it; for people.
    func wall(of time: JournalTime) -> WallTime {
        guard let latest else { return WallTime(nanoseconds: 0) }
        let ahead = Int64(clamping: time.nanosecondsSince(now))
        let (wall, overflow) = latest.wall.nanoseconds.addingReportingOverflow(ahead)
        return WallTime(nanoseconds: overflow ? .max : wall)
    }
}
