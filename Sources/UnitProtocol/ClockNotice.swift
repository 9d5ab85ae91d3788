// The unit's clock is wrong; here is the gateway's.

public import AlertModel

/// TIME, gateway to unit. Never in place of an answer: the message that showed the wrong clock is accepted.
///
/// ```
///  0        1        2        3        4        5        6        7
/// ┌───────────────────────────────────────────────────────────────────────┐
/// │ gateway's clock, ms since 1970                                        │
/// └───────────────────────────────────────────────────────────────────────┘
/// ```
public struct ClockNotice: Hashable, Sendable {
    /// The gateway's clock when it made the frame.
    public let gatewayTime: WallTime

    /// - Parameter gatewayTime: whole milliseconds are sent.
    public init(gatewayTime: WallTime) { self.gatewayTime = gatewayTime }

    /// Whether a unit whose clock shows `unit` must be told: more than 20 s ahead or 40 s behind.
    ///
    /// - Parameters:
    ///   - unit: what the unit's clock showed when it sent a hello; the time of a press says nothing, because
    ///     the press may have waited for a link.
    ///   - gateway: what the gateway's clock showed when the frame was read.
    public static func isDue(unit: WallTime, gateway: WallTime) -> Bool {
        let (aheadNs, overflow) = unit.nanoseconds.subtractingReportingOverflow(gateway.nanoseconds)
        return overflow || aheadNs > Int64(Limits.clockAheadSecondsMax) * 1_000_000_000
            || aheadNs < -Int64(Limits.clockBehindSecondsMax) * 1_000_000_000
    }
}

extension ClockNotice {
    /// How far a unit's clock is ahead of the gateway's, seconds rounded away from zero, so that whatever
    /// is outside the window by less than a second is outside it here too; held at what an `Int32` holds.
    public static func secondsAhead(unit: WallTime, gateway: WallTime) -> Int32 {
        let (aheadNs, overflow) = unit.nanoseconds.subtractingReportingOverflow(gateway.nanoseconds)
        if overflow { return unit > gateway ? .max : .min + 1 }
        let away = aheadNs % 1_000_000_000 == 0 ? 0 : aheadNs.signum()
        return max(Int32(clamping: aheadNs / 1_000_000_000 + away), .min + 1)
    }
}

extension ClockNotice: FrameBody {
    init(from reader: inout FrameReader) throws(FrameError) { gatewayTime = try reader.readTime() }

    func encode(to writer: inout FrameWriter) { writer.write(gatewayTime) }
}
