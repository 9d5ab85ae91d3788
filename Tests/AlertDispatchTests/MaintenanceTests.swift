import AlertModel
import Testing

@testable import AlertDispatch

/// Planned work.
extension World {
    @discardableResult
    func shelve(
        _ scope: MaintenanceScope, seconds: UInt32 = 3_600, reason: String = "new mast"
    ) -> (id: JournalSequence, effects: [Effect]) {
        let effects = step(
            .maintenanceSet(
                MaintenanceSet(
                    command: CommandID(7_000), scope: scope, durationS: seconds, reason: reason,
                    officer: officerB)))
        return (core.lastSequence, effects)
    }

    @discardableResult
    func endMaintenance(_ id: JournalSequence) -> [Effect] {
        step(.maintenanceEnded(MaintenanceEnded(command: CommandID(7_001), maintenance: id, officer: officerB)))
    }

    func isShelved(_ unit: UnitID) -> Bool { core.unit(unit)?.maintenanceEndsAt != nil }
}

extension [Effect] {
    fileprivate var maintenance: [MaintenanceStatus] {
        feed.compactMap { if case .maintenance(let status) = $0 { status } else { nil } }
    }
}

@Suite("Maintenance mode")
struct MaintenanceTests {
    private let world = World()

    private func stand(_ name: String, _ link: UInt64, centre: CentreID = World.astana, road: String? = nil) {
        world.step(.unitRegistered(world.record(name, centre: centre, carrier: "kcell", road: road)))
        world.up(id(name), link)
    }

    @Test("section 4, maintenance mode: conditions are recorded and call nobody; at its end what lasts calls")
    func shelved() throws {
        stand("unit-a", 1)
        let (number, effects) = world.shelve(.unit(unitA))
        #expect(effects.result == .done(AlertID(number.value)))
        let status = try #require(effects.maintenance.first)
        #expect(status.id == number && status.scope == .unit(unitA) && !status.isOver)
        #expect(status.reason == "new mast" && status.officer == officerB)
        #expect(world.unit(unitA)?.maintenanceEndsAt == status.endsAt)
        #expect(status.endsAt.nanoseconds - world.now.wall.nanoseconds == 3_600_000_000_000)
        world.fault(unitA, 1, .doorOpen, begins: true)
        world.fault(unitA, 2, .camera, begins: true)
        world.fault(unitA, 3, .camera, begins: false)
        world.linkDown(unitA, 1)
        world.pass(seconds: 3_590)
        #expect(world.technical.isEmpty && world.totals.technicalAlerts == 0 && world.isLost(unitA))
        #expect(world.unit(unitA)?.faults == [FaultSet(.doorOpen), FaultSet(.linkLost)])
        let late = world.pass(seconds: 20)
        #expect(late.maintenance.map(\.isOver) == [true] && !world.isShelved(unitA))
        #expect(world.technical.map(\.faults) == [[FaultSet(.doorOpen), FaultSet(.linkLost)]])
        #expect(world.core.openMaintenance.isEmpty && world.replayedHash() == world.stateHash())
    }

    @Test("section 4, maintenance mode: presses are never shelved")
    func presses() throws {
        stand("unit-a", 1)
        let open = world.press(unitA, 1).alerts
        world.shelve(.centre(World.astana))
        #expect(open.count == 1 && world.openAlertCount == 1, "a live alert is untouched")
        world.act(.claim, open[0].id)
        world.act(.close, open[0].id)
        world.confirm(unitA, open[0].id, .closed)
        #expect(world.press(unitA, 2).stages == ["1/2 stored"])
        let alert = try #require(world.nextAlert(World.astana))
        #expect(alert.priority == .life && !alert.isTechnical && alert.nextStepAt != nil)
        world.cancel(unitA, 3, of: 2)
        #expect(try world.alert(alert.id).cancelledAt != nil)
        world.pass(seconds: 60)
        #expect(try world.alert(alert.id).escalation > .none)
    }

    @Test("an open technical alert clears when maintenance begins, and calls again when it ends before its time")
    func clears() throws {
        stand("unit-a", 1)
        world.fault(unitA, 1, .camera, begins: true)
        world.pass(seconds: 1)
        #expect(world.technical.count == 1)
        let (number, _) = world.shelve(.unit(unitA))
        world.pass(seconds: 1)
        #expect(world.technical.isEmpty)
        let effects = world.endMaintenance(number)
        #expect(effects.result == .done(AlertID(number.value)) && effects.maintenance.map(\.isOver) == [true])
        world.pass(seconds: 1)
        #expect(world.technical.map(\.faults) == [FaultSet(.camera)] && world.totals.technicalAlerts == 2)
        #expect(world.endMaintenance(number).result == .refused(.maintenanceUnknown, owner: nil))
    }

    @Test("an alert that an officer has stays theirs; it does not count as answered")
    func claimed() throws {
        stand("unit-a", 1)
        world.fault(unitA, 1, .camera, begins: true)
        world.pass(seconds: 1)
        let alert = try #require(world.technical.first)
        world.act(.claim, alert.id)
        let (number, _) = world.shelve(.unit(unitA))
        world.pass(seconds: 1)
        #expect(try world.alert(alert.id).clearedAt != nil && world.technical.count == 1)
        world.act(.close, alert.id, outcome: .technical)
        world.endMaintenance(number)
        world.pass(seconds: 1)
        #expect(world.technical.map(\.faults) == [FaultSet(.camera)])
    }

