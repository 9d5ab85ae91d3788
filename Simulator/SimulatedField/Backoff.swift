// How long to wait before the next try to connect.

/// Exponential backoff with jitter. Shorter than a real unit's (1 to 30 s), so that a run sees many reconnects.
public struct Backoff: Sendable {
    /// The longest wait after the first loss.
    public static let firstNs: UInt64 = 200_000_000
    /// The longest wait of all.
    public static let mostNs: UInt64 = 3_000_000_000
    /// The longest wait while a press is not stored.
    public static let mostWithPressNs: UInt64 = 2_000_000_000

    private var failures = 0

    /// No failure yet.
    public init() {}

    /// The wait before the next try: a random half to whole of 0.2, 0.4, 0.8 … 3 s.
    public mutating func next(hasPress: Bool, chance: inout Chance) -> UInt64 {
        let longest = min(Self.firstNs << UInt64(min(failures, 10)), hasPress ? Self.mostWithPressNs : Self.mostNs)
        failures += 1
        return chance.nanoseconds(in: longest / 2...longest)
    }

    /// The gateway welcomed us.
    public mutating func reset() { failures = 0 }
}
