import AlertDispatch
import AlertModel
import Testing

@Suite("Presses")
struct PressTests {
    @Test("section 3, row 1: a press raises one alert in its unit's centre, is stored, and told to consoles")
    func raises() throws {
        let world = World()
        world.register(unitA, centre: World.almaty)
        world.linkUp(unitA, 1)
        let effects = world.press(unitA, 1)
        let id = AlertID(world.lastSequence.value)
        #expect(effects.stages == ["1/1 stored"])
        #expect(effects.alerts.map(\.id) == [id])
        let alert = try world.alert(id)
        #expect(alert.centre == World.almaty && alert.stage == .stored && alert.priority == .life)
        #expect(alert.storedAt == world.now.wall && alert.changedBy == world.lastSequence)
        #expect(world.queue(World.almaty) == [id.value])
        #expect(world.alertID(of: alert.press) == id)
    }

    @Test("section 3, row 1: a repeat gets the same answer on every link and raises nothing")
    func repeats() {
        let world = World()
        world.register(unitA)
        world.linkUp(unitA, 1)
        let first = world.press(unitA, 1)
        world.linkUp(unitA, 2)
        let again = world.press(unitA, 1)
        #expect(first.answers.first == again.answers.first)
        #expect(again.stages == ["1/1 stored", "2/1 stored"])
        #expect(again.feed.isEmpty)
        #expect(world.openAlertCount == 1)
        #expect(world.totals.pressesRepeated == 1)
    }

    @Test("a repeat of a press whose alert is further on is told that stage as well, also once forgotten")
    func repeatFurtherOn() {
        let world = World()
        let alert = world.raised()
        world.act(.claim, alert)
        #expect(world.press(unitA, 1).stages == ["1/1 stored", "1/1 answered"])
        world.act(.close, alert)
        #expect(world.press(unitA, 1).stages == ["1/1 stored", "1/1 closed"])
        let beforeForgotten = world.press(unitA, 1)
        world.confirm(unitA, alert, .closed)
        #expect(world.kept(alert) == nil)
        #expect(world.press(unitA, 1) == beforeForgotten)
        #expect(world.openAlertCount == 0)
    }

    @Test("section 3, row 1: a repeat is recognised after a restart")
    func repeatAfterRestart() {
        let world = World()
        let alert = world.raised()
        world.step(.gatewayStarted(GatewayStarted(defaultCentre: World.astana)))
        world.linkUp(unitA, 9)
        #expect(world.press(unitA, 1).stages == ["9/1 stored"])
        #expect(world.queue() == [alert.value])
    }

    @Test("counters may come out of order; each press counts once")
    func outOfOrder() throws {
        let world = World()
        world.register(unitA)
        for counter: UInt32 in [3, 1, 2, 1, 3] { world.press(unitA, counter) }
        #expect(world.openAlertCount == 1)
        let alert = try #require(world.nextAlert(World.astana))
        #expect(alert.pressCount == 3)
        // Notices name the press that the unit made last.
        #expect(world.linkUp(unitA, 1).stages == ["1/3 stored"])
    }

    @Test("a second press joins the open alert: count, time, position, and a priority that only rises")
    func merges() throws {
        let world = World()
        let alert = world.raised(unitA, .roadAccident)
        #expect(try world.alert(alert).priority == .urgent)
        let point = try #require(GeoPoint(latitudeE7: 511_000_000, longitudeE7: 714_000_000))
        let place = LastPosition(point: point, accuracyCm: 400, ageS: 1)
        let effects = world.press(unitA, 2, .fire, position: place)
        #expect(effects.stages == ["1/2 stored"])
        var merged = try world.alert(alert)
        #expect(merged.pressCount == 2 && merged.priority == .life && merged.position == place)
        #expect(merged.lastPressAt > merged.receivedAt)
        world.press(unitA, 3, .roadAccident)
        merged = try world.alert(alert)
        #expect(merged.pressCount == 3 && merged.priority == .life && merged.position == place)
        #expect(world.queue() == [alert.value])
    }

    @Test("who presses again hears the present stage and all later ones")
    func mergedHearsStages() {
        let world = World()
        let alert = world.raised()
        world.show(alert)
        #expect(world.press(unitA, 2).stages == ["1/2 stored", "1/2 ringing"])
        #expect(world.act(.claim, alert).stages == ["1/2 answered"])
    }

