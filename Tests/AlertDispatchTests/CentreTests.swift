import AlertModel
import Testing

@testable import AlertDispatch

extension World {
    @discardableResult
    func watch(_ centre: CentreID, _ consoles: UInt16) -> [Effect] {
        step(.centreWatched(CentreWatched(centre: centre, consoles: consoles)))
    }

    @discardableResult
    func set(_ centre: CentreID, _ state: CentreState) -> [Effect] {
        step(.centreStateSet(CentreStateSet(centre: centre, state: state, officer: officerA)))
    }

    /// Astana, for which Almaty stands in; nobody is ever unseen.
    func standIn(timesS: (first: UInt16, second: UInt16, third: UInt16) = (600, 700, 800)) {
        step(
            .policyChanged(
                CentrePolicy(centre: Self.astana, timesS: timesS, unseenS: 0, failover: Self.almaty)))
    }

    func pressed(_ unit: String, _ category: AlertModel.Category = .police) -> AlertID {
        register(id(unit))
        press(id(unit), 1, category)
        return AlertID(lastSequence.value)
    }
}

@Suite("Centres that take alerts and centres that do not")
struct CentreTests {
    private let world = World()

    @Test("NG112's states: who takes a press, who keeps what waits", arguments: CentreState.allCases)
    func states(state: CentreState) throws {
        world.standIn()
        let waiting = world.pressed("waiting")
        let claimed = world.pressed("claimed")
        world.act(.claim, claimed)
        world.set(World.astana, state)
        let new = world.pressed("new")
        let keeps: Set<CentreState> = [.active, .full, .standby]
        #expect(try world.alert(waiting).centre == (keeps.contains(state) ? World.astana : World.almaty))
        #expect(try world.alert(new).centre == (state == .active ? World.astana : World.almaty))
        // What somebody has claimed is served where it is.
        #expect(try world.alert(claimed).centre == World.astana)
        #expect(world.openAlertCount == 3)
        // Back: what was taken away and still waits returns, once.
        world.set(World.astana, .active)
        #expect(world.queue() == [waiting, claimed, new].map(\.value) && world.queue(World.almaty).isEmpty)
        #expect(world.replayedHash() == world.stateHash())
    }

    @Test(
        "section 3, row 7: the link is down for an hour: alerts stay, and are there in order of priority at its return"
    )
    func downForAnHour() throws {
        let world = World()
        for (number, category) in [Category.roadAccident, .police, .roadAccident, .medical].enumerated() {
            world.register(id("unit-\(number)"))
            world.press(id("unit-\(number)"), 1, category)
        }
        world.watch(World.astana, 1)
        world.watch(World.astana, 0)
        world.pass(seconds: 3_600)
        world.restart(afterSeconds: 60)
        world.watch(World.astana, 1)
        var shown: [Alert] = []
        world.core.feedSnapshot { if case .alert(let alert) = $0 { shown.append(alert) } }
        #expect(shown.map(\.category) == [.police, .medical, .roadAccident, .roadAccident])
        #expect(shown.map(\.unit) == [id("unit-1"), id("unit-3"), id("unit-0"), id("unit-2")])
        #expect(Set(shown.map(\.centre)) == [World.astana])
    }

    @Test("what somebody claimed meanwhile stays; what went on stays where it went")
    func returns() throws {
        world.standIn()
        let first = world.pressed("first")
        let second = world.pressed("second")
        world.set(World.astana, .disabled)
        world.act(.claim, first, officerB)
        world.set(World.astana, .active)
        #expect(world.queue(World.almaty) == [first.value] && world.queue() == [second.value])
        world.act(.release, first, officerB)
        #expect(try world.alert(first).centre == World.almaty)
    }

    @Test(
        "section 3, row 7: nobody watches a centre: its fail-over centre serves it within 15 s, and gives it back")
    func unreachable() throws {
        world.standIn()
        world.watch(World.astana, 3)
        let alert = world.pressed("a")
        world.show(alert)
        world.watch(World.astana, 0)
        world.pass(seconds: 9.9)
        #expect(try world.alert(alert).centre == World.astana)
        world.pass(seconds: 0.3)
        #expect(try world.alert(alert).centre == World.almaty && world.core.isUnreachable(World.astana))
        let other = world.pressed("b")
        #expect(try world.alert(other).centre == World.almaty && world.alert(other).formerCentre == World.astana)
        world.watch(World.astana, 1)
        #expect(world.queue() == [alert.value, other.value] || world.queue() == [other.value, alert.value])
        #expect(world.queue(World.almaty).isEmpty && world.openAlertCount == 2)
    }

    @Test("a console that is back in time changes nothing; a new process waits for consoles anew")
    func backInTime() throws {
        world.standIn()
        world.watch(World.astana, 1)
        let alert = world.pressed("a")
        world.watch(World.astana, 0)
        world.pass(seconds: 9)
        world.watch(World.astana, 1)
        world.pass(seconds: 5)
        #expect(try world.alert(alert).centre == World.astana)
        world.restart(afterSeconds: 30)
        world.pass(seconds: 9)
        #expect(try world.alert(alert).centre == World.astana)
        world.pass(seconds: 2)
        #expect(try world.alert(alert).centre == World.almaty)
    }

