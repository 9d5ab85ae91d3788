// Polygons that centres answer for, and how one of a thousand corners becomes events of a few hundred bytes.

/// Tag of ``AreaID``.
public enum AreaTag: Sendable {}
/// A polygon that a centre answers for.
public typealias AreaID = ShortID<AreaTag>

/// What a centre is. Raw values are permanent.
public enum CentreKind: UInt8, CaseIterable, Hashable, Sendable {
    /// It answers for units and areas.
    case centre = 1
    /// A desk on duty that also takes presses near it for which nobody is named.
    case dutyDesk = 2
}

/// An area as the registry has it.
public struct AreaRecord: Hashable, Sendable {
    public let id: AreaID
    /// Who answers for it.
    public let centre: CentreID
    /// The corners in their order, ``pointsMin`` to ``pointsMax``; the first is not repeated at the end. A ring does
    /// not cross the 180th meridian: RFC 7946, section 3.1.9, has it cut there.
    public let ring: [GeoPoint]

    /// Fewer enclose nothing.
    public static let pointsMin = 3
    /// A border every 100 m for 100 km; more are rather a mistake of the map program.
    public static let pointsMax = 1_000

    /// nil when the ring has too few or too many corners.
    public init?(id: AreaID, centre: CentreID, ring: [GeoPoint]) {
        guard (Self.pointsMin...Self.pointsMax).contains(ring.count) else { return nil }
        self.id = id
        self.centre = centre
        self.ring = ring
    }

    /// The events that carry it, in the order in which they must come.
    public var parts: [AreaPart] {
        let count = UInt8((ring.count + AreaPart.pointsMax - 1) / AreaPart.pointsMax)
        return (0..<count).map { index in
            let start = Int(index) * AreaPart.pointsMax
            let points = ring[start..<min(start + AreaPart.pointsMax, ring.count)]
            return AreaPart(id: id, centre: centre, index: index, count: count, points: Array(points))
        }
    }
}

/// A piece of an area's ring. The area is what it was until the last piece came; a piece with index 0 begins anew.
public struct AreaPart: Hashable, Sendable {
    public let id: AreaID
    public let centre: CentreID
    /// From 0.
    public let index: UInt8
    /// How many pieces there are, 1 to ``countMax``.
    public let count: UInt8
    /// 1 to ``pointsMax`` corners.
    public let points: [GeoPoint]

    /// With so many a body has 548 bytes.
    public static let pointsMax = 64
    /// Enough for ``AreaRecord/pointsMax`` corners.
    public static let countMax: UInt8 = 16

    public init(id: AreaID, centre: CentreID, index: UInt8, count: UInt8, points: [GeoPoint]) {
        precondition(index < count && count <= Self.countMax && (1...Self.pointsMax).contains(points.count))
        self.id = id
        self.centre = centre
        self.index = index
        self.count = count
        self.points = points
    }
}

extension AreaPart {
    /// ```
    ///  0 id 16 | 16 centre 16 | 32 index 1 | 33 count 1 | 34 points 2 | 36 (latitude × 10⁷ 4 | longitude × 10⁷ 4) …
    /// ```
    func encode(to writer: inout ByteWriter) {
        writer.write(id)
        writer.write(centre)
        writer.write(index)
        writer.write(count)
        writer.write(UInt16(points.count))
        for point in points {
            writer.write(point.latitudeE7)
            writer.write(point.longitudeE7)
        }
    }
    init(from reader: inout ByteReader) throws(DecodeError) {
        id = try reader.read()
        centre = try reader.read()
        index = try reader.read()
        count = try reader.read()
        guard count <= Self.countMax, index < count else { throw DecodeError(.badValue, offset: 32) }
        let points = Int(try reader.read(UInt16.self))
        guard (1...Self.pointsMax).contains(points) else { throw DecodeError(.badValue, offset: 34) }
        var read: [GeoPoint] = []
        read.reserveCapacity(points)
        for _ in 0..<points { read.append(try reader.readPoint()) }
        self.points = read
    }
}
