// Notices that somebody set the wall clock. Pure: both clocks come in together.

import AlertModel

/// Compares the wall clock's way with the monotonic one's.
///
/// Deadlines run by the monotonic clock and order is by sequence, so a step breaks nothing; but the times in
/// records, and what officers read, are wrong before or after it.
struct ClockWatch {
    /// What a clock that is only disciplined never moves between two looks.
    static let stepNsMin: UInt64 = 1_000_000_000

    private var offset: Int64

    init(now: Instant) { offset = Self.offset(now) }

    /// - Returns: by how many nanoseconds the wall clock was moved since the last look; nil for less than a second.
    mutating func look(now: Instant) -> Int64? {
        let before = offset
        offset = Self.offset(now)
        let (step, overflow) = offset.subtractingReportingOverflow(before)
        if overflow { return offset > before ? .max : .min }
        return step.magnitude >= Self.stepNsMin ? step : nil
    }

    private static func offset(_ now: Instant) -> Int64 {
        now.wall.nanoseconds.subtractingReportingOverflow(Int64(clamping: now.monotonic.nanoseconds)).partialValue
    }
}
