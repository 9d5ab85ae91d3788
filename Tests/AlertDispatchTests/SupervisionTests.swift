import AlertModel
import Testing

@testable import AlertDispatch

/// Registered units of one small field.
extension World {
    func record(
        _ name: String, centre: CentreID = astana, timeS: UInt16 = 20, carrier: String? = nil, road: String? = nil,
        profile: String? = nil
    ) -> UnitRecord {
        UnitRecord(
            id: id(name), centre: centre, place: "km", point: nil, reportingTimeS: timeS,
            profile: profile.map { id($0) }, carrier: carrier.map { id($0) }, road: road.map { id($0) })
    }

    func up(_ unit: UnitID, _ link: UInt64, boot: UInt32 = 1, path: UInt8 = 0) {
        step(
            .linkUp(
                LinkUp(unit: unit, link: LinkID(link), boot: boot, firmware: 1, capabilities: 0, path: path)))
    }

    /// Technical alerts that are open, oldest first.
    var technical: [Alert] {
        core.queueCentres.flatMap { core.openAlerts($0) }.filter(\.isTechnical).sorted { $0.id < $1.id }
    }

    func isLost(_ unit: UnitID) -> Bool { core.unit(unit)?.faults.contains(.linkLost) ?? false }

    func seconds(_ body: () -> Void) -> Double {
        let start = clockMs
        body()
        return Double(clockMs - start) / 1_000
    }
}

@Suite("Supervision")
struct SupervisionTests {
    private let world = World()

    @Test(
        "section 4, supervision: a cut unit is told within its reporting time",
        arguments: [20, 90, 180] as [UInt16])
    func lossInTime(timeS: UInt16) throws {
        world.step(.unitRegistered(world.record("unit-a", timeS: timeS)))
        world.up(unitA, 1)
        world.pass(seconds: 1_000)
        #expect(world.technical.isEmpty, "a link that stands is watched by the transport")
        world.linkDown(unitA, 1)
        world.pass(seconds: Double(timeS) - 4)
        #expect(world.technical.isEmpty && !world.isLost(unitA))
        world.pass(seconds: 3.9)
        let alert = try #require(world.technical.first)
        #expect(alert.category == .linkLost && alert.unit == unitA && alert.faults == [FaultSet(.linkLost)])
        #expect(alert.priority == .technical && alert.pressCount == 0 && world.isLost(unitA))
        #expect(world.totals.unitsLost == 1 && world.replayedHash() == world.stateHash())
    }

    @Test("a silent link has been waited for already")
    func silent() {
        world.step(.unitRegistered(world.record("unit-a")))
        world.up(unitA, 1)
        world.linkDown(unitA, 1, .silent)
        world.pass(seconds: 2.6)
        #expect(world.technical.count == 1)
    }

    @Test("section 4, supervision: a late frame and its timeout leave neither a stuck nor a lost alarm")
    func race() throws {
        world.step(.unitRegistered(world.record("unit-a")))
        world.up(unitA, 1)
        world.linkDown(unitA, 1)
        world.clockMs += 17_000
        // The deadline was taken, and before its record is applied the unit's is.
        let due = world.takeDue()
        world.up(unitA, 2)
        for event in due { world.step(event) }
        world.pass(seconds: 60)
        #expect(world.technical.isEmpty && !world.isLost(unitA))
        // The other way round: lost first, and there a moment later.
        world.linkDown(unitA, 2)
        world.clockMs += 17_000
        for event in world.takeDue() { world.step(event) }
        #expect(world.isLost(unitA))
        world.up(unitA, 3)
        world.pass(seconds: 60)
        #expect(world.technical.isEmpty && !world.isLost(unitA))
        #expect(world.replayedHash() == world.stateHash())
    }

