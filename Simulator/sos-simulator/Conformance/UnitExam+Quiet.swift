// A unit without a press: heartbeats, what it skips and refuses, how it comes back (sections 4, 7 and 8).

import LinuxIO
import SimulatedField
import UnitProtocol
import UnitTransport

extension UnitExam {
    /// Alert numbers of ours.
    static let alert: UInt64 = 4_711

    /// U8 to U18, on one connection.
    func meet() throws {
        handles.prompt("waiting for the unit; do not press yet")
        let visit = try visit(within: handles.patienceS)
        let wire = visit.wire
        welcome(visit, reserved: 0xA5)
        // A press from before the run is nobody's test.
        while let press = next(wire, within: 1, { $0.isA(.press) })?.frame { answer(press, 1, on: wire) }
        wire.forget()
        stays("U9", wire, [SharedFrames.unknown(mustUnderstand: false)])
        stays("U13", wire, [SharedFrames.unable(999)])
        let time = BigEndian.u64(GatewayExam.wallMs())
        stays("U10", wire, [RawFrame(.time, time + [1, 2, 3])])
        stays("U11", wire, [RawFrame(.time, flags: 0xFE, time)])
        wire.send(GatewayFrames.stage(9, alert: Self.alert, boot: 1, counter: 1, at: 1))
        findings.expectStay("U14", 100, about: 0x14, on: wire) { wire.end == nil }
        commands(wire)
        wire.forget()
        wire.send(SharedFrames.offer(session: 0x8000_0001))
        let reply = next(wire, within: 3) { $0.isA(.unable) || $0.isA(.answer) || $0.isA(.sessionEnd) }?.frame
        findings.judge(
            "U17", reply.map { !$0.isA(.unable) || $0.number(at: 0, bytes: 2) == 205 } ?? false,
            expected: "answer, sessionEnd or unable 205", came: reply.map(\.description) ?? wire.story)
        // An hour ahead: the next hello tells whether the unit heeds it.
        wire.send(RawFrame(.time, BigEndian.u64(GatewayExam.wallMs() + Self.hourMs)))
        heartbeats(wire)
        wire.send(SharedFrames.goodbye(5))
        findings.judge(
            "U18", wire.isEnded(within: 3), expected: "the end of the connection within 3 s", came: wire.story)
    }

    private static let hourMs: UInt64 = 3_600_000

    /// Nothing is said to these frames within half a second, and the connection lives.
    private func stays(_ clause: String, _ wire: Wire, _ frames: [RawFrame]) {
        wire.forget()
        wire.send(bytes: frames.flatMap(\.bytes))
        let refusal = next(wire, within: 0.5) { $0.isA(.unable) || $0.isA(.goodbye) }?.frame
        findings.judge(
            clause, refusal == nil && wire.end == nil, expected: "no answer, and the connection stays",
            came: refusal.map { "\($0), to \(frames)" } ?? "to \(frames): \(wire.story)")
    }

    private func commands(_ wire: Wire) {
        let unknown = ask(wire, GatewayFrames.command(901, kind: 200, []))
        findings.judge(
            "U15", unknown?.number(at: 12, bytes: 1) == 5, expected: "commandResult status=05",
            came: unknown.map(\.description) ?? wire.story)
        let siren = GatewayFrames.command(902, kind: 1, BigEndian.u16(0))
        for _ in 0..<2 {
            let result = ask(wire, siren)
            findings.judge(
                "U16", result?.number(at: 12, bytes: 1) == 3, expected: "commandResult status=03",
                came: result.map(\.description) ?? wire.story)
        }
    }

    private func ask(_ wire: Wire, _ command: RawFrame) -> RawFrame? {
        wire.forget()
        wire.send(command)
        return next(wire, within: 3) {
            $0.isA(.commandResult) && $0.number(at: 0, bytes: 8) == command.number(at: 0, bytes: 8)
        }?.frame
    }

    private func heartbeats(_ wire: Wire) {
        let intervalMs = Int(Self.heartbeatS) * 1_000
        var times = [Wire.nowMs()]
        let untilMs = times[0] + 2 * intervalMs + 2 * TimingJudge.slackMs
        while let frame = next(wire, within: Double(untilMs - Wire.nowMs()) / 1_000, { _ in true }) {
            times.append(frame.atMs)
        }
        guard wire.end == nil else { return findings.fail("U8", expected: "a quiet connection", came: wire.story) }
        findings.record("U8", TimingJudge.heartbeats(times, untilMs: untilMs, intervalMs: intervalMs))
    }

    /// U2, U12, U19: attempts are cut off, then one is taken.
    func comeBack() throws {
        var waits: [Int] = []
        var endedMs = Wire.nowMs()
        for attempt in 0..<3 {
            guard let guest = door.next(within: Self.longest(after: waits.last)) else { break }
            waits.append(guest.atMs - endedMs)
            if attempt == 1 { try show(decoy, to: guest.socket) }
            endedMs = Wire.nowMs()
        }
        let visit = try visit(within: 35)
        defer { welcome(visit) }
        findings.record("U19", TimingJudge.backoff(waits + [visit.acceptedMs - endedMs]))
        let ahead = Int64(clamping: visit.clock) - Int64(clamping: GatewayExam.wallMs())
        if visit.clock == 0 {
            findings.fail("U12", expected: "a clock in hello, after time", came: "\(visit.hello)")
        } else if abs(ahead - Int64(Self.hourMs)) < 5_000 {
            findings.pass("U12")
        } else {
            findings.skip(
                "U12", "its clock did not follow time by an hour: right only with a better source (GNSS)")
        }
        present = visit
    }

    /// Seconds that the next wait of a row may take; a unit that was far up it before we came may need the most.
    private static func longest(after waitMs: Int?) -> Double {
        waitMs.map { min(32, Double($0) / 1_000 * 4.5 + 3) } ?? 32
    }

    /// A gateway that cannot be trusted must not get a hello.
    private func show(_ decoy: TLSContext?, to socket: consuming Descriptor) throws {
        guard let decoy else {
            return findings.skip("U2", "no --decoy-cert was given: a certificate for another host")
        }
        let wire = try Wire(server: decoy, socket: socket)
        if wire.handshake(within: 20) != nil { return findings.pass("U2") }
        // The unit's half may be done before it judged us: then its alert comes instead of a hello.
        let isRefused = wire.next(within: 3) { _ in true } == nil && wire.end != nil
        findings.judge(
            "U2", isRefused, expected: "the end of the handshake", came: "a connection, \(wire.story)")
    }
}
