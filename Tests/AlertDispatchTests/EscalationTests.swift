import AlertModel
import Testing

@testable import AlertDispatch

private let karaganda: CentreID = id("karaganda")
private let desk: CentreID = id("desk")

extension World {
    /// Astana with everywhere to go: 15, 30, 45, 60 s.
    func fullPolicy() {
        step(
            .policyChanged(
                CentrePolicy(centre: Self.astana, neighbour: Self.almaty, failover: karaganda, dutyDesk: desk)))
    }

    /// Seconds from the press to now.
    func age(_ alert: AlertID) throws -> Double {
        Double(now.wall.nanoseconds - (try self.alert(alert)).storedAt.nanoseconds) / 1e9
    }
}

@Suite("Escalation")
struct EscalationTests {
    private let world = World()

    @Test("section 3, row 5: rung again with supervisors, neighbour, fail-over centre, duty desk")
    func wholeChain() throws {
        world.fullPolicy()
        let alert = world.raised()
        world.show(alert)
        var seen: [String] = []
        for _ in 0..<60 {
            for step in world.pass(seconds: 1).alerts {
                seen.append("\(Int(try world.age(alert).rounded(.down))) \(step.escalation) \(step.centre)")
                // In the new queue, in no other, and somebody there sees it.
                #expect(world.queue(step.centre) == [alert.value])
                world.show(alert)
            }
        }
        #expect(
            seen == [
                "15 supervisors astana", "30 neighbour almaty", "45 failover karaganda", "60 dutyDesk desk",
            ])
        let last = try world.alert(alert)
        #expect(last.formerCentre == karaganda && last.ringCount == 4 && last.nextStepAt == nil)
        #expect(world.totals.escalations == 4 && world.openAlertCount == 1)
        #expect(world.replayedHash() == world.stateHash())
    }

    @Test("without anywhere to go it is rung again with supervisors, and stays")
    func defaults() throws {
        let alert = world.raised()
        world.show(alert)
        #expect(
            try world.alert(alert).nextStepAt
                == WallTime(nanoseconds: world.alert(alert).storedAt.nanoseconds + 15_000_000_000))
        world.pass(seconds: 14.9)
        #expect(try world.alert(alert).escalation == .none)
        world.pass(seconds: 0.2)
        let after = try world.alert(alert)
        #expect(after.escalation == .supervisors && after.centre == World.astana && after.ringCount == 1)
        #expect(world.pass(seconds: 3_600).isEmpty)
    }

    @Test("section 3, row 5: shown on no console for 5 s: the next step at once, and again in every centre")
    func unseen() throws {
        world.fullPolicy()
        let alert = world.raised()
        world.pass(seconds: 5.1)
        #expect(try world.alert(alert).escalation == .supervisors)
        world.pass(seconds: 5)
        #expect(try world.alert(alert).centre == World.almaty)
        // Seen there: the next step comes at its time from the press, not before.
        world.show(alert)
        world.pass(seconds: 34.5)
        #expect(try world.alert(alert).centre == World.almaty)
        world.pass(seconds: 1)
        #expect(try world.alert(alert).centre == karaganda)
        // Seen in one centre is not seen in the next.
        world.pass(seconds: 5)
        #expect(try world.alert(alert).centre == desk)
    }

    @Test("a claim stops it; a firing that was under way does nothing")
    func claimStops() throws {
        world.fullPolicy()
        let alert = world.raised()
        world.show(alert)
        world.pass(seconds: 14.95)
        world.clockMs += 100
        let fired = world.takeDue()
        #expect(fired.count == 1)
        world.act(.claim, alert)
        let hash = world.totals
        #expect(world.step(fired[0]).isEmpty && world.totals == hash)
        #expect(try world.alert(alert).nextStepAt == nil)
        #expect(world.pass(seconds: 600).isEmpty && world.audit().isEmpty)
    }

    @Test("a release starts it anew, from the release, where the alert is")
    func release() throws {
        world.fullPolicy()
        let alert = world.raised()
        world.show(alert)
        world.pass(seconds: 31)
        world.act(.claim, alert)
        world.pass(seconds: 100)
        world.act(.release, alert)
        #expect(try world.alert(alert).escalation == .none)
        #expect(try world.alert(alert).centre == World.almaty)
        world.pass(seconds: 14.9)
        #expect(try world.alert(alert).escalation == .none)
        world.pass(seconds: 0.2)
        // Almaty has no policy of its own.
        #expect(try world.alert(alert).escalation == .supervisors)
        #expect(world.pass(seconds: 600).isEmpty)
    }

    @Test("an escalated alert stands before older ones of its priority, never before a higher one")
    func order() throws {
        let first = world.raised()
        world.show(first)
        world.step(.policyChanged(CentrePolicy(centre: World.astana, timesS: (600, 700, 800))))
        world.press(unitB, 1, .roadAccident)
        let second = AlertID(world.lastSequence.value)
        world.press(id("unit-c"), 1)
        let third = AlertID(world.lastSequence.value)
        for alert in [first, second] { world.show(alert) }
        // The third is shown nowhere and goes its steps; the first went by the old policy's armed one.
        world.pass(seconds: 6)
        #expect(world.queue() == [third.value, first.value, second.value])
    }

    @Test("a policy counts from the next step on")
    func policyChanges() throws {
        let alert = world.raised()
        world.show(alert)
        world.fullPolicy()
        world.pass(seconds: 31)
        #expect(try world.alert(alert).centre == World.almaty)
        world.step(.policyChanged(CentrePolicy(centre: World.astana)))
        world.pass(seconds: 600)
        #expect(try world.alert(alert).centre == World.almaty)
        #expect(try world.alert(alert).nextStepAt == nil)
    }
}

