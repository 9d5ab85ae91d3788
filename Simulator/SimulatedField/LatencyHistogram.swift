// Durations counted in buckets that grow with the value: three significant digits of each, whatever its size, in little
// memory. The idea is Gil Tene's HdrHistogram.

/// A log-linear histogram of nanoseconds.
///
/// Values below 2,048 have a bucket each. Above, each doubling is cut into 1,024 equal buckets, so that a bucket is never
/// wider than a thousandth of what it holds. A minute needs 27 doublings, hence at most 216 KiB; memory grows with the
/// largest value only.
///
/// ```
///  value   0 … 2,047     2,048 … 4,095     4,096 … 8,191     8,192 …
///  width   1             2                 4                 8
///  place   0 … 2,047     2,048 … 3,071     3,072 … 4,095     4,096 …
/// ```
public struct LatencyHistogram: Hashable, Sendable {
    /// Buckets of the lowest, exact part.
    public static let exactValues = 2_048
    private static let halfBits = 10
    private static let half = exactValues / 2

    private var counts: [UInt64] = []
    /// How many values were recorded.
    public private(set) var count: UInt64 = 0
    /// The largest and the smallest, exactly; nil without values.
    public private(set) var maximum: UInt64?
    public private(set) var minimum: UInt64?
    private var sum = 0.0
    private var sumOfSquares = 0.0

    /// Empty; takes no memory.
    public init() {}

    /// Counts one value. Constant time; takes memory only when a new largest value comes.
    public mutating func record(_ nanoseconds: UInt64) {
        let place = Self.place(of: nanoseconds)
        if place >= counts.count { counts.append(contentsOf: repeatElement(0, count: place + 1 - counts.count)) }
        counts[place] += 1
        count += 1
        maximum = max(maximum ?? 0, nanoseconds)
        minimum = min(minimum ?? .max, nanoseconds)
        let value = Double(nanoseconds)
        sum += value
        sumOfSquares += value * value
    }

    /// Adds what another one counted.
    public mutating func add(_ other: LatencyHistogram) {
        if other.counts.count > counts.count {
            counts.append(contentsOf: repeatElement(0, count: other.counts.count - counts.count))
        }
        for (place, more) in other.counts.enumerated() { counts[place] += more }
        count += other.count
        maximum = [maximum, other.maximum].compactMap(\.self).max()
        minimum = [minimum, other.minimum].compactMap(\.self).min()
        sum += other.sum
        sumOfSquares += other.sumOfSquares
    }

    /// The mean; 0 without values.
    public var mean: Double { count == 0 ? 0 : sum / Double(count) }

    /// Of all values, not of a sample.
    public var standardDeviation: Double {
        guard count > 0 else { return 0 }
        return max(0, sumOfSquares / Double(count) - mean * mean).squareRoot()
    }

    /// The value that `percent` of all do not exceed (nearest rank), as the top of its bucket: never too small, and at
    /// most a thousandth too large. nil without values.
    public func percentile(_ percent: Double) -> UInt64? {
        guard count > 0 else { return nil }
        let rank = min(Double(count), max(1, (percent / 100 * Double(count)).rounded(.up)))
        var seen: UInt64 = 0
        for (place, here) in counts.enumerated() where here > 0 {
            seen += here
            if Double(seen) >= rank { return min(Self.top(of: place), maximum ?? .max) }
        }
        return maximum
    }

    /// Every bucket that is not empty, smallest first: the largest value that it stands for, and how many it has.
    public var buckets: [(top: UInt64, count: UInt64)] {
        counts.enumerated().filter { $0.element > 0 }.map { (Self.top(of: $0.offset), $0.element) }
    }

    /// Where a value is counted.
    static func place(of value: UInt64) -> Int {
        guard value >= UInt64(exactValues) else { return Int(value) }
        // How often the value must be halved to lie in 1,024 … 2,047.
        let doublings = UInt64.bitWidth - 1 - halfBits - value.leadingZeroBitCount
        return doublings * half + Int(value >> UInt64(doublings))
    }

    /// The largest value that is counted there.
    static func top(of place: Int) -> UInt64 {
        guard place >= exactValues else { return UInt64(max(0, place)) }
        let doublings = place / half - 1
        let low = UInt64(place - doublings * half) << UInt64(doublings)
        return low | ((1 << UInt64(doublings)) - 1)
    }
}
