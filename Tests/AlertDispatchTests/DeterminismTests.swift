import AlertDispatch
import AlertModel
import Testing

@Suite("State is the fold of the journal")
struct DeterminismTests {
    @Test("a replay gives the same state, whatever happened", arguments: Array(1...20) as [UInt64])
    func replay(seed: UInt64) {
        let world = World()
        var random = SplitMix(seed)
        let units: [UnitID] = (0..<5).map { id("unit-\($0)") }
        let officers: [OfficerID] = (0..<3).map { id("officer-\($0)") }
        for _ in 0..<300 {
            let place = Int(random.next() % 5)
            let unit = units[place]
            let link = UInt64(place) * 100 + random.next() % 5
            let number = UInt32(random.next() % 12)
            let officer = officers[Int(random.next() % 3)]
            let alert = AlertID(random.next() % (world.lastSequence.value + 1))
            switch random.next() % 16 {
            case 0: world.register(unit, centre: random.next() % 2 == 0 ? World.astana : World.almaty)
            case 1: world.step(.unitRemoved(unit))
            case 2: world.linkUp(unit, link, boot: number % 3)
            case 3: world.linkDown(unit, link)
            case 4, 5:
                let category = AlertModel.Category.allCases[Int(random.next() % 8)]
                world.press(unit, number, boot: UInt32(random.next() % 3), category)
            case 6: world.cancel(unit, number + 1, of: number)
            case 7: world.fault(unit, number, FaultKind.allCases[Int(random.next() % 18)], begins: number % 2 == 0)
            case 8: world.show(alert, officer)
            case 9: world.confirm(unit, alert, Stage.allCases[Int(random.next() % 6)])
            case 10 where random.next() % 4 == 0:
                world.step(.gatewayStarted(GatewayStarted(defaultCentre: World.almaty)))
            default:
                let action = ActionKind.allCases[Int(random.next() % 5)]
                let open = world.openAlerts(random.next() % 2 == 0 ? World.astana : World.almaty)
                world.act(action, open.randomElement(using: &random)?.id ?? alert, officer, note: "\(number)")
            }
        }
        #expect(world.replayedHash() == world.stateHash(), "seed \(seed)")
        #expect(world.totals.alertsRaised > 0)
    }

    @Test("any difference shows in the hash")
    func hashTellsApart() {
        let first = World()
        let second = World()
        let alert = first.raised()
        _ = second.raised()
        #expect(first.stateHash() == second.stateHash())
        first.act(.claim, alert, officerA)
        second.act(.claim, alert, officerB)
        #expect(first.stateHash() != second.stateHash())
    }

    @Test("the feed's snapshot has every centre, visible unit and open alert, in a fixed order")
    func snapshot() throws {
        let world = World()
        for unit in [unitB, unitA] { world.register(unit) }
        world.press(unitB, 1, .roadAccident)
        world.press(unitA, 1, .police)
        world.linkUp(id("stranger"), 5)
        world.linkDown(id("stranger"), 5)
        var entries: [String] = []
        world.core.feedSnapshot { entry in
            switch entry {
            case .centre(let centre): entries.append("centre \(centre.id)")
            case .unit(let unit): entries.append("unit \(unit.record.id)")
            case .alert(let alert): entries.append("alert \(alert.unit)")
            case .unitGone, .result, .centreSituation, .maintenance, .unitCommand: entries.append("?")
            }
        }
        #expect(
            entries == [
                "centre almaty", "centre astana", "unit unit-a", "unit unit-b", "alert unit-a", "alert unit-b",
            ])
    }

    @Test("100,000 open alerts: order holds and a claim finds its way")
    func manyAlerts() throws {
        var dispatcher = Dispatcher()
        var effects: [Effect] = []
        let at = Instant(wall: WallTime(nanoseconds: 1), monotonic: MonotonicTime(nanoseconds: 1))
        for number in UInt64(1)...100_000 {
            let unit = MessageID(unit: id("u\(number)"), boot: 1, counter: 1)
            let press = Press(
                id: unit, category: number % 2 == 0 ? .police : .roadAccident, pressedAt: at.wall,
                receivedAt: at.wall, position: nil)
            effects.removeAll(keepingCapacity: true)
            dispatcher.step(.press(press), sequence: JournalSequence(number), at: at, effects: &effects)
        }
        let claim = OfficerAction(
            command: CommandID(1), alert: AlertID(2), officer: officerA, action: .claim, outcome: nil, note: "")
        effects.removeAll(keepingCapacity: true)
        dispatcher.step(.officerAction(claim), sequence: JournalSequence(100_001), at: at, effects: &effects)
        #expect(effects.result == .done(AlertID(2)))
        let open = dispatcher.openAlertCount
        let next = dispatcher.nextAlert(Dispatcher.unassignedCentre)?.id
        let wrong = dispatcher.checkInvariants()
        #expect(open == 100_000 && next == AlertID(2) && wrong.isEmpty)
    }
}

extension SplitMix: RandomNumberGenerator {}
