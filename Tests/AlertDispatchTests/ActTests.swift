import AlertModel
import Testing

@testable import AlertDispatch

@Suite("Notes, transfers, another ring")
struct ActTests {
    private let world = World()

    @Test("anybody of the centre writes a note, and it changes nothing else")
    func note() throws {
        let alert = world.raised()
        world.show(alert)
        let before = try world.alert(alert)
        #expect(world.act(.note, alert, officerB, note: "door is locked").result == .done(alert))
        #expect(try world.alert(alert).note == "door is locked" && world.alert(alert).stage == before.stage)
        #expect(try world.alert(alert).nextStepAt == before.nextStepAt)
        #expect(world.act(.note, alert, note: "").result == .refused(.noteMissing, owner: nil))
        world.act(.claim, alert)
        #expect(world.act(.note, alert, officerB, note: "back door").result == .done(alert))
        #expect(try world.alert(alert).owner == officerA)
        #expect(world.act(.note, alert, officerB, note: "back door").alerts.isEmpty)
    }

    @Test("section 3, row 9: a transfer moves the alert with its whole context, in one step")
    func transfer() throws {
        let alert = world.raised()
        world.press(unitA, 2, .roadAccident)
        world.show(alert)
        world.act(.claim, alert, note: "two cars")
        world.cancel(unitA, 3, of: 2)
        let effects = world.act(.transfer, alert, note: "yours", to: World.almaty)
        #expect(effects.result == .done(alert) && effects.alerts.count == 1 && effects.stages == ["1/2 ringing"])
        let moved = try world.alert(alert)
        #expect(moved.centre == World.almaty && moved.formerCentre == World.astana && moved.owner == nil)
        #expect(moved.pressCount == 2 && moved.note == "yours" && moved.cancelledAt != nil)
        #expect(moved.answeredAt != nil && moved.stage == .ringing && moved.escalation == .none)
        #expect(world.queue().isEmpty && world.queue(World.almaty) == [alert.value])
        // The unit presses again: it is the same alert, where it is now.
        world.press(unitA, 4)
        #expect(try world.alert(alert).pressCount == 3 && world.openAlertCount == 1)
        // It waits anew, and nobody there has seen it.
        world.pass(seconds: 5)
        #expect(try world.alert(alert).escalation == .supervisors)
        #expect(world.act(.claim, alert, officerB).result == .done(alert))
    }

    @Test("a transfer that cannot be done is refused with its reason and changes nothing")
    func refusedTransfers() throws {
        let alert = world.raised()
        #expect(world.act(.transfer, alert, to: World.almaty).result == .refused(.notClaimed, owner: nil))
        world.act(.claim, alert)
        let before = try world.alert(alert)
        for (officer, target, reason) in [
            (officerB, World.almaty, RefusalReason.notOwner), (officerA, id("nowhere"), .centreUnknown),
            (officerA, nil, .centreUnknown), (officerA, World.astana, .alreadyThere),
        ] as [(OfficerID, CentreID?, RefusalReason)] {
            #expect(world.act(.transfer, alert, officer, to: target).result == .refused(reason, owner: officerA))
        }
        #expect(try world.alert(alert) == before)
        world.act(.close, alert)
        #expect(
            world.act(.transfer, alert, to: World.almaty).result == .refused(.alreadyClosed, owner: officerA))
    }

    @Test("another ring is for alerts that nobody has, and moves no deadline")
    func reRing() throws {
        let alert = world.raised()
        world.show(alert)
        let due = try world.alert(alert).nextStepAt
        world.act(.reRing, alert)
        #expect(try world.alert(alert).ringCount == 1 && world.alert(alert).nextStepAt == due)
        world.act(.claim, alert)
        #expect(world.act(.reRing, alert, officerB).result == .refused(.alreadyClaimed, owner: officerA))
    }

    @Test("fifty claims at once behind a transfer: one of the new centre wins")
    func raceBehindTransfer() throws {
        let alert = world.raised()
        world.act(.claim, alert)
        world.act(.transfer, alert, to: World.almaty)
        let results = (0..<50).map { world.act(.claim, alert, id("officer-\($0)")).result }
        #expect(results.filter { $0 == .done(alert) }.count == 1)
        #expect(results.dropFirst().allSatisfy { $0 == .refused(.alreadyClaimed, owner: id("officer-0")) })
    }
}
