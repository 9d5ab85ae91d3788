// How long each step took, over a whole run.

import AlertModel

/// A histogram for each step of a press, and for two other things that units wait for.
public struct LedgerHistograms: Hashable, Sendable {
    public internal(set) var pressStored = LatencyHistogram()
    public internal(set) var storedRinging = LatencyHistogram()
    public internal(set) var ringingAnswered = LatencyHistogram()
    public internal(set) var answeredClosed = LatencyHistogram()
    public internal(set) var reportAcknowledged = LatencyHistogram()
    public internal(set) var lostOnline = LatencyHistogram()

    /// Each with a name that can be a file's, in the order of a press's life.
    public var named: [(name: String, histogram: LatencyHistogram)] {
        [
            ("press-stored", pressStored), ("stored-ringing", storedRinging),
            ("ringing-answered", ringingAnswered),
            ("answered-closed", answeredClosed), ("report-acknowledged", reportAcknowledged),
            ("lost-online", lostOnline),
        ]
    }
}

extension LatencyHistogram {
    /// Counts the time between two moments; nothing where the first was never seen.
    mutating func record(_ start: MonotonicTime?, _ end: MonotonicTime) {
        if let start, start <= end { record(end.nanosecondsSince(start)) }
    }
}
