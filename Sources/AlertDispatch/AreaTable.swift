// The areas that the registry told, whole and in the making.

import AlertModel

/// An area of which not all parts came yet.
struct StagedArea: Hashable, Sendable {
    let centre: CentreID
    /// How many parts it has.
    let count: UInt8
    /// Which comes next.
    var next: UInt8
    /// Corners of those that came.
    var points: [GeoPoint]
}

/// All areas by identifier and by place. Durable but for the index, which follows from them.
struct AreaTable: Sendable {
    private(set) var shapes: [AreaID: AreaShape] = [:]
    private(set) var staged: [AreaID: StagedArea] = [:]
    private(set) var grid = AreaGrid()

    init() {}

    /// A table out of its durable parts.
    init(records: [AreaRecord], staged: [AreaID: StagedArea]) {
        for record in records { replace(AreaShape(record)) }
        self.staged = staged
    }

    /// Takes a part. The area stays what it was until the last one came; a part that does not follow the one before
    /// drops what came: whoever sends begins again with the first.
    mutating func take(_ part: AreaPart) {
        var area = staged.removeValue(forKey: part.id)
        if part.index == 0 {
            area = StagedArea(centre: part.centre, count: part.count, next: 0, points: [])
        }
        guard var area, area.next == part.index, area.count == part.count, area.centre == part.centre else {
            return
        }
        area.points += part.points
        area.next += 1
        if area.next < area.count {
            staged[part.id] = area
        } else if let record = AreaRecord(id: part.id, centre: area.centre, ring: area.points) {
            replace(AreaShape(record))
        }
    }

    mutating func remove(_ id: AreaID) {
        staged[id] = nil
        if let shape = shapes.removeValue(forKey: id) { grid.remove(shape) }
    }

    private mutating func replace(_ shape: AreaShape) {
        if let former = shapes.updateValue(shape, forKey: shape.record.id) { grid.remove(former) }
        grid.insert(shape)
    }
}
