// A unit with a press: repeated, carried over losses, stored, its stages shown (section 5 of the document).

import SimulatedField
import UnitProtocol

extension UnitExam {
    /// Seconds within which a unit with a press pending is back: an attempt every 2 s, and a handshake.
    static let hurryS = 5.0

    /// U20 and U21: away by *replaced*, back by a press.
    func replace() throws {
        guard let visit = present else { return }
        present = nil
        visit.wire.forget()
        visit.wire.send(SharedFrames.goodbye(6))
        let isEnded = visit.wire.isEnded(within: 3)
        let endedMs = Wire.nowMs()
        var waitMs: Int?
        if isEnded, let guest = door.next(within: 12) { waitMs = guest.atMs - endedMs }
        findings.judge(
            "U20", isEnded && waitMs == nil, expected: "the end within 3 s, and no connection for 15 s",
            came: waitMs.map { "a connection after \(TimingJudge.seconds($0))" } ?? visit.wire.story)
        guard let command = handles.press else {
            findings.skip("U21", "no --press-command was given")
            return handles.prompt("press the button now")
        }
        try handles.run(command)
        let pressedMs = Wire.nowMs()
        let next = try self.visit(within: Self.hurryS)
        let tookMs = next.acceptedMs - pressedMs
        findings.judge(
            "U21", waitMs != nil || tookMs <= 1_000 + TimingJudge.slackMs, expected: "a connection within 1 s",
            came: "one after \(TimingJudge.seconds(tookMs))")
        present = next
    }

    /// The next visit with a press pending; others are welcomed and waited through.
    ///
    /// - Throws: ``ExamOver`` when nobody pressed.
    private func visitPressing(within seconds: Double) throws -> UnitVisit {
        let deadlineMs = Wire.nowMs() + Int(seconds * 1_000)
        while true {
            let visit = try visit(within: max(0, Double(deadlineMs - Wire.nowMs()) / 1_000))
            guard !visit.isPressPending else { return visit }
            welcome(visit)
            let left = max(0, Double(deadlineMs - Wire.nowMs()) / 1_000)
            // Pressed while online: the next connection has it pending. A connection that ends makes room for it too.
            guard next(visit.wire, within: left, { $0.isA(.press) }) != nil || visit.wire.end != nil else {
                throw ExamOver(reason: "no press came within \(TimingJudge.seconds(Int(seconds * 1_000)))")
            }
        }
    }

    /// U22 to U27: no stage comes.
    func leaveUnanswered() throws {
        let visit = try present ?? visitPressing(within: handles.patienceS)
        present = nil
        let wire = visit.wire
        findings.judge(
            "U22", visit.isPressPending, expected: "hello flags with bit 0", came: "\(visit.hello)")
        guard let first = next(wire, within: 1, { $0.isA(.press) }) else {
            findings.fail("U23", expected: "press within 1 s of hello, before welcome", came: wire.story)
            throw ExamOver(reason: "no press came")
        }
        findings.pass("U23")
        press = first.frame
        judgeName(first.frame, visit)
        welcome(visit)
        wire.send(SharedFrames.unable(207, about: 0x10))
        var sent = [first.atMs]
        while let again = next(wire, within: 12, { $0.isA(.press) }) {
            sameBytes(again.frame)
            sent.append(again.atMs)
        }
        let (row, end) = TimingJudge.repeats(sent, endMs: wire.end?.atMs)
        findings.judge(
            "U41", sent.count > 1, expected: "press again behind unable code=00cf", came: wire.story)
        findings.record("U26", row)
        findings.record("U27", end)
    }

    private func judgeName(_ press: RawFrame, _ visit: UnitVisit) {
        let isOwnBoot = press.number(at: 0, bytes: 4) == visit.boot
        let counter = press.number(at: 4, bytes: 4) ?? 0
        guard isOwnBoot else { return findings.skip("U24", "the press is of an earlier boot") }
        findings.judge("U24", counter >= 1, expected: "a counter of 1 or more", came: "\(press)")
    }

    private func sameBytes(_ again: RawFrame) {
        guard let press, press.number(at: 0, bytes: 8) == again.number(at: 0, bytes: 8) else { return }
        findings.judge("U25", again == press, expected: "\(press)", came: "\(again)")
    }

    /// A visit with the press pending, and the press on it.
    func visitWithPress(at door: Door? = nil) throws -> UnitVisit {
        let visit = try visit(within: Self.hurryS, at: door)
        findings.judge(
            "U22", visit.isPressPending, expected: "hello flags with bit 0", came: "\(visit.hello)")
        if let again = next(visit.wire, within: 1, { $0.isA(.press) })?.frame {
            sameBytes(again)
        } else {
            findings.fail("U23", expected: "press within 1 s of hello", came: visit.wire.story)
        }
        return visit
    }

