import AlertModel
import Testing

@testable import AlertDispatch

private let siren = CommandAction.siren(seconds: 10)

extension World {
    @discardableResult
    fileprivate func command(
        _ unit: UnitID, _ action: CommandAction = siren, timeoutS: UInt16 = 10
    ) -> (id: JournalSequence, effects: [Effect]) {
        let effects = step(
            .unitCommanded(
                UnitCommand(
                    command: CommandID(9_000), unit: unit, officer: officerA, timeoutS: timeoutS, action: action)))
        return (core.lastSequence, effects)
    }

    @discardableResult
    fileprivate func answer(
        _ unit: UnitID, _ id: JournalSequence, _ state: UnitCommandState, value: UInt32 = 0, detail: String = ""
    ) -> [Effect] {
        step(
            .unitCommandAnswered(
                UnitCommandAnswer(unit: unit, id: id, state: state, value: value, detail: detail)))
    }

    @discardableResult
    fileprivate func capableUp(
        _ unit: UnitID, _ link: UInt64, _ capabilities: Capabilities = .known
    ) -> [Effect] {
        step(
            .linkUp(
                LinkUp(
                    unit: unit, link: LinkID(link), boot: 1, firmware: 1, capabilities: capabilities.rawValue,
                    path: UInt8(link))))
    }

    fileprivate func underway(_ unit: UnitID) -> [UnitCommandStatus] { core.openCommands(unit) }
}

extension [Effect] {
    fileprivate var orders: [(link: LinkID, id: JournalSequence, validForS: UInt16, action: CommandAction)] {
        compactMap {
            guard case .answer(.command(let link, let id, let seconds, let action)) = $0 else { return nil }
            return (link, id, seconds, action)
        }
    }

    fileprivate var commands: [UnitCommandStatus] {
        feed.compactMap { if case .unitCommand(let status) = $0 { status } else { nil } }
    }
}

@Suite("Commands to units")
struct UnitCommandTests {
    private let world = World()

    init() {
        world.register(unitA)
        world.register(unitB)
    }

    @Test("section 4, commands: sent on every link, acknowledged by the unit, told to consoles")
    func done() throws {
        world.capableUp(unitA, 1)
        world.capableUp(unitA, 2)
        let (id, given) = world.command(unitA)
        #expect(given.result == .done(AlertID(id.value)))
        #expect(given.orders.map(\.link) == [LinkID(1), LinkID(2)])
        #expect(given.orders.allSatisfy { $0.id == id && $0.validForS == 10 && $0.action == siren })
        let status = try #require(given.commands.first)
        #expect(status.state == .sent && status.officer == officerA && status.unit == unitA)
        #expect(status.dueAt.nanoseconds - status.givenAt.nanoseconds == 10_000_000_000)
        let started = world.answer(unitA, id, .started)
        #expect(started.commands.map(\.state) == [.started])
        let done = world.answer(unitA, id, .done, value: 3, detail: "ok")
        #expect(done.commands.map(\.state) == [.done])
        #expect(done.commands.first?.value == 3 && done.commands.first?.detail == "ok")
        #expect(world.underway(unitA).isEmpty)
        // Both links answered.
        #expect(world.answer(unitA, id, .done).isEmpty)
        #expect(world.pass(seconds: 60).commands.isEmpty)
        #expect(world.totals.unitCommands == 1 && world.totals.unitCommandsTimedOut == 0)
        #expect(world.replayedHash() == world.stateHash())
    }

    @Test(
        "each way to end is told and is the last",
        arguments: [UnitCommandState.done, .refused, .failed, .notSupported, .expired])
    func ends(state: UnitCommandState) {
        world.capableUp(unitA, 1)
        let id = world.command(unitA).id
        #expect(world.answer(unitA, id, state, detail: "why").commands.map(\.state) == [state])
        #expect(world.answer(unitA, id, .started).isEmpty && world.underway(unitA).isEmpty)
    }

    @Test("section 4, commands: the timeout is durable, also over a kill")
    func timesOut() {
        world.capableUp(unitA, 1)
        let first = world.command(unitA, timeoutS: 10).id
        let second = world.command(unitA, timeoutS: 4).id
        #expect(world.pass(seconds: 3.9).commands.isEmpty)
        let late = world.pass(seconds: 0.2).commands
        #expect(late.map(\.id) == [second] && late.map(\.state) == [.timedOut])
        world.restart(afterSeconds: 20)
        let overdue = world.pass(seconds: 0.1).commands
        #expect(overdue.map(\.id) == [first] && overdue.map(\.state) == [.timedOut])
        #expect(world.totals.unitCommandsTimedOut == 2)
        #expect(world.answer(unitA, first, .done).isEmpty)
    }

