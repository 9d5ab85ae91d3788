// Which centre a press belongs to, as pure functions: no clock, no libm, the same answer on every machine.
// Docs/alert-life.md, section "Routing", shows the same to people.

public import AlertModel

/// By what a press found its centre, in the order of trust.
public enum RoutingRule: CaseIterable, Hashable, Sendable {
    /// The unit stands where it was surveyed: its centre by the registry.
    case surveyed
    /// The position lies in an area: the area's centre.
    case area
    /// A moving unit's centre by the registry.
    case registered
    /// Nobody registered the unit: the nearest duty desk.
    case dutyDesk
    /// Nothing else is known.
    case defaultCentre
}

/// Where a press belongs and why.
public struct Route: Hashable, Sendable {
    public let centre: CentreID
    public let rule: RoutingRule
}

/// The numbers of routing.
enum Routing {
    /// A position less certain than this, 5 km, does not route.
    static let accuracyMaxCm: UInt32 = 500_000
    /// A duty desk further away than this is not near, metres.
    static let deskDistanceMaxM = 100_000.0

    /// The point to route by; nil when there is none or it is too uncertain. How old it is does not count: an old
    /// position is better than none.
    static func point(of position: LastPosition?) -> GeoPoint? {
        guard let position, position.accuracyCm <= accuracyMaxCm else { return nil }
        return position.point
    }

    /// The square of the distance of two points, m². Up to 100 km and 85° of latitude the distance is right to
    /// 1 in 1,000: degrees of longitude are shortened by the cosine of the middle latitude.
    ///
    /// Sums, differences and products of Double in a fixed order, which IEEE 754 defines exactly.
    static func squareMetres(_ one: GeoPoint, _ other: GeoPoint) -> Double {
        let radianAUnit = 3.141592653589793 / 180 / 1e7
        let north = Double(Int64(one.latitudeE7) - Int64(other.latitudeE7)) * radianAUnit
        let middle = Double(Int64(one.latitudeE7) + Int64(other.latitudeE7)) / 2 * radianAUnit
        var turn = abs(Int64(one.longitudeE7) - Int64(other.longitudeE7))
        if turn > 1_800_000_000 { turn = 3_600_000_000 - turn }
        let east = Double(turn) * radianAUnit * cosine(middle)
        let radiusM = 6_371_008.8
        return (north * north + east * east) * (radiusM * radiusM)
    }

    /// The cosine's series to the 14th power: within ±π/2 right to 10⁻¹⁰.
    static func cosine(_ radians: Double) -> Double {
        let square = radians * radians
        var sum = 1.0
        for factor in [182.0, 132.0, 90.0, 56.0, 30.0, 12.0, 2.0] { sum = 1 - square / factor * sum }
        return sum
    }
}
