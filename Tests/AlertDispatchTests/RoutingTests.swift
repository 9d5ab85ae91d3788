// Where presses belong: the rules of Docs/alert-life.md, section "Routing".

import AlertModel
import Testing

@testable import AlertDispatch

func place(_ latitude: Double, _ longitude: Double) -> GeoPoint {
    guard
        let point = GeoPoint(latitudeE7: Int32(latitude * 1e7), longitudeE7: Int32(longitude * 1e7))
    else { preconditionFailure("\(latitude) \(longitude) is no place") }
    return point
}

/// A square of `side` degrees with its south-west corner at a place.
func square(_ id: AreaID, _ centre: CentreID, _ south: Double, _ west: Double, side: Double) -> AreaRecord {
    let corners = [
        place(south, west), place(south, west + side), place(south + side, west + side), place(south + side, west),
    ]
    guard let area = AreaRecord(id: id, centre: centre, ring: corners) else { preconditionFailure("four corners") }
    return area
}

extension World {
    static let dutyDesk: CentreID = id("desk")
    static let farDutyDesk: CentreID = id("far-desk")
    /// In Almaty's area, and away from it: near the desk, near nobody.
    static let inArea = place(43.25, 76.95)
    static let nearDesk = place(51.5, 71.4)
    static let nowhere = place(47.0, 60.0)

    /// Almaty answers for a square; a desk stands in the north, another one 30 km further.
    func map() {
        for part in square(id("almaty-city"), Self.almaty, 43.0, 76.5, side: 1).parts {
            step(.areaRegistered(part))
        }
        for (desk, latitude) in [(Self.farDutyDesk, 52.1), (Self.dutyDesk, 51.8)] {
            step(
                .centreRegistered(
                    CentreRecord(id: desk, name: "", kind: .dutyDesk, point: place(latitude, 71.4))))
        }
    }

    func unit(_ name: String, surveyed: Bool, centre: CentreID = astana) -> UnitID {
        step(
            .unitRegistered(
                UnitRecord(
                    id: id(name), centre: centre, place: "", point: surveyed ? Self.nowhere : nil,
                    reportingTimeS: 90)))
        return id(name)
    }

    func pressed(_ unit: UnitID, _ counter: UInt32 = 1, at point: GeoPoint?, accuracyCm: UInt32 = 500) throws
        -> Alert
    {
        let position = point.map { LastPosition(point: $0, accuracyCm: accuracyCm, ageS: 3) }
        press(unit, counter, position: position)
        return try alert(try #require(alertID(of: MessageID(unit: unit, boot: 1, counter: counter))))
    }

    func route(_ unit: UnitID, _ point: GeoPoint?) -> Route {
        core.route(unit, position: point.map { LastPosition(point: $0, accuracyCm: 500, ageS: 3) })
    }
}

@Suite("Docs/alert-life.md says where presses belong")
struct RoutingTableTests {
    @Test("section 3, row 2: the alert enters its centre's queue: every row of the table of routing")
    func table() throws {
        let rows = try AlertLifeTable.rows(below: "## Routing")
        #expect(rows.count == 8 && Set(rows.map { $0[3] }) == Set(RoutingRule.allCases.map { "\($0)" }))
        let places: [String: GeoPoint?] = [
            "any": World.inArea, "in an area": World.inArea, "in no area": World.nearDesk,
            "near a duty desk": World.nearDesk, "far from all": World.nowhere, "none": nil,
        ]
        let centres: [String: CentreID] = [
            "its centre by the registry": id("karaganda"), "the area's centre": World.almaty,
            "the nearest duty desk": World.dutyDesk, "the default centre": World.astana,
        ]
        for row in rows {
            let world = World()
            world.map()
            let unit: UnitID = id("u")
            if row[0] != "unregistered" {
                _ = world.unit("u", surveyed: row[0] == "surveyed", centre: id("karaganda"))
            }
            let point = try #require(places[row[1]], "\(row)")
            #expect("\(world.route(unit, point).rule)" == row[3], "\(row)")
            let alert = try world.pressed(unit, at: point)
            #expect(alert.centre == centres[row[2]] && alert.formerCentre == nil, "\(row)")
            #expect(world.queue(alert.centre) == [alert.id.value])
        }
    }
}

@Suite("Routing")
struct RoutingTests {
    private let world = World()

    @Test("a position less certain than 5 km does not route; one of exactly 5 km does")
    func accuracy() throws {
        world.map()
        let unit = world.unit("u", surveyed: false)
        let other = world.unit("v", surveyed: false)
        #expect(try world.pressed(unit, at: World.inArea, accuracyCm: 500_001).centre == World.astana)
        #expect(try world.pressed(other, at: World.inArea, accuracyCm: 500_000).centre == World.almaty)
    }

    @Test("of several areas the smallest counts, and of two of one size the first by id")
    func smallest() {
        for area in [
            square(id("country"), World.astana, 40, 50, side: 15),
            square(id("b"), World.dutyDesk, 43.2, 76.9, side: 0.1),
            square(id("city"), World.almaty, 43.0, 76.5, side: 1),
            square(id("a"), World.farDutyDesk, 43.21, 76.91, side: 0.1),
        ] { for part in area.parts { world.step(.areaRegistered(part)) } }
        #expect(world.route(id("u"), place(43.25, 76.95)).centre == World.farDutyDesk)
        #expect(world.route(id("u"), place(43.205, 76.905)).centre == World.dutyDesk)
        #expect(world.route(id("u"), place(43.9, 77.4)).centre == World.almaty)
        #expect(world.route(id("u"), place(54.9, 64.9)).centre == World.astana)
        world.step(.areaRemoved(id("a")))
        world.step(.areaRemoved(id("a")))
        #expect(world.route(id("u"), place(43.25, 76.95)).centre == World.dutyDesk)
        #expect(world.replayedHash() == world.stateHash())
    }