@Suite("Deadlines survive a kill")
struct KilledDeadlineTests {
    private let world = World()

    @Test("section 3, row 5, timers: what is not yet due fires at its time, what is overdue at once, none twice")
    func restarts() throws {
        world.fullPolicy()
        let alert = world.raised()
        world.show(alert)
        world.pass(seconds: 10)
        world.restart(afterSeconds: 3)
        world.pass(seconds: 1.8)
        #expect(try world.alert(alert).escalation == .none)
        world.pass(seconds: 0.3)
        #expect(try world.alert(alert).escalation == .supervisors)
        // Dead while the second and third step fell due: one step at once, the next after 5 s.
        world.restart(afterSeconds: 100)
        world.pass(seconds: 0.1)
        #expect(try world.alert(alert).escalation == .neighbour)
        world.show(alert)
        world.pass(seconds: 4.5)
        #expect(try world.alert(alert).escalation == .neighbour)
        world.pass(seconds: 1)
        #expect(try world.alert(alert).escalation == .failover)
        #expect(world.totals.escalations == 3)
        #expect(world.replayedHash() == world.stateHash())
    }

    @Test("killed between the journal and the dispatcher, or before the journal: it fires once")
    func once() throws {
        let alert = world.raised()
        world.show(alert)
        world.pass(seconds: 14)
        world.clockMs += 1_000
        let fired = world.takeDue()
        #expect(fired.count == 1)
        // Not journaled: the process died with it in its hands.
        world.restart(afterSeconds: 1)
        let again = world.takeDue()
        #expect(again == fired)
        world.step(again[0])
        // Journaled, and the process died.
        world.restart(afterSeconds: 1)
        #expect(world.takeDue().isEmpty)
        #expect(try world.alert(alert).ringCount == 1)
    }

    @Test("setting the wall clock moves nothing while the process runs")
    func wallClockSteps() throws {
        let alert = world.raised()
        world.show(alert)
        world.wallShiftMs = 86_400_000
        world.show(alert)
        world.pass(seconds: 10)
        #expect(try world.alert(alert).escalation == .none)
        world.wallShiftMs = -86_400_000
        world.pass(seconds: 5)
        #expect(try world.alert(alert).escalation == .supervisors)
    }

