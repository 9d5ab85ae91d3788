// Presses, other stored messages, and the frames around them (sections 5, 6 and 8 of the document).

import SimulatedField
import UnitProtocol

extension GatewayExam {
    /// G26 to G30, G39.
    func presses() throws {
        let first = try greet()
        let counter = nextCounter()
        let press = testPress(counter)
        first.send(press)
        guard let answer = stored(counter, on: first) else {
            findings.fail("G26", expected: expectedStage(counter), came: first.story)
            throw ExamOver(reason: "presses are not answered")
        }
        findings.pass("G26")
        let second = try greet()
        repeatPress(press, counter, answer, first, second)
        let shared = nextCounter()
        first.send(testPress(shared))
        findings.judge(
            "G29", stored(shared, on: second) != nil, expected: "\(expectedStage(shared)) on the other connection",
            came: second.story)
        takeOdd(on: first)
        second.close()
        try presentStage()
    }

    private func repeatPress(_ press: RawFrame, _ counter: UInt32, _ answer: RawFrame, _ one: Wire, _ other: Wire)
    {
        let alert = answer.number(at: 0, bytes: 8)
        for round in 0..<10 {
            let wire = round % 2 == 0 ? one : other
            wire.forget()
            wire.send(press)
            guard let again = stored(counter, on: wire) else {
                return findings.fail("G27", expected: "an answer to each repeat", came: wire.story)
            }
            guard again.number(at: 0, bytes: 8) == alert else {
                return findings.fail("G27", expected: "as before: \(answer)", came: "\(again)")
            }
        }
        findings.pass("G27")
    }

    private func takeOdd(on wire: Wire) {
        // 100 degrees north, 200 east; the last ms that fits.
        let nowhere = BigEndian.u32(1_000_000_000) + BigEndian.u32(2_000_000_000) + BigEndian.u32(0)
        var odd: [(String, UInt32, RawFrame)] = []
        for (time, position) in [(Self.wallMs(), nowhere), (UInt64.max, nil), (0, nil)] as [(UInt64, [UInt8]?)] {
            let counter = nextCounter()
            let press = UnitFrames.press(boot: boot, counter: counter, time: time, position: position)
            odd.append(("G28", counter, press))
        }
        if mayAlarm {
            let counter = nextCounter()
            odd.append(
                ("G39", counter, UnitFrames.press(boot: boot, counter: counter, time: Self.wallMs(), category: 99))
            )
        } else {
            findings.skip("G39", "it would alarm officers; --alarm allows it")
        }
        for (clause, counter, press) in odd {
            wire.forget()
            wire.send(press)
            findings.judge(
                clause, stored(counter, on: wire) != nil, expected: expectedStage(counter),
                came: "to \(press): \(wire.story)")
        }
    }

    private func presentStage() throws {
        guard mayAlarm else {
            return findings.skip("G30", "a test call leaves no alert behind; --alarm allows a police press")
        }
        let wire = try connect()
        wire.send(UnitFrames.hello(unit, boot: boot, clock: Self.wallMs()))
        findings.judge(
            "G30", wire.next(.stage, within: Self.answerS) != nil, expected: "a stage without being asked",
            came: wire.story)
    }

    /// G15, G21 to G24.
    func frames() throws {
        let wire = try greet()
        stays("G15", wire, [SharedFrames.unknown(mustUnderstand: false)])
        stays("G21", wire, [SharedFrames.unable(999), SharedFrames.unable(100, text: [0xC3, 0x28])])
        answered("G22", wire) { [self.testPress($0, extra: [1, 2, 3, 4, 5, 6, 7, 8]).bytes] }
        answered("G23", wire) { counter in
            let press = UnitFrames.press(boot: self.boot, counter: counter, time: Self.wallMs(), flags: 0x0C)
            return [RawFrame(.press, flags: 0xFE, press.body).bytes]
        }
        let odd = try connect()
        odd.send(UnitFrames.hello(unit, boot: boot, path: 200, flags: 0xFE, capabilities: .max, extra: [9, 9]))
        if odd.next(.welcome, within: Self.answerS) == nil {
            findings.fail("G23", expected: "welcome to a hello of unknown bits", came: odd.story)
        }
        odd.close()
        answered("G24", wire) { counter in
            let bytes = self.testPress(counter).bytes
            return [Array(bytes[..<2]), Array(bytes[2..<9]), Array(bytes[9...]) + UnitFrames.heartbeat.bytes]
        }
    }

