// Areas and centres in a snapshot, in the state's hash and among the invariants.

import AlertModel

extension CentreRecord {
    func write(to writer: inout StateWriter) {
        writer.id(id)
        writer.text(name)
        writer.byte(kind.rawValue)
        writer.optional(point)
        writer.byte(state.rawValue)
    }

    init(from reader: inout StateReader) throws(StateDecodingError) {
        self.init(
            id: try reader.id(), name: try reader.text(), kind: try reader.listed(),
            point: try reader.optionalPoint(), state: try reader.listed())
    }

    func mix(into hasher: inout StateHasher) {
        hasher.mix(id)
        hasher.mix(name)
        hasher.mix(UInt64(kind.rawValue) << 8 | UInt64(state.rawValue))
        hasher.mix(point)
    }
}

extension AreaTable {
    /// In order of identifier; corners as differences from the one before.
    func write(to writer: inout StateWriter) {
        writer.count(shapes.count)
        for (_, shape) in shapes.sorted(by: { $0.key < $1.key }) {
            writer.id(shape.record.id)
            writer.id(shape.record.centre)
            Self.write(shape.record.ring, to: &writer)
        }
        writer.count(staged.count)
        for (id, area) in staged.sorted(by: { $0.key < $1.key }) {
            writer.id(id)
            writer.id(area.centre)
            writer.byte(area.count)
            writer.byte(area.next)
            Self.write(area.points, to: &writer)
        }
    }

    init(from reader: inout StateReader) throws(StateDecodingError) {
        var records: [AreaRecord] = []
        var last: AreaID?
        for _ in 0..<(try reader.count(bytesMin: 39)) {
            let id: AreaID = try reader.id()
            let centre: CentreID = try reader.id()
            guard last.map({ $0 < id }) ?? true,
                let record = AreaRecord(id: id, centre: centre, ring: try Self.readPoints(&reader))
            else { throw reader.error(.badValue) }
            records.append(record)
            last = id
        }
        var staged: [AreaID: StagedArea] = [:]
        for _ in 0..<(try reader.count(bytesMin: 37)) {
            let id: AreaID = try reader.id()
            let area = StagedArea(
                centre: try reader.id(), count: try reader.byte(), next: try reader.byte(),
                points: try Self.readPoints(&reader))
            guard area.count <= AreaPart.countMax, area.next > 0, area.next < area.count,
                area.points.count <= Int(area.next) * AreaPart.pointsMax,
                staged.updateValue(area, forKey: id) == nil
            else { throw reader.error(.badValue) }
        }
        self.init(records: records, staged: staged)
    }

    private static func write(_ points: [GeoPoint], to writer: inout StateWriter) {
        writer.count(points.count)
        var last: GeoPoint?
        for point in points {
            writer.signed(Int64(point.latitudeE7) - Int64(last?.latitudeE7 ?? 0))
            writer.signed(Int64(point.longitudeE7) - Int64(last?.longitudeE7 ?? 0))
            last = point
        }
    }

    private static func readPoints(_ reader: inout StateReader) throws(StateDecodingError) -> [GeoPoint] {
        var points: [GeoPoint] = []
        var (latitude, longitude) = (Int64(0), Int64(0))
        for _ in 0..<(try reader.count(bytesMin: 2)) {
            latitude &+= try reader.signed()
            longitude &+= try reader.signed()
            guard let north = Int32(exactly: latitude), let east = Int32(exactly: longitude),
                let point = GeoPoint(latitudeE7: north, longitudeE7: east)
            else { throw reader.error(.badValue) }
            points.append(point)
        }
        return points
    }

    /// The same for tables with the same areas, whole and in the making.
    var hash: UInt64 {
        var total: UInt64 = 0
        for (_, shape) in shapes {
            var hasher = StateHasher()
            hasher.mix(shape.record.id)
            hasher.mix(shape.record.centre)
            for point in shape.record.ring { hasher.mix(point) }
            total &+= hasher.value
        }
        for (id, area) in staged {
            var hasher = StateHasher()
            hasher.mix(id)
            hasher.mix(area.centre)
            hasher.mix(UInt64(area.count) << 16 | UInt64(area.next) << 8 | 1)
            for point in area.points { hasher.mix(point) }
            total &+= hasher.value
        }
        return total
    }

    /// The index has each area where its first corner looks for it, and no other.
    func check(_ wrong: inout [String]) {
        var others = grid
        for (id, shape) in shapes {
            if shape.record.id != id { wrong.append("area \(shape.record.id) is filed as \(id)") }
            others.remove(shape)
        }
        if others.cellCount > 0 { wrong.append("the index holds areas that are gone") }
        for (id, area) in staged where area.next == 0 || area.next >= area.count {
            wrong.append("area \(id) is in the making and is not")
        }
    }
}
