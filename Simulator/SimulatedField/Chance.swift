// Chance, all of it from one seed: the same seed makes the same presses, delays and measurements.

/// SplitMix64 (Steele, Lea, Flood 2014) and the few distributions that a field of units needs.
public struct Chance: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// - Parameter seed: any number.
    public init(seed: UInt64) { state = seed }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A generator of its own for one part of the run, so that parts do not disturb each other.
    public mutating func branch() -> Chance { Chance(seed: next()) }

    /// Evenly from 0 up to, not including, 1.
    public mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Evenly from `range`, both ends included.
    public mutating func nanoseconds(in range: ClosedRange<UInt64>) -> UInt64 {
        UInt64.random(in: range, using: &self)
    }

    /// Exponentially distributed with mean 1, by comparisons alone (von Neumann 1951): no logarithm, hence the
    /// same bits on every machine.
    public mutating func exponential() -> Double {
        var rounds = 0.0
        while true {
            let first = fraction()
            var last = first
            var runLength = 1
            while true {
                let value = fraction()
                if value >= last { break }
                last = value
                runLength += 1
            }
            if runLength % 2 == 1 { return rounds + first }
            rounds += 1
        }
    }
}