    /// Nothing is answered to these frames, and the connection lives.
    private func stays(_ clause: String, _ wire: Wire, _ frames: [RawFrame]) {
        wire.forget()
        wire.send(bytes: frames.flatMap(\.bytes))
        let isGood = isAlive(wire) && !wire.passed.contains { $0.isA(.unable) }
        findings.judge(clause, isGood, expected: "no unable, and the next press answered", came: wire.story)
    }

    /// The press in these records is answered.
    private func answered(_ clause: String, _ wire: Wire, _ records: (UInt32) -> [[UInt8]]) {
        let counter = nextCounter()
        wire.forget()
        for record in records(counter) { wire.send(bytes: record) }
        findings.judge(
            clause, stored(counter, on: wire) != nil, expected: expectedStage(counter), came: wire.story)
    }

    /// G14, G16 to G20, G33.
    func refusals() throws {
        let endings: [(String, [UInt8], UInt64, [UInt8])] = [
            ("G14", RawFrame.header(Limits.bodyBytesMax + 1, 0x10), 202, [0x10, 0]),
            ("G16", SharedFrames.unknown(mustUnderstand: true).bytes, 203, [0x7F]),
            ("G17", RawFrame(.welcome, [0]).bytes, 206, [0x02]),
            ("G18", RawFrame(.heartbeat, [1, 98]).bytes, 102, [0x03]),
        ]
        for (clause, bytes, code, types) in endings {
            let wire = try greet()
            wire.send(bytes: bytes)
            findings.expectRefusal(clause, code, about: types, on: wire, within: 3)
        }
        let wire = try greet()
        wire.send(RawFrame(.stageConfirm, BigEndian.u64(4_711) + [9]))
        findings.expectStay("G19", 100, about: 0x15, on: wire) { self.isAlive(wire) }
        wire.send(RawFrame(.textReply, BigEndian.u32(1) + [4] + BigEndian.u16(2) + [0xC3, 0x28]))
        findings.expectStay("G20", 103, about: 0x43, on: wire) { self.isAlive(wire) }
        wire.forget()
        wire.send(SharedFrames.offer(session: 1))
        let answer = wire.next(within: 5) { $0.isA(.unable) || $0.isA(.answer) || $0.isA(.sessionEnd) }?.frame
        let isGood = answer.map { !$0.isA(.unable) || $0.number(at: 0, bytes: 2) == 205 } ?? false
        findings.judge(
            "G33", isGood && isAlive(wire), expected: "answer, sessionEnd or unable 205, the connection stays",
            came: answer.map { "\($0), then \(wire.story)" } ?? wire.story)
    }

    /// G31 and G32.
    func storedMessages() throws {
        let wire = try greet()
        let press = nextCounter()
        wire.send(testPress(press))
        _ = stored(press, on: wire)
        let now = Self.wallMs()
        acknowledged("G31", wire) { UnitFrames.cancel(boot: self.boot, counter: $0, press: press, time: now) }
        for type in [MessageType.faultBegin, .faultEnd] {
            acknowledged("G32", wire) {
                UnitFrames.fault(type, boot: self.boot, counter: $0, time: now, fault: 6)
            }
        }
    }

    private func acknowledged(_ clause: String, _ wire: Wire, _ make: (UInt32) -> RawFrame) {
        let counter = nextCounter()
        let frame = make(counter)
        let name = BigEndian.u32(boot) + BigEndian.u32(counter)
        for _ in 0..<2 {
            wire.forget()
            wire.send(frame)
            let isGood =
                wire.next(within: 5) { $0.isA(.acknowledgement) && Array($0.body.prefix(8)) == name } != nil
            findings.judge(
                clause, isGood, expected: "\(RawFrame(.acknowledgement, name)) within 5 s",
                came: "to \(frame): \(wire.story)")
        }
    }
}