    @Test("set back while the process was dead: no time has passed, and consoles hear the new time")
    func wallClockSetBack() throws {
        let alert = world.raised()
        world.show(alert)
        world.pass(seconds: 10)
        world.wallShiftMs = -3_600_000
        world.restart(afterSeconds: 60)
        // The last record was the word that it is shown, just behind the press.
        let told = try #require(try world.alert(alert).nextStepAt)
        #expect(told.nanoseconds - world.now.wall.nanoseconds > 14_500_000_000)
        world.pass(seconds: 14.5)
        #expect(try world.alert(alert).escalation == .none)
        world.pass(seconds: 1)
        #expect(try world.alert(alert).escalation == .supervisors)
    }
}

@Suite("The auditor")
struct AuditorTests {
    private let world = World()

    private func loseTimers(of alert: AlertID) {
        world.core.deadlines.disarm(TimerKey(.escalation, alert))
        world.core.deadlines.disarm(TimerKey(.unseen, alert))
    }

    /// Asks every 4 s, as the core does, for as long as nothing is found.
    private func secondsUntilFound(_ alert: AlertID, max: Int = 60) -> Int? {
        for second in stride(from: 0, through: max, by: Int(Dispatcher.auditEveryS)) {
            if world.audit().contains(.auditFound(alert)) { return second }
            world.clockMs += Int64(Dispatcher.auditEveryS) * 1_000
        }
        return nil
    }

    @Test("section 3, row 6: finds within 10 s an alert whose deadlines were lost, and raises it")
    func lostTimer() throws {
        world.fullPolicy()
        let alert = world.raised()
        loseTimers(of: alert)
        let found = try #require(secondsUntilFound(alert))
        #expect(found <= 10)
        for event in world.audit() { world.step(event) }
        let raised = try world.alert(alert)
        #expect(raised.auditCount == 1 && raised.escalation == .supervisors && raised.nextStepAt != nil)
        #expect(world.totals.auditsFound == 1)
        // The same finding again changes nothing.
        #expect(world.step(.auditFound(alert)).isEmpty)
    }

    @Test("finds a step that is overdue, although the alert was seen")
    func overdue() throws {
        world.fullPolicy()
        let alert = world.raised()
        world.show(alert)
        loseTimers(of: alert)
        let found = try #require(secondsUntilFound(alert))
        #expect(found >= 15 && found <= 25)
    }

    @Test("finds an alert past its last step, and rings it twice a minute")
    func pastTheLast() throws {
        let alert = world.raised()
        world.show(alert)
        world.pass(seconds: 16)
        #expect(try #require(secondsUntilFound(alert)) <= 10)
        world.step(.auditFound(alert))
        #expect(try world.alert(alert).ringCount == 2)
        #expect(try #require(secondsUntilFound(alert)) >= 28)
    }

    @Test("is silent while deadlines do their work, and of what somebody has")
    func silent() throws {
        world.fullPolicy()
        let alert = world.raised()
        for _ in 0..<60 {
            world.pass(seconds: 1)
            guard try world.alert(alert).escalation < .dutyDesk else { break }
            #expect(world.audit().isEmpty)
        }
        world.act(.claim, alert)
        #expect(secondsUntilFound(alert) == nil)
        world.act(.close, alert)
        #expect(secondsUntilFound(alert) == nil)
    }

    @Test("raises a thousand in one go at most, the most urgent first")
    func bounded() {
        for number in 0..<1_100 { world.press(id("u\(number)"), 1, number % 2 == 0 ? .roadAccident : .police) }
        world.clockMs += 60_000
        let found = world.audit()
        #expect(found.count == Dispatcher.auditMax)
        #expect(Set(found).count == found.count)
    }
}
