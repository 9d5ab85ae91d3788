// The index over areas against looking at each of them, and what a look-up costs, counted and not timed.

import AlertModel
import Testing

@testable import AlertDispatch

@Suite("The index over areas")
struct AreaGridTests {
    /// A polygon around a middle, of any shape, often crossing itself.
    private func area(_ number: Int, _ random: inout SplitMix) throws -> AreaShape {
        let reach = Int32(1) << Int32(random.next() % 29)
        let (north, east) = (Int32(random.next() % 1_000_000), Int32(random.next() % 1_000_000))
        let ring = (0..<(3 + Int(random.next() % 9))).map { _ in
            let latitude = north &+ Int32(truncatingIfNeeded: random.next()) % reach
            let longitude = east &+ Int32(truncatingIfNeeded: random.next()) % reach
            return GeoPoint(
                latitudeE7: max(-900_000_000, min(900_000_000, latitude)),
                longitudeE7: max(-1_800_000_000, min(1_800_000_000, longitude)))
        }
        return AreaShape(
            try #require(
                AreaRecord(id: id("area-\(number % 40)"), centre: World.astana, ring: ring.compactMap { $0 })))
    }

    @Test(
        "finds what looking at every area finds, through additions and removals",
        arguments: 1...50 as ClosedRange<UInt64>)
    func bruteForce(seed: UInt64) throws {
        var random = SplitMix(seed)
        var table: [AreaShape] = []
        var grid = AreaGrid()
        var hits = 0
        for number in 0..<120 {
            if random.next() % 4 == 0, !table.isEmpty {
                grid.remove(table.remove(at: Int(random.next() % UInt64(table.count))))
            } else {
                let shape = try area(number, &random)
                table.append(shape)
                grid.insert(shape)
            }
            for _ in 0..<20 {
                // Half of the points are corners: there the borders' rule decides.
                let corner = table.randomElement(using: &random)?.record.ring.randomElement(using: &random)
                let near = GeoPoint(
                    latitudeE7: Int32(random.next() % 2_000_000) - 500_000,
                    longitudeE7: Int32(random.next() % 2_000_000) - 500_000)
                guard let point = random.next() % 2 == 0 ? corner ?? near : near else { continue }
                let expected = table.filter { $0.contains(point) }.min { $0 < $1 }
                let found = grid.smallest(at: point).shape
                #expect(found?.doubleSize == expected?.doubleSize, "seed \(seed), area \(number)")
                #expect(found?.record.id == expected?.record.id, "seed \(seed), area \(number)")
                hits += found == nil ? 0 : 1
            }
        }
        for shape in table { grid.remove(shape) }
        #expect(grid.cellCount == 0 && hits > 100, "seed \(seed): \(hits) hits")
    }

    @Test("areas that share borders: every point belongs to exactly one, corners and borders too")
    func borders() {
        var grid = AreaGrid()
        var shapes: [AreaShape] = []
        for row in 0..<4 {
            for column in 0..<4 {
                let shape = AreaShape(
                    square(
                        id("t-\(row)-\(column)"), World.astana, Double(row) - 2, Double(column) - 2, side: 1))
                shapes.append(shape)
                grid.insert(shape)
            }
        }
        for row in -8..<8 {
            for column in -8..<8 {
                let point = place(Double(row) / 4, Double(column) / 4)
                #expect(shapes.count { $0.contains(point) } == 1, "\(row) \(column)")
                #expect(grid.smallest(at: point).shape != nil)
            }
        }
        #expect(grid.smallest(at: place(2, 2)).shape == nil)
    }

    @Test("the widest ring there can be: products of its coordinates do not overflow")
    func widest() throws {
        let world = square(id("world"), World.astana, -90, -180, side: 180)
        let corners = [place(-90, -180), place(-90, 180), place(90, 180), place(90, -180)]
        let all = AreaShape(try #require(AreaRecord(id: id("all"), centre: World.astana, ring: corners)))
        let west = AreaShape(world)
        #expect(
            all.contains(place(89.9, 179.9)) && all.contains(place(-90, -180)) && !all.contains(place(90, 180)))
        #expect(west < all && all.doubleSize == Int128(3_600_000_000) * 1_800_000_000 * 2)
        var grid = AreaGrid()
        grid.insert(all)
        grid.insert(west)
        #expect(grid.smallest(at: place(0, -1)).shape === west && grid.smallest(at: place(0, 1)).shape === all)
    }

    @Test("10,000 areas of 100 corners side by side: a look-up examines the corners of one, and of four at most")
    func corners() throws {
        var grid = AreaGrid()
        for row in 0..<100 {
            for column in 0..<100 {
                let ring = (0..<100).map { corner in
                    let along = Double(corner % 25) / 25
                    let (north, east) = [(0, along), (along, 1), (1, 1 - along), (1 - along, 0)][corner / 25]
                    return place(41 + (Double(row) + north) * 0.14, 47 + (Double(column) + east) * 0.4)
                }
                let record = AreaRecord(id: id("a-\(row)-\(column)"), centre: World.astana, ring: ring)
                grid.insert(AreaShape(try #require(record)))
            }
        }
        var random = SplitMix(7)
        var (corners, cornersMax, boxesMax) = (0, 0, 0)
        for _ in 0..<10_000 {
            let share = { Double(random.next() % 1_000_000) / 1_000_000 }
            let found = grid.smallest(at: place(41.01 + share() * 13.9, 47.01 + share() * 39.9))
            #expect(found.shape != nil)
            corners += found.corners
            cornersMax = max(cornersMax, found.corners)
            boxesMax = max(boxesMax, found.boxes)
        }
        #expect(
            cornersMax <= 400 && boxesMax <= 40 && corners <= 10_000 * 101, "\(corners) \(cornersMax) \(boxesMax)")
    }
}
