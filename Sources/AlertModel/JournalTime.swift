// The time that deadlines are measured in: it goes on over restarts, and only ever forward.

/// Nanoseconds since the first journal record, as far as the records tell.
///
/// Within one gateway process it runs with the monotonic clock; between the last record of one process and the
/// start of the next with the wall clock, and never backwards. It is a fold of the journal like everything else,
/// so a deadline in it needs no translation when a process dies: what fell due meanwhile is overdue.
public struct JournalTime: Hashable, Comparable, Sendable {
    /// Nanoseconds since the first record.
    public let nanoseconds: UInt64
    /// When the first record was written.
    public static let zero = JournalTime(nanoseconds: 0)

    public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    public static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Nanoseconds from `earlier` to this time, zero when `earlier` is later.
    public func nanosecondsSince(_ earlier: JournalTime) -> UInt64 {
        nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0
    }

    /// This time and `nanoseconds` more, held at the largest value.
    public func advanced(byNanoseconds nanoseconds: UInt64) -> JournalTime {
        let (sum, overflow) = self.nanoseconds.addingReportingOverflow(nanoseconds)
        return JournalTime(nanoseconds: overflow ? .max : sum)
    }

    /// This time and `seconds` more, held at the largest value.
    public func advanced(bySeconds seconds: UInt16) -> JournalTime {
        advanced(byNanoseconds: UInt64(seconds) * 1_000_000_000)
    }
}