    @Test("a press after the close is a new alert")
    func newAlertAfterClose() {
        let world = World()
        let alert = world.raised()
        world.act(.claim, alert)
        world.act(.close, alert)
        world.press(unitA, 2)
        let next = AlertID(world.lastSequence.value)
        #expect(world.queue() == [next.value])
        // The unconfirmed old one gave way; its number still gets a true answer.
        #expect(world.kept(alert) == nil)
        #expect(world.act(.claim, alert, officerB).result == .refused(.alreadyClosed, owner: officerA))
    }

    @Test("an unregistered unit's alert goes to the default centre, and to a reserved one before there is any")
    func unregistered() throws {
        let world = World(isStarted: false)
        world.press(unitB, 1)
        #expect(world.queue(Dispatcher.unassignedCentre) == [1])
        let started = world.step(.gatewayStarted(GatewayStarted(defaultCentre: World.almaty)))
        #expect(started.alerts.map(\.centre) == [World.almaty])
        #expect(world.queue(Dispatcher.unassignedCentre).isEmpty && world.queue(World.almaty) == [1])
        world.press(unitA, 1)
        #expect(world.queue(World.almaty) == [1, world.lastSequence.value])
        #expect(world.unit(unitA)?.isRegistered == false)
    }

    @Test("a test call is stored and answered, never queued, and leaves an open alert alone")
    func testCall() throws {
        let world = World()
        let alert = world.raised()
        let effects = world.press(unitA, 2, .test)
        #expect(effects.stages == ["1/2 stored"] && effects.alerts.isEmpty)
        #expect(world.queue() == [alert.value])
        #expect(try world.alert(alert).pressCount == 1)
        #expect(world.lastTestAt(unitA) == world.now.wall)
        #expect(world.press(unitA, 2, .test).answers == effects.answers)
        #expect(world.totals.testCalls == 1)
    }

    @Test("a thousand presses make one alert")
    func storm() throws {
        let world = World()
        let alert = world.raised()
        for counter in UInt32(2)...1_000 { world.press(unitA, counter) }
        #expect(try world.alert(alert).pressCount == 1_000)
        #expect(world.openAlertCount == 1)
    }
}

@Suite("Cancels")
struct CancelTests {
    @Test("section 3, row 8: a cancel is acknowledged and marks the open alert, once; it never closes it")
    func marks() throws {
        let world = World()
        let alert = world.raised()
        let effects = world.cancel(unitA, 2, of: 1)
        let at = world.now.wall
        #expect(effects.acknowledgements == ["1/2"])
        #expect(effects.alerts.map(\.cancelledAt) == [at])
        let again = world.cancel(unitA, 2, of: 1)
        #expect(again.acknowledgements == ["1/2"] && again.feed.isEmpty)
        #expect(try world.alert(alert).isOpen)
        #expect(try world.alert(alert).cancelledAt == at)
    }

    @Test("an unknown press, a closed alert and a test call: acknowledged, no effect")
    func noEffect() {
        let world = World()
        let alert = world.raised()
        #expect(world.cancel(unitA, 9, of: 8).feed.isEmpty)
        world.press(unitA, 10, .test)
        #expect(world.cancel(unitA, 11, of: 10).feed.isEmpty)
        world.act(.claim, alert)
        world.act(.close, alert)
        let effects = world.cancel(unitA, 12, of: 1)
        #expect(effects.acknowledgements == ["1/12"] && effects.feed.isEmpty)
    }

    @Test("of press and cancel the one that the unit sent last counts, in whatever order they come")
    func lastActCounts() throws {
        let world = World()
        let alert = world.raised()
        world.cancel(unitA, 2, of: 1)
        world.press(unitA, 3)
        #expect(try world.alert(alert).cancelledAt == nil)
        world.cancel(unitA, 2, of: 1)
        #expect(try world.alert(alert).cancelledAt == nil)
        world.cancel(unitA, 5, of: 3)
        world.press(unitA, 4)
        #expect(try world.alert(alert).cancelledAt != nil)
        world.cancel(unitA, 7, of: 4)
        world.press(unitA, 6)
        #expect(try world.alert(alert).cancelledAt != nil)
    }
}
