// Which areas may hold a point, without looking at the others.

import AlertModel

/// An index over areas of any sizes: one grid a level, each with cells twice as wide as the one before.
///
/// An area stands at the level whose cells are as wide as its box or up to twice as wide, in at most four of them. A
/// look-up visits one cell a level, in each the smaller areas first. With areas that do not lie upon each other a
/// cell has a handful, whatever the number of all. Insertion and removal: O(n) in the areas of four cells.
struct AreaGrid: Sendable {
    /// What a look-up found, and what it cost.
    struct Found {
        /// The smallest area that holds the point; nil when none does.
        var shape: AreaShape?
        /// Boxes compared.
        var boxes = 0
        /// Corners looked at.
        var corners = 0
    }

    /// Cells of 256 × 10⁻⁷ degrees, 3 m: no area is smaller.
    private static let levelMin = 8
    /// 2³² × 10⁻⁷ degrees is more than the Earth has.
    private static let levelMax = 32

    private var cells: [UInt64: [AreaShape]] = [:]
    /// How many areas stand at each level from ``levelMin`` on.
    private var counts = [Int](repeating: 0, count: levelMax - levelMin + 1)

    /// Cells that hold something.
    var cellCount: Int { cells.count }

    mutating func insert(_ shape: AreaShape) {
        let level = Self.level(of: shape.box)
        counts[level - Self.levelMin] += 1
        for key in Self.cells(of: shape.box, level) {
            var cell = cells[key] ?? []
            cell.insert(shape, at: cell.firstIndex { shape < $0 } ?? cell.endIndex)
            cells[key] = cell
        }
    }

    mutating func remove(_ shape: AreaShape) {
        let level = Self.level(of: shape.box)
        counts[level - Self.levelMin] -= 1
        for key in Self.cells(of: shape.box, level) {
            cells[key]?.removeAll { $0 === shape }
            if cells[key]?.isEmpty == true { cells[key] = nil }
        }
    }

    /// The smallest area that holds the point. Allocates nothing.
    func smallest(at point: GeoPoint) -> Found {
        var found = Found()
        for level in Self.levelMin...Self.levelMax where counts[level - Self.levelMin] > 0 {
            guard let cell = cells[Self.key(point.latitudeE7, point.longitudeE7, level)] else { continue }
            for shape in cell {
                // Those behind it are larger still.
                if let best = found.shape, best < shape { break }
                found.boxes += 1
                guard shape.box.contains(point) else { continue }
                found.corners += shape.record.ring.count
                if shape.contains(point) {
                    found.shape = shape
                    break
                }
            }
        }
        return found
    }

    private static func level(of box: GeoBox) -> Int {
        var level = levelMin
        while Int64(1) << Int64(level) < box.sideE7 { level += 1 }
        return level
    }

    private static func cells(of box: GeoBox, _ level: Int) -> Set<UInt64> {
        [
            key(box.south, box.west, level), key(box.south, box.east, level), key(box.north, box.west, level),
            key(box.north, box.east, level),
        ]
    }

    /// Level above row above column: both are counted from the south-west and have at most 24 bits at ``levelMin``.
    private static func key(_ latitudeE7: Int32, _ longitudeE7: Int32, _ level: Int) -> UInt64 {
        let row = UInt64(Int64(latitudeE7) + 900_000_000) >> UInt64(level)
        let column = UInt64(Int64(longitudeE7) + 1_800_000_000) >> UInt64(level)
        return UInt64(level) << 48 | row << 24 | column
    }
}