    @Test("the alert ends with the loss; one that somebody has claimed stays until it is closed")
    func clears() throws {
        world.step(.unitRegistered(world.record("unit-a")))
        world.up(unitA, 1)
        world.linkDown(unitA, 1)
        world.pass(seconds: 20)
        let first = try #require(world.technical.first)
        world.up(unitA, 2)
        world.pass(seconds: 1)
        #expect(world.technical.isEmpty && world.totals.technicalAlerts == 1)
        world.linkDown(unitA, 2)
        world.pass(seconds: 20)
        let second = try #require(world.technical.first)
        #expect(second.id > first.id)
        world.act(.claim, second.id)
        world.up(unitA, 3)
        world.pass(seconds: 1)
        #expect(try world.alert(second.id).clearedAt != nil && world.technical.count == 1)
        world.act(.close, second.id, outcome: .technical)
        #expect(world.technical.isEmpty && world.kept(second.id) == nil)
        #expect(world.act(.claim, second.id).result == .refused(.alreadyClosed, owner: officerA))
    }

    @Test("an officer who closes what lasts is not called for it again until it comes again")
    func answered() throws {
        world.step(.unitRegistered(world.record("unit-a")))
        world.up(unitA, 1)
        world.fault(unitA, 1, .camera, begins: true)
        world.pass(seconds: 1)
        let alert = try #require(world.technical.first)
        world.act(.claim, alert.id)
        world.act(.close, alert.id, outcome: .technical)
        world.pass(seconds: 600)
        #expect(world.technical.isEmpty && world.unit(unitA)?.faults == FaultSet(.camera))
        world.fault(unitA, 2, .camera, begins: false)
        world.fault(unitA, 3, .camera, begins: true)
        world.pass(seconds: 1)
        #expect(world.technical.count == 1)
    }

    @Test("what ended before its alert was closed was not answered: it calls when it comes again")
    func endedBeforeTheClose() throws {
        world.step(.unitRegistered(world.record("unit-a")))
        world.up(unitA, 1)
        world.fault(unitA, 1, .doorOpen, begins: true)
        world.pass(seconds: 1)
        let alert = try #require(world.technical.first)
        world.act(.claim, alert.id)
        world.fault(unitA, 2, .doorOpen, begins: false)
        // Before the review that would clear it.
        world.act(.close, alert.id, outcome: .technical)
        world.fault(unitA, 3, .doorOpen, begins: true)
        world.pass(seconds: 1)
        #expect(world.technical.count == 1)
        #expect(world.replayedHash() == world.stateHash())
    }

    @Test("a press never waits behind a fault and never joins its alert")
    func pressBesideFault() throws {
        world.step(.unitRegistered(world.record("unit-a")))
        world.up(unitA, 1)
        world.fault(unitA, 1, .doorOpen, begins: true)
        world.pass(seconds: 1)
        let technical = try #require(world.technical.first)
        #expect(technical.category == .tamper && technical.priority == .property)
        world.act(.claim, technical.id)
        let stages = world.press(unitA, 2).stages
        #expect(stages == ["1/2 stored"])
        let live = try #require(world.nextAlert(World.astana))
        #expect(!live.isTechnical && live.priority == .life && live.owner == nil && world.openAlertCount == 2)
        world.act(.claim, live.id, officerB)
        world.act(.close, live.id, officerB)
        world.confirm(unitA, live.id, .closed)
        #expect(world.technical.map(\.id) == [technical.id])
    }

    @Test("section 4, two paths: the loss of one is told alone, and loses nothing")
    func paths() throws {
        world.step(.unitRegistered(world.record("unit-a")))
        world.up(unitA, 1, path: 1)
        world.up(unitA, 2, path: 2)
        world.linkDown(unitA, 2)
        world.pass(seconds: 16)
        #expect(world.technical.isEmpty)
        world.pass(seconds: 2)
        #expect(world.technical.map(\.faults) == [FaultSet(.pathLost)] && !world.isLost(unitA))
        #expect(world.press(unitA, 1).stages == ["1/1 stored"])
        world.up(unitA, 3, path: 2)
        world.pass(seconds: 1)
        #expect(world.technical.isEmpty && world.links(unitA).count == 2)
        // A renewed connection takes its own path's place, not the other's.
        world.up(unitA, 4, path: 1)
        #expect(world.links(unitA) == [LinkID(4), LinkID(3)] || world.links(unitA) == [LinkID(3), LinkID(4)])
    }

