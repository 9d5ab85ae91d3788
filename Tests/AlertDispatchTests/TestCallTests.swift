import AlertModel
import Testing

@testable import AlertDispatch

/// Test calls and how long they may take.
extension World {
    @discardableResult
    func testCall(
        _ unit: UnitID, _ counter: UInt32, boot: UInt32 = 1, _ results: TestResults? = nil
    ) -> [Effect] {
        step(
            .press(
                Press(
                    id: MessageID(unit: unit, boot: boot, counter: counter), category: .test,
                    pressedAt: now.wall, receivedAt: now.wall, position: nil, results: results)))
    }

    func pass(hours: Double) { pass(seconds: hours * 3_600) }

    /// A start of the gateway with these hours between two test calls.
    func start(testEveryH: UInt16) {
        var policy = SupervisionPolicy()
        policy.testEveryH = testEveryH
        step(.gatewayStarted(GatewayStarted(defaultCentre: Self.astana, supervision: policy)))
    }

    var missed: [UnitID] { technical.filter { $0.faults.contains(.testMissed) }.map(\.unit) }
}

@Suite("Test calls")
struct TestCallTests {
    private let world = World()

    @Test("section 4, test calls: a missed one is alarmed within 60 s of falling due, and ends with the next")
    func missed() throws {
        world.step(.unitRegistered(world.record("unit-a")))
        world.up(unitA, 1)
        world.pass(seconds: 72 * 3_600 - 1)
        #expect(world.technical.isEmpty)
        let tookS = world.seconds { while world.technical.isEmpty { world.pass(seconds: 0.1) } }
        #expect(tookS < 60, "told after \(tookS) s")
        let alert = try #require(world.technical.first)
        #expect(alert.faults == FaultSet(.testMissed) && alert.priority == .technical && alert.category == .fault)
        #expect(world.totals.testsMissed == 1)
        world.pass(hours: 100)
        #expect(world.technical.count == 1 && world.totals.testsMissed == 1, "told once")
        let effects = world.testCall(unitA, 1)
        #expect(effects.stages == ["1/1 stored"] && world.unit(unitA)?.faults == [])
        world.pass(seconds: 1)
        #expect(world.technical.isEmpty && world.replayedHash() == world.stateHash())
    }

    @Test("section 4, test calls: each call counts the time anew, and the unit's last call is told")
    func schedule() {
        world.step(.unitRegistered(world.record("unit-a")))
        world.up(unitA, 1)
        for call in UInt32(1)...5 {
            world.pass(hours: 71)
            let effects = world.testCall(unitA, call)
            let statuses = effects.feed.compactMap { if case .unit(let status) = $0 { status } else { nil } }
            #expect(statuses.map(\.lastTestAt) == [world.lastTestAt(unitA)])
        }
        #expect(world.technical.isEmpty)
        // A link that comes anew, or a call that comes again, is no call.
        world.pass(hours: 71)
        world.up(unitA, 2)
        world.testCall(unitA, 5)
        world.pass(hours: 1.01)
        #expect(world.missed == [unitA])
    }

    @Test("section 4, test calls: they never enter the live queue")
    func noQueue() {
        world.step(.unitRegistered(world.record("unit-a")))
        world.up(unitA, 1)
        let effects = world.testCall(unitA, 1, .known)
        #expect(effects.alerts.isEmpty && world.openAlertCount == 0 && world.totals.testCalls == 1)
        world.press(unitA, 2)
        world.testCall(unitA, 3)
        world.pass(seconds: 1)
        #expect(world.openAlertCount == 2, "the press and what the test found")
        #expect(world.nextAlert(World.astana)?.pressCount == 1)
    }

    @Test("section 4, test calls: what a test finds begins, and a test that finds it well ends it")
    func results() throws {
        world.step(.unitRegistered(world.record("unit-a")))
        world.up(unitA, 1)
        world.testCall(unitA, 1, [.microphoneFailed, .cameraFailed])
        world.pass(seconds: 1)
        #expect(world.technical.map(\.faults) == [[FaultSet(.microphone), FaultSet(.camera)]])
        // Says nothing of its parts.
        world.testCall(unitA, 2, nil)
        world.pass(seconds: 1)
        #expect(world.unit(unitA)?.faults == [FaultSet(.microphone), FaultSet(.camera)])
        world.testCall(unitA, 3, [.speakerFailed, .batteryFailed])
        world.pass(seconds: 1)
        #expect(world.technical.map(\.faults) == [[FaultSet(.speaker), FaultSet(.batteryLow)]])
        world.testCall(unitA, 4, [])
        world.pass(seconds: 1)
        #expect(world.technical.isEmpty && world.unit(unitA)?.faults == [])
        #expect(world.totals.technicalAlerts == 1 && world.replayedHash() == world.stateHash())
    }

