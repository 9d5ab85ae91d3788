// Roads of Kazakhstan for units that move: the towns of each, in order, joined by straight lines. Right to some
// kilometres, which is what positions on a console need.

public import AlertModel

/// Where a unit on a road is, and where it is heading.
public struct RoadPlace: Hashable, Sendable {
    public let point: GeoPoint
    /// Speed over ground in centimetres a second.
    public let speedCmS: UInt16
    /// Course over ground in hundredths of a degree, 0 to 35,999.
    public let headingCentidegrees: UInt16

    /// - Parameter speedCmS: 0 for a unit that stands.
    public init(point: GeoPoint, speedCmS: UInt16, headingCentidegrees: UInt16) {
        self.point = point
        self.speedCmS = speedCmS
        self.headingCentidegrees = headingCentidegrees
    }
}

/// A road as a row of towns.
public enum Road: String, CaseIterable, Hashable, Sendable {
    /// Khorgos – Almaty – Taraz – Shymkent – border of Uzbekistan.
    case a2 = "A2"
    /// Almaty – Taldykorgan – Ayagoz – Oskemen.
    case a3 = "A3"
    /// Astana – Karaganda – Balkhash – Almaty.
    case m36 = "M36"

    /// Degrees, north and east, of each town on the way.
    var towns: [(latitude: Double, longitude: Double)] {
        switch self {
        case .a2:
            [
                (44.213, 80.413), (44.163, 80.000), (43.597, 78.249), (43.355, 77.452), (43.238, 76.946),
                (43.198, 76.620), (43.233, 76.314), (43.530, 75.210), (43.041, 74.708), (42.872, 73.184),
                (42.921, 72.714), (42.900, 71.378), (42.530, 70.349), (42.317, 69.596), (41.759, 69.384),
                (41.455, 69.370),
            ]
        case .a3:
            [
                (43.238, 76.946), (43.882, 77.069), (44.358, 77.973), (45.017, 78.374), (45.412, 79.915),
                (46.170, 80.939), (47.222, 80.772), (47.964, 80.437), (49.326, 81.575), (49.948, 82.628),
            ]
        case .m36:
            [
                (51.169, 71.449), (50.834, 72.156), (50.570, 72.540), (50.085, 72.915), (49.805, 73.109),
                (48.766, 73.676), (46.848, 74.995), (46.118, 73.620), (45.104, 73.976), (44.934, 73.981),
                (43.930, 76.300), (43.233, 76.314), (43.238, 76.946),
            ]
        }
    }

    /// From end to end, in metres.
    public var lengthM: Double { stretches.reduce(0) { $0 + $1.lengthM } }

    /// The place so far from the road's begin. Beyond an end the way goes back, as a bus does.
    ///
    /// - Parameters:
    ///   - distanceM: metres driven in all; at least 0.
    ///   - speedCmS: told with the place.
    /// - Returns: never nil for the roads of this list.
    public func place(atM distanceM: Double, speedCmS: UInt16) -> RoadPlace? {
        let stretches = stretches
        let length = stretches.reduce(0) { $0 + $1.lengthM }
        let lap = max(0, distanceM).truncatingRemainder(dividingBy: 2 * length)
        let isBack = lap > length
        var left = isBack ? 2 * length - lap : lap
        var stretch = stretches[0]
        for next in stretches {
            stretch = next
            if left <= next.lengthM { break }
            left -= next.lengthM
        }
        let share = stretch.lengthM > 0 ? min(1, left / stretch.lengthM) : 0
        let latitude = stretch.from.latitude + share * (stretch.to.latitude - stretch.from.latitude)
        let longitude = stretch.from.longitude + share * (stretch.to.longitude - stretch.from.longitude)
        let course = isBack ? (stretch.course + 180).truncatingRemainder(dividingBy: 360) : stretch.course
        return GeoPoint(latitudeE7: Int32(latitude * 1e7), longitudeE7: Int32(longitude * 1e7)).map { point in
            RoadPlace(
                point: point, speedCmS: speedCmS, headingCentidegrees: UInt16(min(35_999, max(0, course * 100))))
        }
    }

    private struct Stretch {
        let from: (latitude: Double, longitude: Double)
        let to: (latitude: Double, longitude: Double)
        let lengthM: Double
        /// Degrees from north, clockwise.
        let course: Double
    }

    private var stretches: [Stretch] {
        zip(towns, towns.dropFirst()).map { from, to in
            // A degree of latitude is 111.2 km, one of longitude at these latitudes 0.72 of it at 44° and 0.63 at 51°.
            let north = (to.latitude - from.latitude) * 111_200
            let east =
                (to.longitude - from.longitude) * 111_200 * Self.narrowing(at: (from.latitude + to.latitude) / 2)
            let length = (north * north + east * east).squareRoot()
            return Stretch(from: from, to: to, lengthM: length, course: Self.course(north: north, east: east))
        }
    }

    /// The cosine of a latitude by its series, to 0.001 below 60°: the same bits on every machine.
    private static func narrowing(at latitude: Double) -> Double {
        let angle = latitude * .pi / 180
        let square = angle * angle
        return 1 - square / 2 + square * square / 24 - square * square * square / 720
    }

    /// Degrees from north, clockwise, 0 up to 360, by a rational arctangent that is right to 0.3°.
    private static func course(north: Double, east: Double) -> Double {
        guard north != 0 || east != 0 else { return 0 }
        let small = min(abs(north), abs(east))
        let ratio = small / max(abs(north), abs(east))
        var angle = ratio * (45 + 15.6 * (1 - ratio))
        if abs(east) > abs(north) { angle = 90 - angle }
        if north < 0 { angle = 180 - angle }
        return east < 0 ? (360 - angle).truncatingRemainder(dividingBy: 360) : angle
    }
}
