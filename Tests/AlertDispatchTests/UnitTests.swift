import AlertDispatch
import AlertModel
import Testing

@Suite("Units and links")
struct UnitTests {
    @Test("consoles hear of online and offline, not of a second path")
    func onlineOffline() {
        let world = World()
        world.register(unitA)
        let up = world.linkUp(unitA, 1)
        #expect(up.feed == [.unit(status(world, unitA))] && world.unit(unitA)?.isOnline == true)
        #expect(world.linkUp(unitA, 2).isEmpty)
        #expect(world.linkDown(unitA, 1).isEmpty)
        let down = world.linkDown(unitA, 2)
        #expect(down.feed == [.unit(status(world, unitA))])
        #expect(world.unit(unitA)?.isOnline == false)
        #expect(world.unit(unitA)?.linkChangedAt == world.now.wall)
    }

    @Test("section 4, two paths: a third link closes the oldest; its late end is ignored")
    func thirdLink() {
        let world = World()
        world.register(unitA)
        world.linkUp(unitA, 1)
        world.linkUp(unitA, 2)
        #expect(world.linkUp(unitA, 3) == [.answer(.close(LinkID(1), .replaced))])
        #expect(world.linkDown(unitA, 1, .replaced).isEmpty)
        #expect(world.links(unitA) == [LinkID(2), LinkID(3)])
        #expect(world.linkUp(unitA, 3).isEmpty)
        #expect(world.linkDown(unitB, 7).isEmpty)
    }

    @Test("a unit that comes back hears the present stage on the new link only")
    func resend() {
        let world = World()
        let alert = world.raised()
        world.act(.claim, alert)
        #expect(world.linkUp(unitA, 2).stages == ["2/1 answered"])
        world.act(.close, alert)
        world.linkDown(unitA, 1)
        #expect(world.linkUp(unitA, 3).stages == ["3/1 closed"])
        world.confirm(unitA, alert, .closed)
        #expect(world.linkUp(unitA, 4).stages.isEmpty)
    }

    @Test("a new gateway process takes every unit offline, in order of identifier")
    func restart() {
        let world = World()
        for number in [3, 1, 2] {
            world.register(id("u\(number)"))
            world.linkUp(id("u\(number)"), UInt64(number))
        }
        let effects = world.step(.gatewayStarted(GatewayStarted(defaultCentre: World.astana)))
        #expect(effects.feed == ["u1", "u2", "u3"].map { .unit(status(world, id($0))) })
        #expect(world.onlineUnitCount == 0)
    }

    @Test("a removed unit stays while it is linked or has an alert, then it is gone")
    func removed() throws {
        let world = World()
        let alert = world.raised()
        let removed = world.step(.unitRemoved(unitA))
        #expect(removed.feed == [.unit(status(world, unitA))])
        #expect(world.unit(unitA)?.isRegistered == false)
        #expect(world.linkDown(unitA, 1).feed == [.unit(status(world, unitA))])
        #expect(world.queue() == [alert.value])
        world.act(.claim, alert)
        #expect(world.act(.close, alert).feed.contains(.unitGone(unitA)))
        #expect(world.step(.unitRemoved(unitA)).isEmpty && world.step(.unitRemoved(unitB)).isEmpty)
        #expect(world.register(unitA).feed == [.unit(status(world, unitA))])
    }

    @Test("a valid certificate that nobody registered is shown while it is linked")
    func strangerComesAndGoes() {
        let world = World()
        #expect(world.linkUp(unitB, 1).feed == [.unit(status(world, unitB))])
        #expect(world.linkDown(unitB, 1).feed == [.unitGone(unitB)])
    }

    @Test("registry entries that say nothing new are silent")
    func registryRepeats() {
        let world = World()
        #expect(world.register(unitA).feed.count == 1)
        #expect(world.register(unitA).isEmpty)
        #expect(world.register(unitA, place: "Abay 2").feed.count == 1)
        let centre = CentreRecord(id: World.almaty, name: "Almaty")
        #expect(world.step(.centreRegistered(centre)).feed == [.centre(centre)])
        #expect(world.step(.centreRegistered(centre)).isEmpty)
    }

