import AlertDispatch
import AlertModel
import Testing

@Suite("Officers")
struct OfficerTests {
    @Test("section 3, row 4: from press to close, each stage is told to the unit on every link and to consoles")
    func wholeLife() throws {
        let world = World()
        let alert = world.raised()
        world.linkUp(unitA, 2)
        let ringing = world.show(alert)
        #expect(ringing.stages == ["1/1 ringing", "2/1 ringing"])
        #expect(ringing.alerts.map(\.ringingAt) == [world.now.wall])
        #expect(world.show(alert, officerB).isEmpty)
        for (action, stage) in [
            (ActionKind.claim, Stage.answered), (.dispatch, .dispatched), (.arrive, .arrived), (.close, .closed),
        ] {
            let effects = world.act(action, alert, note: "\(action)")
            #expect(effects.stages == ["1/1 \(stage)", "2/1 \(stage)"])
            #expect(effects.alerts.map(\.stage) == [stage])
            #expect(effects.alerts.map(\.changedBy) == [world.lastSequence])
            #expect(effects.result == .done(alert))
        }
        let closed = try world.alert(alert)
        #expect(closed.outcome == .real && closed.note == "close" && closed.owner == officerA)
        #expect(closed.closedAt == world.now.wall)
        #expect(world.queue().isEmpty)
    }

    @Test("section 3, row 3: of fifty claims one wins and forty-nine learn who")
    func race() throws {
        let world = World()
        let alert = world.raised()
        world.show(alert)
        let results = (0..<50).map { world.act(.claim, alert, id("officer-\($0)")).result }
        #expect(results.first == .done(alert))
        #expect(results.dropFirst().allSatisfy { $0 == .refused(.alreadyClaimed, owner: id("officer-0")) })
        #expect(world.act(.claim, alert, id("officer-0")).result == .done(alert))
        #expect(world.totals.alertsClaimed == 1 && world.totals.commandsRefused == 49)
    }

    @Test("a release rings again, keeps first times, and frees the alert for another")
    func release() throws {
        let world = World()
        let alert = world.raised()
        world.show(alert)
        world.act(.claim, alert)
        let first = world.now.wall
        world.act(.dispatch, alert)
        let released = world.act(.release, alert)
        #expect(released.stages == ["1/1 ringing"])
        #expect(released.alerts.map(\.owner) == [nil] && released.alerts.map(\.stage) == [.ringing])
        #expect(world.act(.dispatch, alert).result == .refused(.notClaimed, owner: nil))
        #expect(world.act(.claim, alert, officerB).result == .done(alert))
        let claimed = try world.alert(alert)
        #expect(claimed.owner == officerB && claimed.answeredAt == first && claimed.stage == .answered)
    }

    @Test("a stage's time in notices grows even when the clock stands still or is set back")
    func noticeTimes() {
        let world = World()
        let alert = world.raised()
        var last = world.now.wall
        world.clockMs -= 60_000
        for effects in [world.show(alert), world.act(.claim, alert), world.act(.release, alert)] {
            guard case .stage(_, _, _, _, _, let at)? = effects.answers.first else {
                Issue.record("no notice in \(effects)")
                return
            }
            #expect(at.milliseconds > last.milliseconds)
            last = at
        }
    }

    @Test("what nobody ever raised is unknown")
    func unknown() {
        let world = World()
        #expect(world.act(.claim, AlertID(999)).result == .refused(.alertUnknown, owner: nil))
        #expect(world.show(AlertID(999)).isEmpty)
        world.register(unitA)
        world.press(unitA, 1, .test)
        let test = AlertID(world.lastSequence.value)
        #expect(world.act(.claim, test).result == .refused(.alertUnknown, owner: nil))
    }

    @Test("a close needs an outcome")
    func outcome() {
        let world = World()
        let alert = world.raised()
        world.act(.claim, alert)
        #expect(world.act(.close, alert, outcome: nil).result == .refused(.outcomeMissing, owner: officerA))
        #expect(world.queue() == [alert.value])
    }

    @Test("a refused action changes nothing, its note included")
    func refusalChangesNothing() throws {
        let world = World()
        let alert = world.raised()
        world.act(.claim, alert)
        let before = try world.alert(alert)
        // Everybody may write a note.
        for action in ActionKind.allCases where action != .note {
            world.act(action, alert, officerB, note: "mine")
        }
        #expect(try world.alert(alert) == before)
    }

    @Test("confirmations count upwards, only from the alert's own unit and only what was reached")
    func confirmations() throws {
        let world = World()
        let alert = world.raised()
        world.show(alert)
        #expect(world.confirm(unitB, alert, .ringing).isEmpty)
        #expect(world.confirm(unitA, alert, .arrived).isEmpty)
        #expect(world.confirm(unitA, alert, .ringing).alerts.map(\.confirmedStage) == [.ringing])
        #expect(world.confirm(unitA, alert, .stored).isEmpty)
        #expect(world.confirm(unitA, AlertID(999), .stored).isEmpty)
        world.act(.claim, alert)
        world.act(.release, alert)
        #expect(world.confirm(unitA, alert, .answered).alerts.map(\.confirmedStage) == [.answered])
    }

    @Test("every legal and illegal move leads where the table says", arguments: ActionKind.allCases)
    func moves(action: ActionKind) throws {
        for (stage, ownership) in AlertLifeTable.states {
            let world = World()
            let alert = AlertLifeTable.bring(world, to: stage)
            let officer = ownership == .another ? officerB : officerA
            let before = try world.alert(alert)
            let result = world.act(
                action, alert, officer, outcome: .hoax, note: action == .note ? "a note" : "",
                to: action == .transfer ? World.almaty : nil
            ).result
            let after = try world.alert(alert)
            switch AlertMove.of(action, at: stage, ownership: ownership, missing: nil) {
            case .stage(let next):
                #expect(result == .done(alert) && after.stage == next)
                #expect(after.owner == ([.release, .transfer].contains(action) ? nil : officer))
            case .stay:
                #expect(result == .done(alert) && after.stage == before.stage && after.owner == before.owner)
                #expect((after == before) != [.note, .reRing].contains(action))
            case .refused(let reason):
                #expect(result == .refused(reason, owner: before.owner) && after == before)
            }
        }
    }
}
