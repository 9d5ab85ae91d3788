// How long it takes to find the centre of a press by its position, with 10,000 areas of 100 corners.
//
//   swift run -c release --package-path Benchmarks routing-bench [areas] [corners] [look-ups]
//
// Side by side is a country in districts; piled up are areas of 1 to 50 km around one town, of which hundreds hold each
// point: nobody has them, and the look-up must not mind. Prints the whole of `Dispatcher.route`, one call at a time.

import AlertDispatch
import AlertModel
import LinuxIO

let clock = SystemClock()
let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
let areas = arguments.first ?? 10_000
let corners = arguments.dropFirst().first ?? 100
let lookUps = arguments.dropFirst(2).first ?? 200_000
let centre = try CentreID("astana")
let stranger = try UnitID("stranger")

/// SplitMix64.
struct Random {
    var state: UInt64

    mutating func share() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((mixed ^ (mixed >> 31)) >> 11) / Double(1 << 53)
    }
}

func point(_ latitude: Double, _ longitude: Double) -> GeoPoint {
    guard let point = GeoPoint(latitudeE7: Int32(latitude * 1e7), longitudeE7: Int32(longitude * 1e7)) else {
        preconditionFailure("\(latitude) \(longitude) is no place")
    }
    return point
}

/// A ring along a square whose sides have a corner now and then, pushed a little to either side.
func ring(_ south: Double, _ west: Double, _ height: Double, _ width: Double, _ random: inout Random) -> [GeoPoint]
{
    (0..<corners).map { corner in
        let way = Double(corner) * 4 / Double(corners)
        let along = way - way.rounded(.down)
        let (north, east) = [(0, along), (along, 1), (1, 1 - along), (1 - along, 0)][Int(way)]
        let push = (random.share() - 0.5) * 0.02
        return point(south + (north + push) * height, west + (east + push) * width)
    }
}

func dispatcher(_ rings: [[GeoPoint]]) throws -> Dispatcher {
    var dispatcher = Dispatcher()
    var effects: [Effect] = []
    let at = clock.now()
    for (number, ring) in rings.enumerated() {
        guard let area = AreaRecord(id: try AreaID("area-\(number)"), centre: centre, ring: ring) else { continue }
        for part in area.parts {
            dispatcher.step(
                .areaRegistered(part), sequence: dispatcher.lastSequence.next, at: at, effects: &effects)
        }
    }
    return dispatcher
}

func measure(_ name: String, _ dispatcher: borrowing Dispatcher, _ place: () -> GeoPoint) {
    var nanoseconds: [UInt64] = []
    nanoseconds.reserveCapacity(lookUps)
    var found = 0
    for _ in 0..<lookUps {
        let position = LastPosition(point: place(), accuracyCm: 500, ageS: 1)
        let start = clock.now().monotonic
        let route = dispatcher.route(stranger, position: position)
        nanoseconds.append(clock.now().monotonic.nanosecondsSince(start))
        if route.rule == .area { found += 1 }
    }
    nanoseconds.sort()
    let at = { (share: Double) in Double(nanoseconds[Int(Double(lookUps - 1) * share)]) / 1_000 }
    print("| \(name) | \(found * 100 / lookUps) % | \(at(0.5)) | \(at(0.99)) | \(at(0.999)) | \(at(1)) |")
}

var random = Random(state: 7)
let rows = Int(Double(areas).squareRoot())
var sideBySide: [[GeoPoint]] = []
for row in 0..<rows {
    for column in 0..<(areas / rows) {
        sideBySide.append(
            ring(
                41 + Double(row) * 14 / Double(rows), 47 + Double(column) * 40 / Double(areas / rows),
                14 / Double(rows), 40 / Double(areas / rows), &random))
    }
}
let piledUp = (0..<areas).map { _ in
    let side = 0.01 + random.share() * random.share() * 0.9
    return ring(
        51 + (random.share() - 0.5) * 0.5 - side / 2, 71 + (random.share() - 0.5) * 0.5 - side / 2, side, side,
        &random)
}
var began = clock.now().monotonic
let country = try dispatcher(sideBySide)
let registeredMs = clock.now().monotonic.nanosecondsSince(began) / 1_000_000
let pile = try dispatcher(piledUp)
print("\(areas) areas of \(corners) corners, registered in \(registeredMs) ms; \(lookUps) look-ups, one at a time")
print("| areas | found | p50 µs | p99 µs | p99.9 µs | longest µs |\n|---|---|---|---|---|---|")
measure("side by side", country) { point(41 + random.share() * 13.9, 47 + random.share() * 39.9) }
measure("far from all", country) { point(-41 - random.share() * 13.9, 47 + random.share() * 39.9) }
measure("piled up", pile) { point(51 + (random.share() - 0.5) * 0.5, 71 + (random.share() - 0.5) * 0.5) }