    @Test("faults begin and end, once a message, whichever path was faster")
    func faults() {
        let world = World()
        world.register(unitA)
        world.linkUp(unitA, 1)
        let began = world.fault(unitA, 1, .mainsLost, begins: true)
        #expect(began.acknowledgements == ["1/1"] && began.feed.count == 1)
        let again = world.fault(unitA, 1, .mainsLost, begins: true)
        #expect(again.answers == began.answers && again.feed.isEmpty)
        // The end overtakes a second beginning of another kind, and its own beginning comes late.
        world.fault(unitA, 4, .doorOpen, begins: false)
        #expect(world.fault(unitA, 3, .doorOpen, begins: true).feed.isEmpty)
        world.fault(unitA, 5, .mainsLost, begins: false)
        #expect(world.faults(unitA).map(\.kind) == [.doorOpen, .mainsLost])
        #expect(world.faults(unitA).allSatisfy { !$0.isActive })
        // A new boot counts from the start; what the boot before it says late is old.
        world.linkUp(unitA, 2, boot: 2)
        world.fault(unitA, 1, .mainsLost, begins: true, boot: 2)
        #expect(world.fault(unitA, 6, .mainsLost, begins: false, boot: 1).feed.isEmpty)
        #expect(world.faults(unitA).filter(\.isActive).map(\.kind) == [.mainsLost])
    }

    @Test("messages that waited over two restarts are ordered by boot, not by arrival")
    func bootOrder() {
        let world = World()
        world.register(unitA)
        for boot: UInt32 in [9, 4, 7] { world.linkUp(unitA, UInt64(boot), boot: boot) }
        world.fault(unitA, 1, .camera, begins: false, boot: 4)
        #expect(world.fault(unitA, 5, .camera, begins: true, boot: 9).feed.isEmpty)
        #expect(world.fault(unitA, 2, .camera, begins: true, boot: 4).feed.count == 1)
        #expect(world.fault(unitA, 1, .camera, begins: false, boot: 7).feed.count == 1)
        // A boot that never connected: the journal's order, but never later than the present boot.
        #expect(world.fault(unitA, 1, .camera, begins: true, boot: 5).feed.isEmpty)
        world.linkUp(unitA, 1, boot: 6)
        #expect(world.fault(unitA, 1, .camera, begins: true, boot: 5).feed.count == 1)
    }

    @Test("routine reports: the latest counts, an alert never changes, a stranger leaves no trace")
    func routine() {
        let world = World()
        let alert = world.raised()
        let hash = world.stateHash()
        let before = world.kept(alert)
        var effects: [Effect] = []
        for percent: UInt8 in [50, 40] {
            let heartbeat = Heartbeat(
                power: .battery, batteryPercent: percent, signalDBm: -70, temperatureC: 3, isDoorOpen: false)
            world.core.observe(.heartbeat(unitA, heartbeat), at: world.now, effects: &effects)
            world.core.observe(.heartbeat(unitB, heartbeat), at: world.now, effects: &effects)
        }
        #expect(world.routine(unitA)?.heartbeat?.batteryPercent == 40)
        #expect(world.routine(unitA)?.heardAt == world.now)
        #expect(world.unit(unitB) == nil && effects.isEmpty)
        #expect(world.kept(alert) == before && world.stateHash() == hash)
    }

    private func status(_ world: World, _ unit: UnitID) -> UnitStatus {
        world.unit(unit)
            ?? UnitStatus(
                record: UnitRecord(id: unit, centre: World.astana, place: "?", point: nil, reportingTimeS: 0),
                isOnline: false, isRegistered: false, linkChangedAt: nil)
    }
}
