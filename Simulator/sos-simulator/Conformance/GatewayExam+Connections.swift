// Clocks, paths and deadlines of a gateway (section 4 of the document).

import SimulatedField
import UnitProtocol

extension GatewayExam {
    /// G34 and G35.
    func clocks() throws {
        let now = Self.wallMs()
        let clocks: [(UInt64, Bool)] = [(now + 60_000, true), (now - 120_000, true), (now, false), (0, false)]
        for (clock, isDue) in clocks {
            let wire = try connect()
            wire.send(UnitFrames.hello(unit, boot: boot, clock: clock))
            let time = wire.next(.time, within: isDue ? Self.answerS : 0.7)?.frame
            let hello = "to a hello with clock=\(Hex.text(BigEndian.u64(clock)))"
            findings.judge(
                "G34", (time != nil) == isDue, expected: isDue ? "\(hello): time" : "\(hello): no time",
                came: time.map(\.description) ?? wire.story)
        }
        let wire = try greet()
        let counter = nextCounter()
        wire.send(UnitFrames.press(boot: boot, counter: counter, time: now + 3_600_000))
        findings.judge(
            "G35", wire.next(.time, within: Self.answerS) != nil, expected: "time within 2 s", came: wire.story)
    }

    /// G36 and G37.
    func paths() throws {
        let oldest = try greet()
        let second = try greet()
        let third = try greet()
        expectReplaced("G36", oldest, others: [second, third])
        [second, third].forEach { $0.close() }
        let fibre = try greet(path: 1)
        let radio = try greet(path: 2)
        let newer = try greet(path: 1)
        expectReplaced("G37", fibre, others: [radio, newer])
        // With two connections only the path can be the reason.
        radio.close()
        let newest = try greet(path: 1)
        expectReplaced("G37", newer, others: [newest])
    }

    private func expectReplaced(_ clause: String, _ wire: Wire, others: [Wire]) {
        let expected = "\(SharedFrames.goodbye(6)) and the end; the other connections live"
        guard let goodbye = wire.next(.goodbye, within: 3)?.frame, goodbye.body.first == 6, wire.isEnded(within: 3)
        else { return findings.fail(clause, expected: expected, came: wire.story) }
        for other in others where !isAlive(other) {
            return findings.fail(clause, expected: expected, came: "another connection: \(other.story)")
        }
        findings.pass(clause)
    }

    /// G11 to G13, side by side.
    func deadlines() throws {
        let mute = try connect()
        let torn = try greet()
        torn.send(bytes: Array(testPress(nextCounter()).bytes.prefix(20)))
        let tornMs = Wire.nowMs()
        let silent = try greet()
        let silentMs = Wire.nowMs()
        expectDeadline("G11", mute, about: [0, 0x01], sinceMs: tornMs)
        expectDeadline("G12", torn, about: [0x10, 0], sinceMs: tornMs)
        guard reportingS <= 60 else {
            return findings.skip("G13", "the reporting time is \(reportingS) s; let it be 60 s or less")
        }
        let left = Double(reportingS) - Double(Wire.nowMs() - silentMs) / 1_000
        let expected = "\(SharedFrames.goodbye(7)) after \(reportingS) s, and the end"
        let goodbye = silent.next(.goodbye, within: left + 4)
        guard let goodbye, goodbye.frame.body.first == 7, silent.isEnded(within: 3) else {
            return findings.fail("G13", expected: expected, came: silent.story)
        }
        let tookMs = goodbye.atMs - silentMs
        findings.judge(
            "G13", tookMs >= Int(reportingS) * 1_000 - 1_000, expected: expected,
            came: "\(goodbye.frame) after \(TimingJudge.seconds(tookMs))")
    }

    private func expectDeadline(_ clause: String, _ wire: Wire, about types: [UInt8], sinceMs: Int) {
        findings.expectRefusal(clause, 204, about: types, on: wire, within: 13)
        let tookMs = (wire.end?.atMs ?? Wire.nowMs()) - sinceMs
        if tookMs < 9_000 {
            findings.fail(
                clause, expected: "10 s of patience", came: "the end after \(TimingJudge.seconds(tookMs))")
        }
    }
}
