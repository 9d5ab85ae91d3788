// Time is an input. Nothing in this tier reads a clock.

/// Wall-clock time in nanoseconds since 1970-01-01T00:00:00Z; for records and people, never for deadlines.
public struct WallTime: Hashable, Comparable, Sendable {
    public let nanoseconds: Int64
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Takes milliseconds as a unit sends them. A value past the year 2200 is held there: a broken
    /// clock must not cost the press that carries it.
    public init(clampingMilliseconds milliseconds: UInt64) {
        nanoseconds = Int64(min(milliseconds, Self.millisecondsMax)) * 1_000_000
    }

    /// 2200-01-01T00:00:00Z, well inside what 64 bits of nanoseconds hold.
    public static let millisecondsMax: UInt64 = 7_258_118_400_000

    /// Whole milliseconds since 1970, never negative.
    public var milliseconds: UInt64 { nanoseconds < 0 ? 0 : UInt64(nanoseconds) / 1_000_000 }

    public static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }
}

/// Monotonic time in nanoseconds since an arbitrary start; for deadlines within one process.
public struct MonotonicTime: Hashable, Comparable, Sendable {
    public let nanoseconds: UInt64
    public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }
    public static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Nanoseconds from `earlier` to this time, zero when `earlier` is later.
    public func nanosecondsSince(_ earlier: MonotonicTime) -> UInt64 {
        nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0
    }

    /// This time and `nanoseconds` more, held at the largest value.
    public func advanced(byNanoseconds nanoseconds: UInt64) -> MonotonicTime {
        let (sum, overflow) = self.nanoseconds.addingReportingOverflow(nanoseconds)
        return MonotonicTime(nanoseconds: overflow ? .max : sum)
    }
}

/// Both clocks, read together.
public struct Instant: Hashable, Sendable {
    public let wall: WallTime
    public let monotonic: MonotonicTime
    public init(wall: WallTime, monotonic: MonotonicTime) {
        self.wall = wall
        self.monotonic = monotonic
    }
}
