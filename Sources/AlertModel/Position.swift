// Where things are, in integers: exact on the wire, in the journal and in tests.

/// A place on Earth (WGS 84) in degrees × 10⁷.
public struct GeoPoint: Hashable, Sendable {
    /// −900,000,000 to 900,000,000.
    public let latitudeE7: Int32
    /// −1,800,000,000 to 1,800,000,000.
    public let longitudeE7: Int32

    /// nil when a coordinate is outside its range.
    public init?(latitudeE7: Int32, longitudeE7: Int32) {
        guard (-900_000_000...900_000_000).contains(latitudeE7),
            (-1_800_000_000...1_800_000_000).contains(longitudeE7)
        else { return nil }
        self.latitudeE7 = latitudeE7
        self.longitudeE7 = longitudeE7
    }
}

/// The last position a unit knew when its button was pressed.
public struct LastPosition: Hashable, Sendable {
    public let point: GeoPoint
    /// Radius of 68 % confidence in centimetres.
    public let accuracyCm: UInt32
    /// Age of the fix at the press in seconds; 65,535 means that or more.
    public let ageS: UInt16

    public init(point: GeoPoint, accuracyCm: UInt32, ageS: UInt16) {
        self.point = point
        self.accuracyCm = accuracyCm
        self.ageS = ageS
    }
}

/// A position report.
public struct Position: Hashable, Sendable {
    public let point: GeoPoint
    /// Radius of 68 % confidence in centimetres.
    public let accuracyCm: UInt32
    /// Speed over ground in centimetres a second.
    public let speedCmS: UInt16
    /// Course over ground in hundredths of a degree, 0 to 35,999.
    public let headingCentidegrees: UInt16
    /// When the receiver fixed it, by the unit's clock.
    public let fixedAt: WallTime
    /// Satellites used.
    public let satellites: UInt8

    public init(
        point: GeoPoint, accuracyCm: UInt32, speedCmS: UInt16, headingCentidegrees: UInt16, fixedAt: WallTime,
        satellites: UInt8
    ) {
        self.point = point
        self.accuracyCm = accuracyCm
        self.speedCmS = speedCmS
        self.headingCentidegrees = headingCentidegrees
        self.fixedAt = fixedAt
        self.satellites = satellites
    }
}
