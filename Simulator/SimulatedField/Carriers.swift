// Whose network each unit is in, also where the registry does not say.

public import AlertModel

/// Carriers of units.
public enum Carriers {
    /// For units without one, in turn.
    public static let invented = ["net-1", "net-2", "net-3"]

    /// The carrier of each unit, by place.
    public static func ofEach(_ units: [UnitRecord]) -> [String] {
        units.enumerated().map { place, unit in
            unit.carrier.map { "\($0)" } ?? invented[place % invented.count]
        }
    }
}
