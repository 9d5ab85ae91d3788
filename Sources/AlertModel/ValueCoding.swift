// How optional values and places stand in encoded bytes, once for events, alerts and feed entries.

extension ByteWriter {
    /// Writes a presence byte, then latitude and longitude (zero when absent).
    mutating func write(optional point: GeoPoint?) {
        write(UInt8(point == nil ? 0 : 1))
        write(point?.latitudeE7 ?? 0)
        write(point?.longitudeE7 ?? 0)
    }

    /// Writes nanoseconds, the smallest number for nil.
    mutating func write(optional time: WallTime?) {
        write(time?.nanoseconds ?? Int64.min)
    }
}

extension ByteReader {
    mutating func readPoint() throws(DecodeError) -> GeoPoint {
        let start = offset
        guard let point = GeoPoint(latitudeE7: try read(), longitudeE7: try read()) else {
            throw DecodeError(.badValue, offset: start)
        }
        return point
    }

    mutating func readOptionalPoint() throws(DecodeError) -> GeoPoint? {
        let isPresent = try read(UInt8.self) != 0
        let point = try readPoint()
        return isPresent ? point : nil
    }

    mutating func readOptionalTime() throws(DecodeError) -> WallTime? {
        let nanoseconds = try read(Int64.self)
        return nanoseconds == .min ? nil : WallTime(nanoseconds: nanoseconds)
    }

    /// Reads a value of a closed list whose raw values start at 1; zero means nil.
    mutating func readOptional<Value: RawRepresentable>(
        _ type: Value.Type = Value.self
    ) throws(DecodeError) -> Value? where Value.RawValue == UInt8 {
        let raw = try read(UInt8.self)
        if raw == 0 { return nil }
        guard let value = Value(rawValue: raw) else { throw DecodeError(.badValue, offset: offset - 1) }
        return value
    }
}
