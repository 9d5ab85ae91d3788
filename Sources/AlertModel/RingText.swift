// The corners of an area as people write them: GeoJSON coordinates (RFC 7946, section 3.1.6), longitude first.

/// Why a text is no ring of an area.
public enum RingTextError: Error, Hashable, Sendable {
    /// Neither bracket, comma nor number where one must stand; the byte's offset from 0.
    case notCoordinates(offset: Int)
    /// A number with more than 7 decimals, or outside −180 to 180 and −90 to 90; where it begins.
    case badNumber(offset: Int)
    /// The last point is not the first.
    case notClosed
    /// Fewer than ``AreaRecord/pointsMin`` or more than ``AreaRecord/pointsMax`` corners.
    case badCount(corners: Int)
}

/// Reads rings without floating point: what is written is what is kept.
public struct RingText {
    private let bytes: [UInt8]
    private var offset = 0

    private init(_ text: some StringProtocol) { bytes = Array(text.utf8) }

    /// The corners of `[[71,51],[72,51],[72,52],[71,51]]`; the last point, again the first, is left out. Blanks may
    /// stand anywhere between. O(n), some 50 ns a corner.
    ///
    /// - Throws: ``RingTextError``.
    public static func corners(_ text: some StringProtocol) throws(RingTextError) -> [GeoPoint] {
        var reader = RingText(text)
        let points = try reader.points()
        guard let first = points.first, points.count > 1, points.last == first else { throw .notClosed }
        let corners = points.count - 1
        guard (AreaRecord.pointsMin...AreaRecord.pointsMax).contains(corners) else {
            throw .badCount(corners: corners)
        }
        return points.dropLast()
    }

    private mutating func points() throws(RingTextError) -> [GeoPoint] {
        var points: [GeoPoint] = []
        try expect("[")
        repeat {
            try expect("[")
            let start = offset
            let east = try number()
            try expect(",")
            let north = try number()
            try expect("]")
            guard let longitude = Int32(exactly: east), let latitude = Int32(exactly: north),
                let point = GeoPoint(latitudeE7: latitude, longitudeE7: longitude)
            else { throw .badNumber(offset: start) }
            points.append(point)
        } while take(",")
        try expect("]")
        skipBlanks()
        guard offset == bytes.count else { throw .notCoordinates(offset: offset) }
        return points
    }

    private mutating func skipBlanks() {
        while offset < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[offset]) { offset += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard offset < bytes.count, bytes[offset] == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(RingTextError) {
        guard take(character) else { throw .notCoordinates(offset: offset) }
    }

    /// Degrees × 10⁷. At most three digits before the point, so nothing overflows.
    private mutating func number() throws(RingTextError) -> Int64 {
        let isNegative = take("-")
        skipBlanks()
        let start = offset
        var value: Int64 = 0
        var decimals: Int?
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte == UInt8(ascii: "."), decimals == nil, offset > start {
                decimals = 0
            } else if (0x30...0x39).contains(byte) {
                value = value * 10 + Int64(byte - 0x30)
                if let known = decimals { decimals = known + 1 }
                guard decimals ?? 0 <= 7, value < 10_000_000_000 else { throw .badNumber(offset: start) }
            } else {
                break
            }
            offset += 1
        }
        guard offset > start, decimals != 0 else { throw .notCoordinates(offset: offset) }
        for _ in (decimals ?? 0)..<7 {
            value *= 10
            guard value < 10_000_000_000 else { throw .badNumber(offset: start) }
        }
        return isNegative ? -value : value
    }
}
