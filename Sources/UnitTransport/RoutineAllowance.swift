// How many heartbeats and positions of one unit are worth passing on. Pure.

internal import AlertModel

/// Counts a connection's routine frames by the second: eight bytes a link.
///
/// A unit that sends thousands would fill the routine lane, and then every unit's heartbeats are shed. What is over the
/// allowance is read and dropped, not held up: a press behind it in the same connection must not wait.
struct RoutineAllowance {
    /// Routine frames of one connection passed on in one second. A unit sends one each few seconds.
    static let framesPerSecondMax: UInt32 = 20

    /// The second that is counted, since the clock's start.
    private var second: UInt32 = 0
    private var frames: UInt32 = 0

    /// Whether one more is passed on.
    mutating func takes(at now: MonotonicTime) -> Bool {
        let current = UInt32(truncatingIfNeeded: now.nanoseconds / 1_000_000_000)
        if current != second {
            second = current
            frames = 0
        }
        guard frames < Self.framesPerSecondMax else { return false }
        frames += 1
        return true
    }
}