    @Test("an area is what it was until the last of its parts came; a part out of order begins nothing")
    func parts() throws {
        let ring = (0..<200).map { place(50 + Double($0 % 100) / 100, $0 < 100 ? 70 : 71) }
        let old = square(id("area"), World.almaty, 43, 76, side: 1)
        let new = try #require(AreaRecord(id: id("area"), centre: World.dutyDesk, ring: ring))
        for part in old.parts { world.step(.areaRegistered(part)) }
        #expect(new.parts.count == 4)
        for part in new.parts.dropLast() {
            world.step(.areaRegistered(part))
            #expect(world.core.areas == [old])
        }
        // The process died; the next one sends all of it anew, and one part got lost in between.
        for index in [0, 1, 3, 2] { world.step(.areaRegistered(new.parts[index])) }
        #expect(world.core.areas == [old])
        for part in new.parts { world.step(.areaRegistered(part)) }
        #expect(world.core.areas == [new])
        let copy = try Dispatcher.restored(from: world.core.snapshot())
        #expect(copy.areas == [new] && copy.stateHash() == world.stateHash())
    }

    @Test("the nearest duty desk within 100 km; across the 180th meridian; equally far ones by id")
    func desks() {
        world.map()
        let unit: UnitID = id("u")
        #expect(world.route(unit, place(52.09, 71.4)).centre == World.farDutyDesk)
        // 99 km and 101 km south of the desk.
        #expect(world.route(unit, place(51.8 - 0.8903, 71.4)).rule == .dutyDesk)
        #expect(world.route(unit, place(51.8 - 0.9083, 71.4)).rule == .defaultCentre)
        // At 51.8° a degree of longitude has 68.8 km.
        #expect(world.route(unit, place(51.8, 71.4 + 1.44)).centre == World.dutyDesk)
        #expect(world.route(unit, place(51.8, 71.4 + 1.46)).rule == .defaultCentre)
        for (desk, east) in [("east-b", -179.9), ("east-a", -179.9)] {
            world.step(
                .centreRegistered(CentreRecord(id: id(desk), name: "", kind: .dutyDesk, point: place(65, east))))
        }
        #expect(world.route(unit, place(65, 179.9)).centre == id("east-a"))
    }

    @Test("distances: known ones on the sphere, and the cosine's series over its whole range")
    func distances() {
        // One degree of a great circle of the mean radius.
        #expect(abs(Routing.squareMetres(place(51, 71), place(52, 71)).squareRoot() - 111_195) < 1)
        #expect(abs(Routing.squareMetres(place(0, 71), place(0, 72)).squareRoot() - 111_195) < 1)
        // Haversine of the same points: 69,978 m.
        #expect(abs(Routing.squareMetres(place(51, 71), place(51, 72)).squareRoot() - 69_978) < 70)
        for (degrees, cosine) in [
            (0, 1), (30, 0.866_025_403_8), (45, 0.707_106_781_2), (60, 0.5), (85, 0.087_155_742_7), (90, 0),
        ] as [(Double, Double)] {
            #expect(abs(Routing.cosine(degrees * 3.141592653589793 / 180) - cosine) < 1e-9)
        }
    }

    @Test("the centre's state decides last: an inactive one's fail-over takes the press, and gives it back")
    func failover() throws {
        world.map()
        world.step(.policyChanged(CentrePolicy(centre: World.almaty, failover: World.dutyDesk)))
        world.set(World.almaty, .inactive)
        let alert = try world.pressed(world.unit("u", surveyed: false), at: World.inArea)
        #expect(alert.centre == World.dutyDesk && alert.formerCentre == World.almaty)
        world.set(World.almaty, .active)
        #expect(try world.alert(alert.id).centre == World.almaty)
    }

    @Test("the first position that routes moves an alert that waits where it was raised, once, at its age")
    func laterPosition() throws {
        world.map()
        world.step(.policyChanged(CentrePolicy(centre: World.almaty, timesS: (20, 40, 60), unseenS: 0)))
        let unit: UnitID = id("u")
        let raised = try world.pressed(unit, at: nil)
        #expect(raised.centre == World.astana)
        world.pass(seconds: 3)
        let moved = try world.pressed(unit, 2, at: World.inArea)
        #expect(moved.id == raised.id && moved.centre == World.almaty && moved.formerCentre == World.astana)
        #expect(world.queue().isEmpty && world.queue(World.almaty) == [raised.id.value])
        // By Almaty's policy, from the first press on.
        #expect(moved.nextStepAt.map { ($0.nanoseconds - raised.storedAt.nanoseconds) / 1_000_000_000 } == 20)
        #expect(try world.pressed(unit, 3, at: World.nearDesk).centre == World.almaty)
        #expect(world.replayedHash() == world.stateHash())
    }

    @Test(
        "a later position moves nothing that is claimed, has gone a step, had one before, or is surveyed",
        arguments: 0..<4)
    func staysThere(which: Int) throws {
        world.map()
        let unit = which == 3 ? world.unit("u", surveyed: true) : id("u")
        let alert = try world.pressed(unit, at: which == 2 ? World.nowhere : nil)
        switch which {
        case 0: world.act(.claim, alert.id)
        case 1: world.pass(seconds: 16)
        default: break
        }
        #expect(try world.pressed(unit, 2, at: World.inArea).centre == World.astana)
    }
}
