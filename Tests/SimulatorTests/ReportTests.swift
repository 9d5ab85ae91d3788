import AlertModel
import SimulatedField
import Testing
import UnitProtocol

@Suite("Cancels, faults and test calls")
struct ReportTests {
    private func acknowledge(_ bench: inout Bench, counter: UInt32) -> FieldUnit.Report {
        bench.unit.receive(.acknowledgement(Acknowledgement(boot: 77, counter: counter)), now: bench.now)
    }

    @Test(
        "reports are kept, sent behind the presses on a new connection, repeated, and ended by an acknowledgement")
    func repeats() throws {
        var bench = try Bench()
        let begin = bench.unit.report(.doorOpen, begins: true, detail: 7, now: bench.now)
        #expect(bench.unit.deadline > bench.now.monotonic || bench.unit.work(now: bench.now) == .connect(nil))
        let press = bench.unit.press(.fire, now: bench.now)
        let said = bench.greet()
        #expect(said.compactMap(StoredMessage.init).map(\.counter) == [press.counter, begin.counter])
        _ = bench.welcome(heartbeatS: 600)
        _ = bench.stage(.stored, counter: press.counter)
        _ = bench.unit.takeOutbox()
        #expect(bench.toDeadline() == .nothing)
        let again = bench.unit.takeOutbox()
        #expect(again.count == 1 && again.first == said.last)
        // A stage of the report's number is none of its answer.
        _ = bench.stage(.stored, counter: begin.counter)
        _ = bench.unit.takeOutbox()
        _ = bench.toDeadline()
        #expect(bench.unit.takeOutbox() == again)
        #expect(acknowledge(&bench, counter: begin.counter) == .acknowledged(begin))
        bench.advance(seconds: 100)
        #expect(bench.unit.work(now: bench.now) == .nothing && bench.unit.takeOutbox().isEmpty)
    }

    @Test("a report alone is no press: hello does not say so, and the wait for a connection is not ended")
    func noPress() throws {
        var bench = try Bench()
        for _ in 0..<6 { bench.unit.lost(now: bench.now) }
        let deadline = bench.unit.deadline
        let press = bench.unit.press(.police, now: bench.now)
        #expect(bench.unit.deadline < deadline && bench.unit.hasPress)
        _ = bench.greet()
        _ = bench.stage(.stored, counter: press.counter)
        bench.unit.lost(now: bench.now)
        let cancel = bench.unit.cancel(pressCounter: press.counter, now: bench.now)
        #expect(!bench.unit.hasPress && cancel.counter == press.counter + 1)
        guard case .hello(let hello) = bench.greet().first else {
            Issue.record("hello is first")
            return
        }
        #expect(!hello.isPressPending)
    }

    @Test("a unit that is cut off does not connect, not even with a press, and comes back behind the cut")
    func cut() throws {
        var bench = try Bench()
        _ = bench.greet()
        _ = bench.welcome()
        let until = bench.now.monotonic.advanced(byNanoseconds: 30_000_000_000)
        bench.unit.cut(until: until)
        bench.unit.lost(now: bench.now)
        #expect(bench.unit.deadline >= until)
        _ = bench.unit.press(.police, now: bench.now)
        #expect(bench.unit.deadline >= until && bench.unit.work(now: bench.now) == .nothing)
        #expect(bench.toDeadline() == .connect(nil))
        #expect(bench.ns - until.nanoseconds <= 1_000_000_000)
    }

    @Test(
        "a clock goes wrong until the gateway sets it",
        arguments: [600_000_000_000, -600_000_000_000, nil] as [Int64?])
    func clock(errorNs: Int64?) throws {
        var bench = try Bench()
        bench.unit.breakClock(errorNs: errorNs)
        guard case .hello(let hello) = bench.greet().first else {
            Issue.record("hello is first")
            return
        }
        let wanted = errorNs.map { WallTime(nanoseconds: bench.now.wall.nanoseconds + $0) }
        #expect(hello.clock == wanted)
        _ = bench.welcome()
        _ = bench.unit.press(.police, now: bench.now)
        guard case .press(let press) = bench.unit.takeOutbox().last else {
            Issue.record("a press")
            return
        }
        #expect(press.pressedAt == bench.now.wall)
    }

    @Test("battery and place are told at once, and stand in what follows")
    func state() throws {
        var bench = try Bench()
        _ = bench.greet()
        _ = bench.welcome()
        bench.unit.feed(.battery, batteryPercent: 12, now: bench.now)
        guard case .heartbeat(let heartbeat) = bench.unit.takeOutbox().last else {
            Issue.record("a heartbeat")
            return
        }
        #expect(heartbeat.power == .battery && heartbeat.batteryPercent == 12)
        let place = try #require(Road.m36.place(atM: 200_000, speedCmS: 2_500))
        bench.unit.move(to: place, now: bench.now)
        guard case .position(let position) = bench.unit.takeOutbox().last else {
            Issue.record("a position")
            return
        }
        #expect(abs(position.point.latitudeE7 - place.point.latitudeE7) <= 900)
        #expect(position.speedCmS == 2_500 && position.headingCentidegrees == place.headingCentidegrees)
    }
}

@Suite("Everything acknowledged is looked for in the journal")
struct AcknowledgedTests {
    private func id(_ counter: UInt32) -> MessageID { MessageID(unit: .example, boot: 77, counter: counter) }
    private func at(_ ms: UInt64) -> MonotonicTime { MonotonicTime(nanoseconds: ms * 1_000_000) }