    /// U28, U32 to U36, each on a connection of its own while the press waits.
    func refuse() throws {
        let short = RawFrame(.stage, [0, 0, 0])
        let endings: [(String, [UInt8], UInt64, [UInt8])] = [
            ("U32", SharedFrames.unknown(mustUnderstand: true).bytes, 203, [0x7F]),
            ("U33", RawFrame.header(Limits.bodyBytesMax + 1, 0x14), 202, [0x14, 0]),
            ("U34", UnitFrames.heartbeat.bytes, 206, [0x03]),
            ("U35", short.bytes, 102, [0x14]),
        ]
        var accepted: [Int] = []
        for (clause, bytes, code, types) in endings {
            let visit = try visitWithPress()
            accepted.append(visit.acceptedMs)
            welcome(visit)
            visit.wire.send(bytes: bytes)
            findings.expectRefusal(clause, code, about: types, on: visit.wire, within: 3)
        }
        findings.record("U28", TimingJudge.hurry(zip(accepted.dropFirst(), accepted).map { $0 - $1 }))
        let visit = try visitWithPress()
        let isEnded = visit.wire.isEnded(within: 12)
        let tookMs = Wire.nowMs() - visit.helloMs
        findings.judge(
            "U36", isEnded && tookMs >= 8_000, expected: "the end 10 s after the handshake",
            came: isEnded ? "the end after \(TimingJudge.seconds(tookMs))" : visit.wire.story)
    }

    /// U37 and U38.
    func redirect() throws {
        let visit = try visitWithPress()
        welcome(visit)
        // Without the press it would have to wait for the 20 s.
        visit.wire.send(GatewayFrames.redirect(host, port: otherDoor.port, retryAfterS: 20))
        let redirected: UnitVisit
        do {
            redirected = try visitWithPress(at: otherDoor)
        } catch {
            findings.fail("U37", expected: "a connection to \(host):\(otherDoor.port)", came: "\(error)")
            return
        }
        findings.pass("U37")
        redirected.wire.close()
        let back = try visitWithPress()
        findings.pass("U38")
        welcome(back)
        present = back
    }

    /// U6 and U29.
    func restart() throws {
        guard let command = handles.restart else {
            for clause in ["U6", "U29"] { findings.skip(clause, "no --restart-command was given") }
            return
        }
        let before = boot
        // Held until the power is gone: the old life must not leave an attempt in the queue.
        let last = present
        forgetBoot()
        try handles.run(command)
        last?.wire.close()
        let visit = try visit(within: handles.patienceS)
        findings.judge("U6", visit.boot != before, expected: "another boot than before", came: "\(visit.hello)")
        let again = next(visit.wire, within: 2) { $0.isA(.press) }?.frame
        findings.judge(
            "U29", again != nil && again == press, expected: press.map(\.description) ?? "the press",
            came: again.map(\.description) ?? visit.wire.story)
        present = visit
        welcome(visit)
    }

    /// U30 and U31.
    func store() throws {
        guard let press, let visit = present else { throw ExamOver(reason: "no connection with a press was left") }
        let wire = visit.wire
        let display = visit.capabilities & UInt64(1 << 15) != 0
        for stage in [1, 2, 3, 4, 5, 6] as [UInt8] {
            answer(press, stage, on: wire)
            guard display else { continue }
            let expected = RawFrame(.stageConfirm, BigEndian.u64(Self.alert) + [stage])
            let confirm = next(wire, within: 3) { $0.isA(.stageConfirm) }?.frame
            findings.judge(
                "U31", confirm == expected, expected: "\(expected)", came: confirm.map(\.description) ?? wire.story
            )
        }
        if !display { findings.skip("U31", "the unit says that it has no display for stages (capability 15)") }
        let again = next(wire, within: 5) { $0.isA(.press) && $0.body.prefix(8) == press.body.prefix(8) }?.frame
        findings.judge(
            "U30", again == nil && wire.end == nil, expected: "no more of it for 5 s",
            came: again.map(\.description) ?? wire.story)
        findings.skip("U40", "needs a network that loses every packet")
        wire.send(SharedFrames.goodbye(5))
    }

    /// Tells a stage of our alert about a press.
    func answer(_ press: RawFrame, _ stage: UInt8, on wire: Wire) {
        let boot = UInt32(truncatingIfNeeded: press.number(at: 0, bytes: 4) ?? 0)
        let counter = UInt32(truncatingIfNeeded: press.number(at: 4, bytes: 4) ?? 0)
        wire.send(
            GatewayFrames.stage(stage, alert: Self.alert, boot: boot, counter: counter, at: GatewayExam.wallMs()))
    }
}
