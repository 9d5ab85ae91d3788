// Who presses what, and when: a seeded Poisson process over the whole fleet.

public import AlertModel

/// One press that is going to happen.
public struct ScheduledPress: Hashable, Sendable {
    /// Nanoseconds behind the press before it.
    public let afterNs: UInt64
    /// Place of the unit in the fleet.
    public let unit: Int
    /// What is pressed.
    public let category: Category
}

/// An endless or limited row of presses; the same for the same seed.
public struct PressSchedule: Sendable {
    /// How often callers press what, in percent; adds up to 100. Test calls have no alert to follow and are left out.
    static let mix: [(category: Category, percent: Int)] = [
        (.police, 45), (.medical, 25), (.roadAccident, 20), (.fire, 10),
    ]

    private var chance: Chance
    private let meanNs: Double
    private let units: Int
    /// Presses still to come; nil without end.
    public private(set) var remaining: Int?

    /// - Parameters:
    ///   - seed: any number.
    ///   - everyS: mean seconds between two presses of the fleet; more than 0.
    ///   - units: in the fleet; at least 1.
    ///   - limit: presses in total; nil without end.
    public init(seed: UInt64, everyS: Double, units: Int, limit: Int?) {
        precondition(everyS > 0 && units > 0, "a schedule needs a pace and somebody who presses")
        chance = Chance(seed: seed)
        meanNs = everyS * 1_000_000_000
        self.units = units
        remaining = limit
    }

    /// The next press; nil when the limit is reached.
    public mutating func next() -> ScheduledPress? {
        if let remaining {
            guard remaining > 0 else { return nil }
            self.remaining = remaining - 1
        }
        let afterNs = min(chance.exponential() * meanNs, 1e18)
        return ScheduledPress(
            afterNs: UInt64(afterNs), unit: Int.random(in: 0..<units, using: &chance), category: category())
    }

    private mutating func category() -> Category {
        var place = Int.random(in: 0..<100, using: &chance)
        for entry in Self.mix {
            if place < entry.percent { return entry.category }
            place -= entry.percent
        }
        return .police
    }
}