    @Test("the unit's latest word of a part counts, be it a report or a test, in the order in which it sent them")
    func latestWord() {
        world.step(.unitRegistered(world.record("unit-a")))
        world.up(unitA, 1)
        world.fault(unitA, 5, .camera, begins: true)
        // Sent before the report, on the slower path.
        world.testCall(unitA, 4, [])
        #expect(world.unit(unitA)?.faults == FaultSet(.camera))
        world.testCall(unitA, 6, [])
        #expect(world.unit(unitA)?.faults == [])
        world.testCall(unitA, 7, .microphoneFailed)
        world.fault(unitA, 8, .microphone, begins: false)
        #expect(world.unit(unitA)?.faults == [])
        // Of what is no part of a test a test says nothing.
        world.fault(unitA, 9, .mainsLost, begins: true)
        world.testCall(unitA, 10, [])
        #expect(world.unit(unitA)?.faults == FaultSet(.mainsLost))
    }

    @Test("section 4, test calls: who has never been seen, is not registered or need not is not waited for")
    func notAsked() {
        world.step(.unitRegistered(world.record("unit-a")))
        world.up(unitB, 1)
        world.pass(hours: 100)
        #expect(world.totals.testsMissed == 0)
        world.step(.unitRegistered(world.record("unit-b")))
        world.pass(hours: 71.9)
        #expect(world.totals.testsMissed == 0, "counted from its registration")
        world.pass(hours: 0.2)
        #expect(world.missed == [unitB])
        world.step(.unitRemoved(unitB))
        world.pass(seconds: 1)
        #expect(world.technical.isEmpty && world.unit(unitB)?.faults == [])
        world.step(.unitRegistered(world.record("unit-b")))
        world.start(testEveryH: 0)
        world.up(unitB, 2)
        world.pass(hours: 1_000)
        #expect(world.totals.testsMissed == 1)
    }

    @Test("a profile's time counts before the gateway's; a change moves what stands, and only when it is one")
    func intervals() {
        world.step(.profileRegistered(ProfileRecord(id: id("post"), testEveryH: 24, severities: [:])))
        world.step(.unitRegistered(world.record("unit-a", profile: "post")))
        world.up(unitA, 1)
        world.pass(hours: 20)
        // Another place, the same times; a start with the same rules.
        world.step(.unitRegistered(world.record("unit-a", road: "M-36", profile: "post")))
        world.start(testEveryH: 72)
        world.up(unitA, 2)
        world.pass(hours: 3.9)
        #expect(world.technical.isEmpty)
        world.pass(hours: 0.2)
        #expect(world.missed == [unitA])
        // Longer: it is not due any more, and then it is.
        world.step(.profileRegistered(ProfileRecord(id: id("post"), testEveryH: 48, severities: [:])))
        world.pass(seconds: 1)
        #expect(world.technical.isEmpty)
        world.step(.unitRegistered(world.record("unit-a")))
        world.pass(hours: 40)
        #expect(world.technical.isEmpty, "the gateway's 72 h")
        world.start(testEveryH: 12)
        world.up(unitA, 3)
        world.pass(seconds: 100)
        #expect(world.missed == [unitA])
        #expect(world.replayedHash() == world.stateHash())
    }

    @Test("a call that fell due while the gateway was down has its grace after the start")
    func gatewayDown() {
        for name in ["unit-a", "unit-b"] { world.step(.unitRegistered(world.record(name))) }
        world.up(unitA, 1)
        world.up(unitB, 2)
        world.pass(hours: 71)
        world.restart(afterSeconds: 10 * 3_600)
        world.up(unitA, 3)
        world.up(unitB, 4)
        world.pass(seconds: 30)
        world.testCall(unitA, 1)
        world.pass(seconds: 49)
        #expect(world.technical.isEmpty)
        world.pass(seconds: 3)
        #expect(world.missed == [unitB])
        world.restart(afterSeconds: 5)
        world.up(unitA, 5)
        world.up(unitB, 6)
        world.pass(seconds: 100)
        #expect(world.missed == [unitB] && world.totals.testsMissed == 1, "missed is missed")
    }

    @Test("section 4, test calls: of a lost unit the loss is told; when it is back it has a minute for its call")
    func lost() {
        world.step(.unitRegistered(world.record("unit-a")))
        world.up(unitA, 1)
        world.linkDown(unitA, 1)
        world.pass(hours: 73)
        #expect(world.technical.map(\.faults) == [FaultSet(.linkLost)] && world.totals.technicalAlerts == 1)
        #expect(world.unit(unitA)?.faults == [FaultSet(.linkLost), FaultSet(.testMissed)])
        world.up(unitA, 2)
        world.pass(seconds: 59)
        #expect(world.technical.isEmpty)
        world.pass(seconds: 2)
        #expect(world.missed == [unitA])
        // Missed while it was there: a broken link in between changes nothing.
        world.linkDown(unitA, 2)
        world.pass(seconds: 5)
        world.up(unitA, 3)
        world.pass(seconds: 1)
        #expect(world.missed == [unitA] && world.totals.technicalAlerts == 2)
    }

    @Test("deadlines of test calls stand in the snapshot")
    func snapshot() throws {
        world.step(.unitRegistered(world.record("unit-a")))
        world.up(unitA, 1)
        world.pass(hours: 30)
        world.testCall(unitA, 1, .cameraFailed)
        var copy = try Dispatcher.restored(from: world.core.snapshot())
        #expect(copy.stateHash() == world.stateHash() && copy.nextDeadline == world.core.nextDeadline)
    }
}
