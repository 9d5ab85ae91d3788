// The kit as a unit: plays one unit against a gateway and judges what the gateway does.

import AlertModel
import LinuxIO
import Settings
import SimulatedField
import UnitProtocol
import UnitTransport

/// One run against a gateway. Blocks its thread for half a minute and two waits of the reporting time at most.
final class GatewayExam {
    let findings = Findings(ConformanceClause.gateway)
    let address: ListenAddress
    let identity: TLSIdentity
    /// The unit whose certificate we show.
    let unit: String
    /// Whether presses may raise alerts that officers see.
    let mayAlarm: Bool
    /// Whether the operator allows TLS 1.2.
    let allowsTLS12: Bool
    /// Of a unit whose certificate was revoked; nil to leave the clause out.
    let revoked: TLSIdentity?
    let boot: UInt32
    private let context: TLSContext
    private var counter: UInt32 = 0
    /// Of welcome; 0 before the first.
    var reportingS: UInt64 = 0

    /// Seconds that an answer may take: storedSecondsMax.
    static let answerS = Double(Limits.storedSecondsMax)

    /// - Throws: ``TLSError`` naming the file that cannot be used.
    init(
        address: ListenAddress, identity: TLSIdentity, unit: String, mayAlarm: Bool, allowsTLS12: Bool,
        revoked: TLSIdentity? = nil
    ) throws(TLSError) {
        self.revoked = revoked
        self.address = address
        self.identity = identity
        self.unit = unit
        self.mayAlarm = mayAlarm
        self.allowsTLS12 = allowsTLS12
        context = try .client(identity)
        // Tenths of a second since 1970: another boot in every run.
        boot = UInt32(truncatingIfNeeded: Self.wallMs() / 100)
    }

    /// Runs every section; what one cannot do does not stop the next.
    func run() {
        let sections: [(GatewayExam) -> () throws -> Void] = [
            GatewayExam.handshakes, GatewayExam.greetings, GatewayExam.presses, GatewayExam.frames,
            GatewayExam.refusals, GatewayExam.storedMessages, GatewayExam.clocks, GatewayExam.paths,
            GatewayExam.sessions, GatewayExam.revocation, GatewayExam.deadlines,
        ]
        var trouble = "the run ended before"
        for section in sections {
            do {
                try section(self)()
            } catch let over as ExamOver {
                trouble = over.reason
            } catch {
                trouble = "\(error)"
            }
        }
        findings.close(because: trouble)
    }

    /// The wall clock, in ms since 1970.
    static func wallMs() -> UInt64 { SystemClock().now().wall.milliseconds }

    /// A counter that no press had yet.
    func nextCounter() -> UInt32 {
        counter += 1
        return counter
    }

    /// A connection whose handshake is done.
    func connect() throws -> Wire {
        let wire = try Wire(client: context, to: address)
        if let failure = wire.handshake() { throw ExamOver(reason: "no connection: \(failure)") }
        return wire
    }

    /// A connection that was welcomed.
    func greet(path: UInt8 = 0) throws -> Wire {
        let wire = try connect()
        wire.send(UnitFrames.hello(unit, boot: boot, clock: Self.wallMs(), path: path))
        guard wire.next(.welcome, within: 5) != nil else { throw ExamOver(reason: "no welcome: \(wire.story)") }
        wire.forget()
        return wire
    }

    /// A test call of now, which no officer sees.
    func testPress(_ counter: UInt32, extra: [UInt8] = []) -> RawFrame {
        UnitFrames.press(boot: boot, counter: counter, time: Self.wallMs(), extra: extra)
    }

    /// The stage that answers a press; nil when none came in time.
    func stored(_ counter: UInt32, on wire: Wire, within seconds: Double = answerS) -> RawFrame? {
        wire.next(within: seconds) { frame in
            frame.isA(.stage) && frame.number(at: 8, bytes: 4) == UInt64(self.boot)
                && frame.number(at: 12, bytes: 4) == UInt64(counter)
        }?.frame
    }

    /// Whether the connection still answers presses.
    func isAlive(_ wire: Wire) -> Bool {
        let counter = nextCounter()
        wire.send(testPress(counter))
        return stored(counter, on: wire) != nil
    }

    /// What the clause of an answered press expects, in words.
    func expectedStage(_ counter: UInt32) -> String {
        "stage boot=\(Hex.text(BigEndian.u32(boot))) counter=\(Hex.text(BigEndian.u32(counter))) "
            + "within \(Limits.storedSecondsMax) s"
    }
}

// MARK: - Handshakes and greetings