    @Test("never without a queue: when nobody takes it, it stays with its own centre, and the auditor sees it")
    func nobody() throws {
        world.standIn()
        for centre in [World.astana, World.almaty] { world.set(centre, .disabled) }
        let alert = world.pressed("a")
        #expect(world.queue() == [alert.value])
        world.clockMs += 6_000
        #expect(world.audit() == [.auditFound(alert)])
    }

    @Test("a transfer to a centre that takes nothing is refused; a step passes it over")
    func notTaking() throws {
        world.standIn(timesS: (15, 30, 45))
        world.set(World.almaty, .full)
        let alert = world.pressed("a")
        world.act(.claim, alert)
        #expect(
            world.act(.transfer, alert, to: World.almaty).result == .refused(.centreNotTaking, owner: officerA))
        world.act(.release, alert)
        world.pass(seconds: 46)
        let after = try world.alert(alert)
        #expect(after.escalation == .failover && after.centre == World.astana)
        world.set(World.almaty, .standby)
        world.act(.claim, alert)
        #expect(world.act(.transfer, alert, to: World.almaty).result == .done(alert))
    }
}

@Suite("Queues")
struct QueueCostTests {
    @Test("a low priority that has waited long stands one level higher, and never with life")
    func starvation() throws {
        let world = World()
        world.step(.policyChanged(CentrePolicy(centre: World.astana, unseenS: 0, starvationS: 60)))
        let tamper = world.pressed("tamper", .tamper)
        let fault = world.pressed("fault", .fault)
        world.pass(seconds: 55)
        let road = world.pressed("road", .roadAccident)
        let laterTamper = world.pressed("later", .tamper)
        #expect(world.queue() == [road, tamper, laterTamper, fault].map(\.value))
        world.pass(seconds: 6)
        let life = world.pressed("life", .police)
        // The tamper stands with what is urgent and is older; the fault with property, and escalated before the later.
        #expect(world.queue().first == life.value)
        #expect(try world.alert(tamper).queuePriority == .urgent && world.alert(fault).queuePriority == .property)
        #expect(world.queue().firstIndex(of: tamper.value) == 1)
        #expect(world.queue().firstIndex(of: fault.value).map { $0 < 4 } == true)
        #expect(try world.alert(tamper).priority == .property)
        world.act(.claim, tamper)
        world.act(.release, tamper)
        #expect(try world.alert(tamper).queuePriority == .property)
        world.pass(seconds: 600)
        #expect(try world.alert(fault).queuePriority == .property)
    }

    @Test("100,000 open alerts: an act visits some dozens of nodes, not thousands")
    func hundredThousand() {
        var dispatcher = Dispatcher()
        var effects: [Effect] = []
        var sequence: UInt64 = 0
        func at(_ number: UInt64) -> Instant {
            Instant(
                wall: WallTime(nanoseconds: Int64(number) * 1_000),
                monotonic: MonotonicTime(nanoseconds: number * 1_000))
        }
        func step(_ event: Event) {
            sequence += 1
            effects.removeAll(keepingCapacity: true)
            dispatcher.step(event, sequence: JournalSequence(sequence), at: at(sequence), effects: &effects)
        }
        func press(_ number: UInt64) {
            let press = MessageID(unit: id("u\(number)"), boot: 1, counter: 1)
            step(
                .press(
                    Press(
                        id: press, category: number % 2 == 0 ? .police : .tamper, pressedAt: at(number).wall,
                        receivedAt: at(number).wall, position: nil)))
        }
        for number in UInt64(1)...100_000 { press(number) }
        let centre = Dispatcher.unassignedCentre
        func cost() -> UInt64 { (dispatcher.queues[centre]?.steps ?? 0) + dispatcher.deadlines.siftSteps }
        let before = cost()
        // A press, its claim, release and close, a thousand times, and a thousand deadlines.
        for number in UInt64(100_001)...101_000 {
            press(number)
            let alert = AlertID(sequence - (sequence % 7))
            for action in [ActionKind.claim, .release, .claim, .close] {
                step(
                    .officerAction(
                        OfficerAction(
                            command: CommandID(1), alert: alert, officer: officerA, action: action,
                            outcome: action == .close ? .real : nil, note: "")))
            }
        }
        var due: [Event] = []
        dispatcher.dueTimers(at: MonotonicTime(nanoseconds: 6_000_000_000), max: 1_000, into: &due)
        for event in due { step(event) }
        let steps = cost() - before
        // Twice the logarithm of 100,000 for each descent, split and join of about 12,000 changes of places.
        #expect(due.count == 1_000 && steps < 12_000 * 60, "\(steps) steps")
        let wrong = dispatcher.checkInvariants()
        #expect(wrong.isEmpty)
    }
}
