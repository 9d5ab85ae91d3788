// How AlertModel's Position stands in a frame.

internal import AlertModel

/// POSITION, unit to gateway.
///
/// ```
///  0        1        2        3
/// ┌───────────────────────────────────┐
/// │ latitude, degrees × 10⁷, signed   │
/// ├───────────────────────────────────┤
/// │ longitude, degrees × 10⁷, signed  │
/// ├───────────────────────────────────┤
/// │ accuracy, cm                      │
/// ├─────────────────┬─────────────────┤
/// │ speed, cm/s     │ heading, 0.01°  │
/// ├─────────────────┴─────────────────┤
/// │ time of the fix, ms since 1970    │
/// │                                   │
/// ├────────┬──────────────────────────┘
/// │ satel. │
/// └────────┘
/// ```
struct PositionBody: FrameBody {
    /// The value that is carried.
    let position: Position

    /// Hundredths of a degree of a full circle.
    private static let fullCircle: UInt16 = 36_000

    init(_ position: Position) { self.position = position }

    /// A heading of a full circle or more is taken modulo the circle.
    init(from reader: inout FrameReader) throws(FrameError) {
        let start = reader.offset
        let latitudeE7 = try reader.read(Int32.self)
        guard GeoPoint(latitudeE7: latitudeE7, longitudeE7: 0) != nil else {
            throw FrameError(.valueOutOfRange, offset: start)
        }
        let longitudeStart = reader.offset
        guard let point = GeoPoint(latitudeE7: latitudeE7, longitudeE7: try reader.read()) else {
            throw FrameError(.valueOutOfRange, offset: longitudeStart)
        }
        position = Position(
            point: point, accuracyCm: try reader.read(), speedCmS: try reader.read(),
            headingCentidegrees: try reader.read(UInt16.self) % Self.fullCircle, fixedAt: try reader.readTime(),
            satellites: try reader.read())
    }

    func encode(to writer: inout FrameWriter) {
        writer.write(position.point.latitudeE7)
        writer.write(position.point.longitudeE7)
        writer.write(position.accuracyCm)
        writer.write(position.speedCmS)
        writer.write(position.headingCentidegrees)
        writer.write(position.fixedAt)
        writer.write(position.satellites)
    }
}