extension GatewayExam {
    /// G1 to G4.
    func handshakes() throws {
        let wire = try Wire(client: context, to: address)
        if let failure = wire.handshake() {
            findings.fail("G1", expected: "a handshake", came: "\(failure)")
            throw ExamOver(reason: "no connection: \(failure)")
        }
        findings.judge(
            "G1", wire.speaksUnitProtocol, expected: "ALPN sos-unit/1 chosen", came: "no protocol, or another one")
        wire.close()
        var options = TLSContext.Options(identity)
        options.speaksOnlyTLS12 = true
        if allowsTLS12 {
            findings.skip("G2", "the operator allows it, by --tls12")
        } else {
            try refused("G2", options, inHandshake: false)
        }
        options = TLSContext.Options(identity)
        options.certificateFile = nil
        options.keyFile = nil
        try refused("G3", options, inHandshake: false)
        options = TLSContext.Options(identity)
        options.applicationProtocol = nil
        try refused("G4", options, inHandshake: true)
    }

    /// - Parameter inHandshake: it must fail before a byte can be sent; without it the first read may tell (RFC 8446:
    ///   a server judges the client's certificate when the client is done already).
    private func refused(_ clause: String, _ options: TLSContext.Options, inHandshake: Bool) throws {
        let wire = try Wire(client: TLSContext(role: .client, options), to: address)
        if wire.handshake() != nil { return findings.pass(clause) }
        wire.send(UnitFrames.hello(unit, boot: boot))
        guard !inHandshake, wire.isEnded(within: 3), wire.passed.isEmpty else {
            return findings.fail(clause, expected: "the end of the handshake", came: "a connection, \(wire.story)")
        }
        findings.pass(clause)
    }

    /// G5 to G10, G23 of hello, G25, G38.
    func greetings() throws {
        let wire = try connect()
        wire.send(UnitFrames.hello(unit, boot: boot, clock: Self.wallMs()))
        guard let welcome = wire.next(.welcome, within: Self.answerS)?.frame else {
            findings.fail("G5", expected: "welcome within 2 s", came: wire.story)
            throw ExamOver(reason: "no welcome")
        }
        findings.pass("G5")
        judge(welcome)
        wire.send(UnitFrames.hello(unit, boot: boot))
        findings.expectRefusal("G10", 206, about: [0x01], on: wire, within: 3)
        try refuseFirst("G7", UnitFrames.hello("NOT-\(unit.suffix(12))", boot: boot), 201, about: 0x01)
        try refuseFirst("G8", UnitFrames.hello(unit, boot: boot, major: 2), 200, about: 0x01)
        try refuseFirst("G9", UnitFrames.heartbeat, 206, about: 0x03)
        let early = try connect()
        let counter = nextCounter()
        early.send(UnitFrames.hello(unit, boot: boot, clock: Self.wallMs(), flags: 1), testPress(counter))
        findings.judge(
            "G25", stored(counter, on: early) != nil && early.passed.contains { $0.isA(.welcome) },
            expected: "welcome and \(expectedStage(counter))", came: early.story)
        early.forget()
        early.send(SharedFrames.goodbye(200))
        let isEnded = early.isEnded(within: 3)
        findings.judge(
            "G38", isEnded && !early.passed.contains { $0.isA(.unable) },
            expected: "the end of the connection within 3 s, no unable", came: early.story)
    }

    private func refuseFirst(_ clause: String, _ frame: RawFrame, _ code: UInt64, about type: UInt8) throws {
        let wire = try connect()
        wire.send(frame)
        findings.expectRefusal(clause, code, about: [type], on: wire, within: 3)
    }

    private func judge(_ welcome: RawFrame) {
        reportingS = welcome.number(at: 4, bytes: 2) ?? 0
        let isGood =
            welcome.number(at: 2, bytes: 2) == max(1, reportingS / 3) && reportingS > 0
            && welcome.number(at: 8, bytes: 4).map { $0 & ~UInt64(UnitFrames.capabilities) } == 0
            && (welcome.number(at: 12, bytes: 8) ?? 0) > 0 && welcome.number(at: 0, bytes: 1) == 0
            && (welcome.number(at: 20, bytes: 1).map { $0 <= 32 && welcome.body.count >= 21 + Int($0) } ?? false)
        findings.judge(
            "G6", isGood,
            expected: "minor=00, heartbeat a third of reporting, granted within "
                + "\(Hex.text(BigEndian.u32(UnitFrames.capabilities))), a clock, a token of 32 bytes at most",
            came: "\(welcome)")
    }
}
