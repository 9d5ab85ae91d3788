// An area as the index has it: its ring, the box around it and its size, and whether a point lies within. Integers
// only, so that every machine finds the same.

import AlertModel

/// The smallest box of whole coordinates around a ring.
struct GeoBox: Hashable, Sendable {
    /// Degrees × 10⁷; both ends are inside.
    let south: Int32
    let north: Int32
    let west: Int32
    let east: Int32

    /// - Parameter ring: at least one point.
    init(around ring: [GeoPoint]) {
        var (south, north) = (Int32.max, Int32.min)
        var (west, east) = (Int32.max, Int32.min)
        for point in ring {
            south = min(south, point.latitudeE7)
            north = max(north, point.latitudeE7)
            west = min(west, point.longitudeE7)
            east = max(east, point.longitudeE7)
        }
        self.south = south
        self.north = north
        self.west = west
        self.east = east
    }

    func contains(_ point: GeoPoint) -> Bool {
        point.latitudeE7 >= south && point.latitudeE7 <= north && point.longitudeE7 >= west
            && point.longitudeE7 <= east
    }

    /// The longer side, degrees × 10⁷.
    var sideE7: Int64 { max(Int64(north) - Int64(south), Int64(east) - Int64(west)) }
}

/// An area that never changes; a changed one is another shape.
final class AreaShape: Sendable {
    let record: AreaRecord
    let box: GeoBox
    /// Twice the area in square degrees × 10¹⁴. At one place that orders areas as square metres would, but for
    /// those of very different latitudes.
    let doubleSize: Int128

    init(_ record: AreaRecord) {
        self.record = record
        box = GeoBox(around: record.ring)
        var sum = Int128(0)
        var previous = record.ring[record.ring.count - 1]
        for point in record.ring {
            sum +=
                Int128(previous.longitudeE7) * Int128(point.latitudeE7)
                - Int128(point.longitudeE7) * Int128(previous.latitudeE7)
            previous = point
        }
        doubleSize = sum < 0 ? -sum : sum
    }

    /// The smaller of two areas counts; of two of one size the one whose identifier comes first.
    static func < (left: AreaShape, right: AreaShape) -> Bool {
        left.doubleSize != right.doubleSize ? left.doubleSize < right.doubleSize : left.record.id < right.record.id
    }

    /// Whether a ray from the point to the east crosses the ring an odd number of times. O(n) in its corners.
    ///
    /// An edge has its southern end and not its northern one, and a point on an edge lies west of it: of areas that
    /// share a border, each point of the border belongs to exactly one. Products of differences stay below
    /// 3.6 × 10⁹ × 1.8 × 10⁹, inside Int64.
    func contains(_ point: GeoPoint) -> Bool {
        let (x, y) = (Int64(point.longitudeE7), Int64(point.latitudeE7))
        let ring = record.ring
        var isInside = false
        var (fromX, fromY) = (Int64(ring[ring.count - 1].longitudeE7), Int64(ring[ring.count - 1].latitudeE7))
        for corner in ring {
            let (toX, toY) = (Int64(corner.longitudeE7), Int64(corner.latitudeE7))
            if (fromY > y) != (toY > y) {
                let height = toY - fromY
                let wanted = (x - fromX) * height
                let crossing = (toX - fromX) * (y - fromY)
                if height > 0 ? wanted < crossing : wanted > crossing { isInside.toggle() }
            }
            (fromX, fromY) = (toX, toY)
        }
        return isInside
    }
}