    @Test("section 4, faults, flapping: one loss is told until the link is calm, and a real loss is not hidden")
    func flapping() throws {
        world.step(.unitRegistered(world.record("unit-a")))
        var alerts: Set<AlertID> = []
        for round in UInt64(1)...12 {
            world.up(unitA, round)
            world.pass(seconds: 2)
            world.linkDown(unitA, round)
            world.pass(seconds: 25)
            alerts.formUnion(world.technical.map(\.id))
        }
        #expect(world.unit(unitA)?.faults.contains(.linkFlapping) == true)
        #expect(alerts.count <= 5, "\(alerts.count) alerts of 12 losses")
        #expect(world.technical.count == 1, "it is lost now, and that is told")
        world.up(unitA, 99)
        world.pass(seconds: 570)
        #expect(world.technical.count == 1)
        world.pass(seconds: 10)
        #expect(world.technical.isEmpty && world.unit(unitA)?.faults == [])
    }

    @Test("after a start every unit has its reporting time and a grace; who does not come is lost")
    func start() throws {
        for name in ["unit-a", "unit-b"] { world.step(.unitRegistered(world.record(name))) }
        world.up(unitA, 1)
        world.up(unitB, 2)
        world.restart(afterSeconds: 3)
        world.up(unitA, 3)
        world.pass(seconds: 76)
        #expect(world.technical.isEmpty)
        world.pass(seconds: 4)
        #expect(world.technical.map(\.unit) == [unitB])
        // Its deadline is not counted anew by a second start.
        #expect(world.replayedHash() == world.stateHash())
    }

    @Test("a unit that was never seen, and one that nobody registered, are not waited for")
    func unknown() {
        world.step(.unitRegistered(world.record("unit-a")))
        world.up(unitB, 1)
        world.linkDown(unitB, 1)
        world.pass(seconds: 500)
        #expect(world.technical.isEmpty && world.totals.unitsLost == 0)
        world.step(.unitRegistered(world.record("unit-b")))
        world.pass(seconds: 20)
        #expect(world.technical.map(\.unit) == [unitB], "from its registration on it is")
        world.step(.unitRemoved(unitB))
        world.pass(seconds: 1)
        #expect(world.technical.isEmpty)
    }

    @Test("20,000 units: a heartbeat touches no deadline, a lost connection few")
    func cost() {
        let dispatcher = Crowd(units: 20_000)
        let before = dispatcher.core.deadlines.siftSteps
        dispatcher.heartbeats()
        #expect(dispatcher.core.deadlines.siftSteps == before)
        dispatcher.drop()
        #expect(dispatcher.core.deadlines.siftSteps - before < 20_000 * 20)
    }
}

/// Many units without the checks after every step.
private final class Crowd {
    var core = Dispatcher()
    private let ids: [UnitID]
    private var effects: [Effect] = []
    private var nowNs: UInt64 = 1

    init(units: Int) {
        ids = (0..<units).map { id("u\($0)") }
        step(.gatewayStarted(GatewayStarted(defaultCentre: World.astana)))
        for (index, unit) in ids.enumerated() {
            step(
                .unitRegistered(
                    UnitRecord(id: unit, centre: World.astana, place: "", point: nil, reportingTimeS: 90)))
            step(
                .linkUp(
                    LinkUp(unit: unit, link: LinkID(UInt64(index) + 1), boot: 1, firmware: 1, capabilities: 0)))
        }
    }

    private var at: Instant {
        Instant(wall: WallTime(nanoseconds: Int64(nowNs)), monotonic: MonotonicTime(nanoseconds: nowNs))
    }

    private func step(_ event: Event) {
        nowNs += 1_000
        core.step(event, sequence: core.lastSequence.next, at: at, effects: &effects)
        effects.removeAll(keepingCapacity: true)
    }

    func heartbeats() {
        let beat = Heartbeat(
            power: .mains, batteryPercent: nil, signalDBm: nil, temperatureC: nil, isDoorOpen: false)
        for unit in ids { core.observe(.heartbeat(unit, beat), at: at, effects: &effects) }
    }

    func drop() {
        for (index, unit) in ids.enumerated() {
            step(.linkDown(LinkDown(unit: unit, link: LinkID(UInt64(index) + 1), end: .peerClosed)))
        }
    }
}