    private var ledger: PressLedger {
        let ledger = PressLedger()
        ledger.pressed(id(1), at: at(1))
        ledger.pressed(id(2), isTest: true, at: at(2))
        ledger.reported(id(3), kind: "cancel", at: at(3))
        ledger.reported(id(4), kind: "fault_began", at: at(4))
        ledger.reported(id(5), kind: "fault_ended", at: at(5))
        return ledger
    }

    private static let dump = """
        1 2026-11-22T00:00:00.000Z gateway_started default_centre=astana
        2 2026-11-22T00:00:01.000Z press unit=AST-0001 boot=77 counter=1 category=police pressed_at=x
        3 2026-11-22T00:00:01.000Z press unit=AST-0001 boot=77 counter=2 category=test pressed_at=x
        4 2026-11-22T00:00:01.000Z cancel unit=AST-0001 boot=77 counter=3 press_counter=1 cancelled_at=x
        5 2026-11-22T00:00:01.000Z fault_began unit=AST-0001 boot=77 counter=4 fault=door_open
        6 2026-11-22T00:00:01.000Z fault_ended unit=AST-0001 boot=77 counter=5 fault=door_open
        """

    private func journal(without line: Int? = nil) -> JournalMessages {
        var messages = JournalMessages(boot: 77)
        for (number, text) in Self.dump.split(separator: "\n").enumerated() where number + 1 != line {
            messages.take(line: text)
        }
        return messages
    }

    @Test("what was not acknowledged is a finding of its own, and is not asked for")
    func unacknowledged() {
        let ledger = ledger
        ledger.sent(id(3))
        ledger.sent(id(3))
        let texts = ledger.findings(closing: false).map(\.description)
        #expect(texts.count == 5)
        #expect(texts.contains("test call AST-0001 boot 77 counter 2: not stored, sent 0 times"))
        #expect(texts.contains("cancel AST-0001 boot 77 counter 3: not acknowledged, sent 2 times"))
        #expect(ledger.findings(missingFrom: JournalMessages(boot: 77)).isEmpty && ledger.acknowledgedCount == 0)
    }

    @Test("each of five messages that is missing is named", arguments: [nil, 2, 3, 4, 5, 6] as [Int?])
    func missing(line: Int?) {
        let ledger = ledger
        ledger.reached(.stored, of: AlertID(9), press: id(1), at: at(10))
        ledger.reached(.stored, of: AlertID(10), press: id(2), at: at(10))
        for counter in 3...5 as ClosedRange<UInt32> { ledger.acknowledged(id(counter), at: at(10)) }
        #expect(ledger.findings(closing: false).isEmpty && ledger.acknowledgedCount == 5)
        let findings = ledger.findings(missingFrom: journal(without: line)).map(\.description)
        let kinds = [2: "press", 3: "press", 4: "cancel", 5: "fault_began", 6: "fault_ended"]
        let wanted = line.map { ["\(kinds[$0] ?? "") AST-0001 boot 77 counter \($0 - 1): not in the journal"] }
        #expect(findings == wanted ?? [])
    }

    @Test("another boot's message, and another kind's, do not count")
    func others() {
        var messages = JournalMessages(boot: 77)
        messages.take(line: "2 T press unit=AST-0001 boot=76 counter=1 x")
        messages.take(line: "2 T fault_ended unit=AST-0001 boot=77 counter=4 x")
        #expect(
            messages.count == 1 && !messages.holds(id(1), kind: "press")
                && !messages.holds(id(4), kind: "fault_began"))
    }

    @Test("a test call is stored, raises no alert, and never has to be closed")
    func testCalls() {
        let ledger = PressLedger()
        ledger.pressed(id(1), isTest: true, at: at(1))
        ledger.reached(.stored, of: AlertID(9), press: id(1), at: at(3))
        #expect(ledger.alerts.isEmpty && ledger.findings(closing: true).isEmpty)
        #expect(ledger.histograms.pressStored.count == 1)
    }

    @Test("steps of a press are measured from one to the next")
    func steps() {
        let ledger = PressLedger()
        ledger.pressed(id(1), at: at(10))
        for (stage, ms) in [(Stage.stored, 12), (.ringing, 17), (.answered, 117), (.closed, 1_117)]
            as [(Stage, UInt64)]
        {
            ledger.reached(stage, of: AlertID(9), press: id(1), at: at(ms))
            // Told again on a second path: counted once.
            ledger.reached(stage, of: AlertID(9), press: id(1), at: at(ms + 1))
        }
        let measured = ledger.histograms
        #expect(measured.pressStored.maximum == 2_000_000 && measured.storedRinging.maximum == 5_000_000)
        #expect(
            measured.ringingAnswered.maximum == 100_000_000 && measured.answeredClosed.maximum == 1_000_000_000)
        #expect(measured.named.map(\.histogram.count) == [1, 1, 1, 1, 0, 0])
        let figures = ledger.takeFigures()
        #expect(figures.ringing == 1 && figures.answered == 1 && figures.open == 0 && figures.latest.count == 1)
        #expect(ledger.takeFigures().latest.count == 0)
    }
}

extension UnitID {
    fileprivate static var example: UnitID { (try? UnitID("AST-0001")) ?? UnitID.fallback }
    private static var fallback: UnitID { preconditionFailure("a valid id") }
}