    @Test("section 4, maintenance mode: a road and a centre cover their units, later ones too, and no others")
    func scopes() {
        stand("unit-a", 1, road: "M-36")
        stand("unit-b", 2)
        stand("unit-c", 3, centre: World.almaty, road: "M-36")
        world.shelve(.road(id("M-36")), seconds: 600)
        #expect(world.isShelved(unitA) && !world.isShelved(unitB) && world.isShelved(id("unit-c")))
        stand("unit-d", 4, road: "M-36")
        #expect(world.isShelved(id("unit-d")))
        world.step(.unitRegistered(world.record("unit-d", road: "A-1")))
        #expect(!world.isShelved(id("unit-d")))
        world.shelve(.centre(World.astana), seconds: 1_200)
        #expect(world.isShelved(unitB) && world.isShelved(id("unit-d")))
        world.step(.unitRemoved(unitB))
        #expect(!world.isShelved(unitB))
        world.pass(seconds: 601)
        #expect(world.isShelved(unitA) && !world.isShelved(id("unit-c")), "the centre's lasts longer")
        world.pass(seconds: 600)
        #expect(!world.isShelved(unitA))
    }

    @Test("of several the latest end counts, also when that one ends before its time")
    func several() throws {
        stand("unit-a", 1)
        let (short, _) = world.shelve(.unit(unitA), seconds: 600)
        let (long, effects) = world.shelve(.centre(World.astana), seconds: 6_000)
        #expect(world.unit(unitA)?.maintenanceEndsAt == effects.maintenance.first?.endsAt)
        #expect(world.core.openMaintenance.map(\.id) == [short, long])
        world.endMaintenance(long)
        #expect(world.unit(unitA)?.maintenanceEndsAt == world.core.openMaintenance.first?.endsAt)
        world.pass(seconds: 601)
        #expect(!world.isShelved(unitA))
    }

    @Test("section 4, maintenance mode: time-boxed, with a reason, and of something that exists")
    func refusals() {
        stand("unit-a", 1)
        for (scope, seconds, reason, refusal) in [
            (.unit(unitA), 0, "mast", .durationWrong),
            (.unit(unitA), MaintenanceSet.durationMaxS + 1, "mast", .durationWrong),
            (.unit(unitA), 60, "", .reasonMissing), (.unit(unitA), 60, " \n\t", .reasonMissing),
            (.unit(unitB), 60, "mast", .unitUnknown), (.road(id("M-36")), 60, "mast", .roadUnknown),
            (.centre(id("nowhere")), 60, "mast", .centreUnknown),
        ] as [(MaintenanceScope, UInt32, String, RefusalReason)] {
            let effects = world.shelve(scope, seconds: seconds, reason: reason).effects
            #expect(effects.result == .refused(refusal, owner: nil) && effects.maintenance.isEmpty)
        }
        #expect(!world.isShelved(unitA) && world.totals.commandsRefused == 7)
        #expect(world.shelve(.unit(unitA), seconds: MaintenanceSet.durationMaxS).effects.maintenance.count == 1)
    }

    @Test("no more at once than there may be")
    func bound() {
        var core = Dispatcher()
        var effects: [Effect] = []
        func step(_ event: Event) {
            effects.removeAll()
            core.step(event, sequence: core.lastSequence.next, at: world.now, effects: &effects)
        }
        step(.gatewayStarted(GatewayStarted(defaultCentre: World.astana)))
        step(.unitRegistered(world.record("unit-a")))
        for count in 0...Dispatcher.maintenanceMax {
            step(
                .maintenanceSet(
                    MaintenanceSet(
                        command: CommandID(1), scope: .unit(unitA), durationS: 60, reason: "mast",
                        officer: officerA)))
            let isFull = count == Dispatcher.maintenanceMax
            #expect((effects.result == .refused(.maintenanceFull, owner: nil)) == isFull)
        }
        #expect(core.openMaintenance.count == Dispatcher.maintenanceMax)
    }

    @Test("units that are switched off on purpose are no outage, and do not make one of a few others")
    func outages() {
        let names = (0..<12).map { "u\($0)" }
        for (index, name) in names.enumerated() {
            stand(name, UInt64(index) + 1, road: index < 10 ? "M-36" : "A-1")
        }
        let (number, _) = world.shelve(.road(id("M-36")))
        for (index, name) in names.enumerated() { world.linkDown(id(name), UInt64(index) + 1) }
        world.pass(seconds: 60)
        #expect(world.totals.outages == 0 && world.technical.map(\.unit) == [id("u10"), id("u11")])
        // Lost still when it ends: told as one, not as ten.
        world.endMaintenance(number)
        world.pass(seconds: 25)
        #expect(world.totals.outages == 1 && world.technical.contains { $0.outage?.lost ?? 0 >= 10 })
        #expect(world.technical.count <= 3 && world.totals.technicalAlerts == 2)
        // And the other way: what an outage stands for leaves it.
        world.shelve(.centre(World.astana))
        world.pass(seconds: 5)
        #expect(world.technical.isEmpty && world.core.outageCount == 0)
        #expect(world.replayedHash() == world.stateHash())
    }

    @Test("section 4, maintenance mode: it outlives a restart, and what fell due meanwhile is over")
    func restart() throws {
        stand("unit-a", 1)
        stand("unit-b", 2)
        world.shelve(.unit(unitA), seconds: 600)
        world.shelve(.unit(unitB), seconds: 6_000)
        world.restart(afterSeconds: 700)
        world.pass(seconds: 1)
        #expect(!world.isShelved(unitA) && world.isShelved(unitB))
        let copy = try Dispatcher.restored(from: world.core.snapshot())
        #expect(copy.stateHash() == world.stateHash())
        let told = copy.openMaintenance
        var fed: [MaintenanceStatus] = []
        world.core.feedSnapshot { if case .maintenance(let status) = $0 { fed.append(status) } }
        #expect(told.map(\.scope) == [.unit(unitB)] && fed == told)
    }
}
