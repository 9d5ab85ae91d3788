// How long things take, as counts in fixed buckets. Names and bounds are permanent: dashboards hold them.

/// What is timed. The raw value is its place in ``Counters``.
public enum Timing: Int, CaseIterable, Sendable {
    /// One sync of the journal: what every press waits for at least once.
    case journalSync = 0

    /// The permanent metric name without the `sosgateway_` prefix and the `_seconds` suffix.
    public var name: String {
        switch self {
        case .journalSync: "journal_sync"
        }
    }

    /// One line for operators, without line ends or backslashes.
    public var help: String {
        switch self {
        case .journalSync: "How long a sync of the journal took; no press is stored before one has ended."
        }
    }

    /// Upper bounds of the buckets in nanoseconds, each included in its bucket, and their text in seconds. Behind
    /// the last one there is a bucket for everything longer. From a write cache (100 µs) to a dying disk (5 s).
    static let bounds: [(nanoseconds: UInt64, seconds: String)] = [
        (100_000, "0.0001"), (200_000, "0.0002"), (500_000, "0.0005"), (1_000_000, "0.001"),
        (2_000_000, "0.002"), (5_000_000, "0.005"), (10_000_000, "0.01"), (20_000_000, "0.02"),
        (50_000_000, "0.05"), (100_000_000, "0.1"), (200_000_000, "0.2"), (500_000_000, "0.5"),
        (1_000_000_000, "1"), (2_000_000_000, "2"), (5_000_000_000, "5"),
    ]

    /// Cells of one timing: the buckets, the longer ones, the sum.
    static let cells = bounds.count + 2

    /// The bucket that a duration belongs to. A handful of comparisons, no allocation.
    @inline(__always)
    static func bucket(of nanoseconds: UInt64) -> Int {
        var bucket = 0
        while bucket < bounds.count && nanoseconds > bounds[bucket].nanoseconds { bucket += 1 }
        return bucket
    }
}

/// What was measured of one ``Timing`` so far. Its figures may be a few measurements apart from each other.
public struct TimingTotals: Hashable, Sendable {
    /// Measurements a bucket, not accumulated; the last one has those longer than every bound.
    public let buckets: [UInt64]
    /// The sum of all durations in nanoseconds; wraps after 584 years.
    public let nanoseconds: UInt64

    /// All measurements.
    public var count: UInt64 { buckets.reduce(0, &+) }

    /// Measurements longer than a duration, which should be one of the bounds.
    public func count(longerThanNanoseconds bound: UInt64) -> UInt64 {
        buckets[min(buckets.count, Timing.bucket(of: bound) + 1)...].reduce(0, &+)
    }
}
