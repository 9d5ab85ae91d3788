import AlertModel
import SimulatedField
import Testing

@Suite("The account of all presses")
struct LedgerTests {
    let unit: UnitID
    let other: UnitID

    init() throws {
        unit = try UnitID("AST-0001")
        other = try UnitID("AST-0002")
    }

    private func at(_ ms: UInt64) -> MonotonicTime { MonotonicTime(nanoseconds: ms * 1_000_000) }
    private func press(_ counter: UInt32) -> MessageID { MessageID(unit: unit, boot: 1, counter: counter) }

    @Test("a press is lost until it is stored, its alert until it is closed")
    func verdict() {
        let ledger = PressLedger()
        ledger.pressed(press(1), at: at(10))
        ledger.sent(press(1))
        #expect(
            ledger.findings(closing: false).map(\.description) == [
                "press AST-0001 boot 1 counter 1: not stored, sent 1 times"
            ])
        ledger.reached(.stored, of: AlertID(5), press: press(1), at: at(12))
        #expect(ledger.findings(closing: false).isEmpty)
        #expect(
            ledger.findings(closing: true).map(\.description) == [
                "press AST-0001 boot 1 counter 1: alert 5 not closed at the unit, last stage stored"
            ])
        // Heard after a reconnect: the stages between are implied.
        ledger.reached(.closed, of: AlertID(5), press: press(1), at: at(20))
        #expect(ledger.findings(closing: true).isEmpty)
        #expect(ledger.takeFigures().open == 0)
    }

    @Test("presses that joined an alert share its end; its times count from the first")
    func merged() {
        let ledger = PressLedger()
        ledger.pressed(press(1), at: at(10))
        ledger.pressed(press(2), at: at(30))
        ledger.reached(.stored, of: AlertID(5), press: press(1), at: at(12))
        ledger.reached(.stored, of: AlertID(5), press: press(2), at: at(33))
        #expect(ledger.findings(closing: true).count == 2)
        #expect(ledger.takeFigures().open == 1)
        // A notice names the latest press only.
        ledger.reached(.closed, of: AlertID(5), press: press(2), at: at(40))
        #expect(ledger.findings(closing: true).isEmpty)
        #expect(ledger.alerts.map(\.pressedAt) == [at(10)])
        #expect(ledger.presses.map(\.storedAt) == [at(12), at(33)])
    }

    @Test("a later stage with the press's name says that it is stored")
    func impliedStored() {
        let ledger = PressLedger()
        ledger.pressed(press(1), at: at(10))
        ledger.reached(.ringing, of: AlertID(5), press: press(1), at: at(15))
        #expect(ledger.findings(closing: false).isEmpty)
        #expect(ledger.takeFigures().stored == 1)
    }

    @Test("alerts of an earlier run are no business of this one")
    func earlierRuns() {
        let ledger = PressLedger()
        ledger.reached(.ringing, of: AlertID(3), press: MessageID(unit: other, boot: 0, counter: 9), at: at(1))
        ledger.shown(AlertID(4), of: other, isClosed: false, at: at(2))
        #expect(ledger.alerts.isEmpty)
        #expect(ledger.takeFigures().open == 0)
        #expect(ledger.findings(closing: true).isEmpty)
    }

    @Test("the console may be faster than the unit's answer")
    func consoleFirst() {
        let ledger = PressLedger()
        ledger.pressed(press(1), at: at(10))
        ledger.shown(AlertID(5), of: unit, isClosed: false, at: at(11))
        ledger.reached(.stored, of: AlertID(5), press: press(1), at: at(12))
        let table = LatencyTable.text(presses: ledger.presses, alerts: ledger.alerts)
        #expect(table.contains("console"))
        #expect(table.split(separator: "\n").last?.hasSuffix("1.00") == true, "\(table)")
    }

    @Test("percentiles are nearest rank, exact")
    func percentiles() {
        let latencies = Latencies((1...100).reversed().map { $0 * 1_000_000 })
        #expect(latencies.percentile(50) == 50_000_000)
        #expect(latencies.percentile(99) == 99_000_000)
        #expect(latencies.percentile(100) == 100_000_000)
        #expect(latencies.percentile(0) == 1_000_000)
        #expect(latencies.maximum == 100_000_000)
        #expect(Latencies([]).percentile(50) == nil)
        #expect(Latencies([5]).percentile(99) == 5)
        #expect(LatencyTable.milliseconds(1_234_567) == "1.23")
        #expect(LatencyTable.milliseconds(1_995_000) == "2.00")
        #expect(LatencyTable.milliseconds(50_000) == "0.05")
        #expect(LatencyTable.milliseconds(nil) == "-")
    }
}