    @Test(
        "a unit that is away gets it when it comes, with the time that is left; one that came back gets it again")
    func comesLater() throws {
        let (id, given) = world.command(unitA, timeoutS: 60)
        #expect(given.orders.isEmpty && given.commands.map(\.state) == [.waiting])
        world.pass(seconds: 20)
        let up = world.capableUp(unitA, 1)
        let order = try #require(up.orders.first)
        #expect(order.link == LinkID(1) && order.id == id && (39...40).contains(order.validForS))
        #expect(up.commands.map(\.state) == [.sent])
        world.linkDown(unitA, 1)
        let again = world.capableUp(unitA, 2)
        #expect(again.orders.map(\.id) == [id] && again.commands.isEmpty)
        world.answer(unitA, id, .done)
        world.linkDown(unitA, 2)
        #expect(world.capableUp(unitA, 1).orders.isEmpty)
    }

    @Test("what a unit cannot do, nobody registered, or is wrong, is refused; and there is a bound")
    func refused() {
        let mute = Capabilities.known.subtracting([.siren, .announceText])
        world.capableUp(unitA, 1, mute)
        #expect(world.command(unitA).effects.result == .refused(.unitNotCapable, owner: nil))
        let text = CommandAction.announce(message: 0, language: "kk", text: "көмек келеді")
        #expect(world.command(unitA, text).effects.result == .refused(.unitNotCapable, owner: nil))
        let recorded = CommandAction.announce(message: 4, language: "kk", text: "")
        #expect(world.command(unitA, recorded).effects.orders.count == 1)
        #expect(world.command(id("unit-none")).effects.result == .refused(.unitUnknown, owner: nil))
        for wrong in [
            CommandAction.volume(percent: 101), .announce(message: 0, language: "k k", text: ""),
            .move(host: "a b", port: 1), .move(host: "a", port: 0), .configure(key: "", value: "x"),
            .unknown(kind: 77),
            .configure(key: "k", value: String(repeating: "v", count: 1_025)),
        ] {
            #expect(world.command(unitA, wrong).effects.result == .refused(.unitCommandWrong, owner: nil))
        }
        for seconds in [UInt16(0), 3_601] {
            let refused = world.command(unitA, .beacon(seconds: 1), timeoutS: seconds).effects.result
            #expect(refused == .refused(.unitCommandWrong, owner: nil))
        }
        for _ in 1...7 { #expect(world.command(unitA, .beacon(seconds: 1)).effects.orders.count == 1) }
        let full = world.command(unitA, .beacon(seconds: 1)).effects
        #expect(full.result == .refused(.unitCommandsFull, owner: nil) && full.orders.isEmpty)
    }

    @Test("a unit that comes without the ability ends the command; a foreign or absurd answer changes nothing")
    func cannotAfterAll() {
        let id = world.command(unitA, timeoutS: 60).id
        #expect(world.answer(unitB, id, .done).isEmpty)
        for state in [UnitCommandState.waiting, .sent, .timedOut] {
            #expect(world.answer(unitA, id, state).isEmpty)
        }
        #expect(world.underway(unitA).map(\.state) == [.waiting])
        let up = world.capableUp(unitA, 1, [.beacon])
        #expect(up.orders.isEmpty && up.commands.map(\.state) == [.notSupported])
    }

    @Test("consoles never see a setting's value; a snapshot keeps it")
    func secrets() throws {
        let setting = CommandAction.configure(key: "apn.password", value: "hunter2")
        let (id, given) = world.command(unitA, setting, timeoutS: 60)
        #expect(given.commands.first?.action == .configure(key: "apn.password", value: ""))
        let restored = try Dispatcher.restored(from: world.core.snapshot())
        #expect(restored.openCommands(unitA).map(\.id) == [id])
        world.core = try Dispatcher.restored(from: world.core.snapshot())
        #expect(world.capableUp(unitA, 1).orders.first?.action == setting)
    }
}

@Suite("Priorities by policy")
struct PressPriorityTests {
    private let world = World()

    @Test(
        "section 2, priority: the centre's policy sets it for each category; a second press raises it, never lowers"
    )
    func byPolicy() throws {
        world.register(unitA)
        world.register(unitB, centre: World.almaty)
        world.step(
            .policyChanged(
                CentrePolicy(
                    centre: World.astana, priorities: PressPriorities(police: .property, roadAccident: .life))))
        world.press(unitA, 1, .police)
        world.press(unitB, 1, .police)
        let id = try #require(world.queue().first).self
        #expect(try world.alert(AlertID(id)).priority == .property)
        #expect(world.openAlerts(World.almaty).map(\.priority) == [.life])
        world.press(unitA, 2, .roadAccident)
        #expect(try world.alert(AlertID(id)).priority == .life)
        world.press(unitA, 3, .police)
        #expect(try world.alert(AlertID(id)).priority == .life)
        #expect(world.replayedHash() == world.stateHash())
    }
}
