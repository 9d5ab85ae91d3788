// Centres that leave the registry and come back, and states that registry and supervisors say.

import AlertModel
import Testing

@testable import AlertDispatch

@Suite("Centres that leave the registry")
struct CentreRemovalTests {
    private let world = World()

    private func remove(_ centre: CentreID) -> [Effect] { world.step(.centreRemoved(centre)) }

    @Test("what waits goes to the substitute, what is claimed stays with its owner until it is given back")
    func removed() throws {
        world.step(.policyChanged(CentrePolicy(centre: World.almaty, failover: World.dutyDesk)))
        world.step(.centreRegistered(CentreRecord(id: World.dutyDesk, name: "")))
        world.register(id("waits"), centre: World.almaty)
        world.register(id("owned"), centre: World.almaty)
        let waits = try world.pressed(id("waits"), at: nil)
        let owned = try world.pressed(id("owned"), at: nil)
        world.act(.claim, owned.id)
        let effects = remove(World.almaty)
        #expect(try world.alert(waits.id).centre == World.dutyDesk)
        #expect(try world.alert(owned.id).centre == World.almaty)
        #expect(effects.feed.contains(.centreSituation(world.core.status(of: World.almaty))))
        #expect(world.core.status(of: World.almaty).isRemoved && world.core.centres.count == 2)
        #expect(world.core.policy(of: World.almaty) == CentrePolicy(centre: World.almaty))
        world.act(.dispatch, owned.id)
        world.act(.release, owned.id)
        // Its policy is forgotten: the default centre is what is left.
        #expect(try world.alert(owned.id).centre == World.astana)
        #expect(world.act(.transfer, owned.id, to: World.almaty).result != .done(owned.id))
        #expect(remove(World.almaty).isEmpty)
        let copy = try Dispatcher.restored(from: world.core.snapshot())
        #expect(copy.stateHash() == world.stateHash() && world.replayedHash() == world.stateHash())
    }

    @Test("an alert is never without a queue: when nobody takes anything, the default centre has it")
    func lastResort() throws {
        world.set(World.astana, .disabled)
        world.register(unitA, centre: World.almaty)
        let alert = try world.pressed(unitA, at: nil)
        #expect(alert.centre == World.almaty)
        _ = remove(World.almaty)
        #expect(try world.alert(alert.id).centre == World.astana && world.openAlertCount == 1)
        // The default centre itself: there is nowhere else.
        _ = remove(World.astana)
        #expect(try world.alert(alert.id).centre == World.astana)
        world.act(.claim, alert.id)
        world.act(.release, alert.id)
        #expect(world.openAlertCount == 1)
    }

    @Test("policies that still name it pass over it; an alert that went by its policy goes on by another's")
    func references() throws {
        world.step(
            .policyChanged(
                CentrePolicy(
                    centre: World.astana, timesS: (5, 10, 15), unseenS: 0, neighbour: World.almaty,
                    failover: World.dutyDesk)))
        world.step(.centreRegistered(CentreRecord(id: World.dutyDesk, name: "")))
        _ = remove(World.almaty)
        let alert = try world.pressed(world.unit("u", surveyed: true), at: nil)
        world.pass(seconds: 12)
        #expect(try world.alert(alert.id).centre == World.astana)
        #expect(try world.alert(alert.id).escalation == .neighbour)
        world.pass(seconds: 5)
        #expect(try world.alert(alert.id).centre == World.dutyDesk)
        // A unit of a centre that is no more belongs to the default centre.
        #expect(
            try world.pressed(world.unit("v", surveyed: true, centre: World.almaty), at: nil).centre
                == World.astana)
        _ = remove(World.astana)
        #expect(try world.alert(alert.id).centre == World.dutyDesk)
    }

    @Test("a centre that is registered again begins anew and takes presses")
    func back() throws {
        world.set(World.almaty, .full)
        _ = remove(World.almaty)
        #expect(world.set(World.almaty, .standby).isEmpty && world.watch(World.almaty, 1).isEmpty)
        world.step(.centreRegistered(CentreRecord(id: World.almaty, name: "again")))
        #expect(world.core.state(of: World.almaty) == .active && !world.core.status(of: World.almaty).isRemoved)
        world.register(unitA, centre: World.almaty)
        #expect(try world.pressed(unitA, at: nil).centre == World.almaty)
    }
}

@Suite("States of centres: who said it last")
struct CentreStateTests {
    private let world = World()

    @Test("the registry's state counts when it changes, and does not undo what a supervisor said")
    func registered() {
        let centre = { (name: String, state: CentreState) in
            Event.centreRegistered(CentreRecord(id: World.almaty, name: name, state: state))
        }
        world.step(centre("a", .standby))
        #expect(world.core.state(of: World.almaty) == .standby)
        world.set(World.almaty, .active)
        world.step(centre("b", .standby))
        #expect(world.core.state(of: World.almaty) == .active)
        world.step(centre("b", .full))
        #expect(world.core.state(of: World.almaty) == .full)
    }

    @Test("a state by the API is answered when it is applied; for no centre it is refused")
    func answered() {
        let set = { (centre: CentreID, state: CentreState) in
            Event.centreStateSet(
                CentreStateSet(centre: centre, state: state, officer: officerA, command: CommandID(7)))
        }
        let effects = world.step(set(World.almaty, .full))
        let status = world.core.status(of: World.almaty)
        #expect(effects == [.feed(.centreSituation(status)), .feed(.result(CommandID(7), .done(AlertID(0))))])
        #expect(status.state == .full && status.since == world.now.wall && status.isWatched == nil)
        #expect(world.step(set(World.almaty, .full)) == [.feed(.result(CommandID(7), .done(AlertID(0))))])
        #expect(world.step(set(id("nobody"), .full)).result == .refused(.centreUnknown, owner: nil))
        #expect(world.core.state(of: id("nobody")) == .active)
    }

    @Test("consoles hear who watches a centre and when nobody reaches it any more")
    func told() {
        let said = { (effects: [Effect]) in
            effects.feed.compactMap { if case .centreSituation(let status) = $0 { status } else { nil } }
        }
        #expect(said(world.watch(World.astana, 2)).map(\.isWatched) == [true])
        #expect(said(world.watch(World.astana, 1)).isEmpty)
        #expect(said(world.watch(World.astana, 0)).map(\.isWatched) == [false])
        #expect(said(world.pass(seconds: 11)).map(\.isUnreachable) == [true])
        #expect(said(world.watch(World.astana, 1)).map(\.isUnreachable) == [false])
        var snapshot: [FeedEntry] = []
        world.core.feedSnapshot { snapshot.append($0) }
        #expect(snapshot.contains(.centreSituation(world.core.status(of: World.astana))))
    }
}
