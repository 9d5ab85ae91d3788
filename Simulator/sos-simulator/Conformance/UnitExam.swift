// The kit as a gateway: waits for one unit, again and again, and judges what it does.

import AlertModel
import Foundation
import LinuxIO
import Settings
import SimulatedField
import UnitProtocol
import UnitTransport

/// What the kit may do to a unit from outside.
struct UnitHandles {
    /// A shell's command that pushes the button; nil when a person does.
    let press: String?
    /// A shell's command that takes the unit's power away and gives it back; nil to leave that out.
    let restart: String?
    /// Seconds that a person, or a unit's start, may take.
    let patienceS: Double
    /// Says what a person is to do.
    let prompt: @Sendable (String) -> Void

    /// Runs a command and waits for its end.
    ///
    /// - Throws: ``ExamOver`` when it did not end with 0.
    func run(_ command: String) throws {
        // Not Foundation's Process: that waits also for what the command leaves running, such as the unit itself.
        let status = system(command)
        guard status == 0 else { throw ExamOver(reason: "`\(command)` ended with status \(status)") }
    }
}

/// One run with a unit. Blocks its thread for about 130 s.
final class UnitExam {
    let findings = Findings(ConformanceClause.unit)
    let handles: UnitHandles
    /// Whether the clause that takes half a minute is left out.
    let isQuick: Bool
    /// As the unit's certificate and redirect must name us.
    let host: String
    let context: TLSContext
    /// Of a certificate that is no gateway's; nil to leave the clause out.
    let decoy: TLSContext?
    let door: Door
    /// Where redirects lead.
    let otherDoor: Door
    /// Of the unit's present life; nil until its first hello, and after a restart.
    var boot: UInt64?
    /// Of the last welcome; empty after a restart, nil while the unit may hold another gateway's.
    private var token: [UInt8]?
    private var welcomes: UInt8 = 0
    /// A press that came, and is to come again with the same bytes.
    var press: RawFrame?
    /// The connection that the next section goes on with.
    var present: UnitVisit?
    /// Cancels and faults that came: frame and how often it came after its acknowledgement was withheld.
    private var reports: [RawFrame: Int] = [:]

    /// A profile of 20 s, so that a run stays short.
    static let heartbeatS: UInt16 = 6
    static let reportingS: UInt16 = 20

    /// - Throws: ``TLSError`` naming the file; ``Errno`` when the port is taken.
    init(
        address: ListenAddress, host: String, identity: TLSIdentity, decoy: TLSIdentity?, handles: UnitHandles,
        isQuick: Bool = false
    ) throws {
        self.isQuick = isQuick
        self.host = host
        self.handles = handles
        context = try .server(identity)
        self.decoy = try decoy.map { try .server($0) }
        door = try Door(host: address.host, port: address.port)
        otherDoor = try Door(host: address.host, port: 0)
    }

    /// Runs every section; each needs what those before found.
    func run() {
        do {
            try meet()
            try comeBack()
            try replace()
            try leaveUnanswered()
            try refuse()
            try turnAway()
            try redirect()
            try restart()
            try store()
            findings.close(because: "the unit did nothing of the kind")
        } catch let over as ExamOver {
            findings.close(because: over.reason)
        } catch {
            findings.close(because: "\(error)")
        }
    }

    /// The next connection of the unit with its hello, which is judged (U1, U3 to U5, U7).
    ///
    /// - Parameter seconds: until it must connect.
    /// - Throws: ``ExamOver`` when there is no hello to go on with.
    func visit(within seconds: Double, at door: Door? = nil) throws -> UnitVisit {
        guard let accepted = (door ?? self.door).next(within: seconds) else {
            throw ExamOver(reason: "the unit did not connect within \(TimingJudge.seconds(Int(seconds * 1_000)))")
        }
        let wire = try Wire(server: context, socket: accepted.socket)
        if let failure = wire.handshake(within: 20) {
            findings.fail("U1", expected: "TLS 1.3, ALPN sos-unit/1, a trusted certificate", came: "\(failure)")
            throw ExamOver(reason: "no handshake: \(failure)")
        }
        let begunMs = Wire.nowMs()
        let peer = wire.peer()
        findings.judge(
            "U1", peer.unit != nil && wire.speaksUnitProtocol, expected: "one URI urn:sos:unit:ID",
            came: peer.problem)
        guard let first = wire.next(untilMs: begunMs + 10_000), first.frame.isA(.hello) else {
            findings.fail("U3", expected: "hello within 10 s", came: wire.end?.reason ?? "another frame, or none")
            throw ExamOver(reason: "no hello")
        }
        findings.pass("U3")
        let visit = UnitVisit(
            wire: wire, hello: first.frame, acceptedMs: accepted.atMs, helloMs: first.atMs)
        judge(visit, certificate: peer.unit?.description)
        return visit
    }

    private func judge(_ visit: UnitVisit, certificate: String?) {
        let hello = visit.hello
        findings.judge(
            "U4", hello.body.first == 1 && visit.unit == certificate && visit.token != nil && visit.boot > 0,
            expected: "major=01, a boot, the unit id \(certificate ?? "of the certificate")", came: "\(hello)")
        if let boot {
            findings.judge(
                "U5", visit.boot == boot,
                expected: "boot=\(Hex.text(BigEndian.u32(UInt32(truncatingIfNeeded: boot))))",
                came: "\(hello)")
        }
        if let shown = visit.token, let token {
            findings.judge(
                "U7", shown == token, expected: "resume token \(Hex.text(token))", came: Hex.text(shown))
        }
        boot = visit.boot
    }

    /// Tells that the unit lost its power: its next hello has another boot and no token.
    func forgetBoot() {
        boot = nil
        token = []
    }

    /// Sends welcome, with a new resume token.
    ///
    /// - Parameter reserved: what stands in the fields that are zero.
    func welcome(_ visit: UnitVisit, reserved: UInt8 = 0) {
        welcomes &+= 1
        let token: [UInt8] = [0xC0, 0xF0, 0x12, welcomes]
        self.token = token
        visit.wire.send(
            GatewayFrames.welcome(
                heartbeatS: Self.heartbeatS, reportingS: Self.reportingS,
                granted: UInt32(truncatingIfNeeded: visit.capabilities) & UnitFrames.capabilities,
                clock: GatewayExam.wallMs(), token: token, reserved: reserved))
    }

    /// The next frame that is wanted. Cancels and faults are answered on the way, at their second coming (U39).
    func next(_ wire: Wire, within seconds: Double, _ isWanted: (RawFrame) -> Bool) -> TimedFrame? {
        wire.next(within: seconds) { frame in
            if frame.isA(.cancel) || frame.isA(.faultBegin) || frame.isA(.faultEnd) { self.note(frame, on: wire) }
            return isWanted(frame)
        }
    }

    private func note(_ frame: RawFrame, on wire: Wire) {
        reports[frame, default: 0] += 1
        guard reports[frame, default: 0] > 1 else { return }
        findings.pass("U39")
        wire.send(RawFrame(.acknowledgement, Array(frame.body.prefix(8))))
    }
}

/// A listening socket.
final class Door {
    private let listener: Descriptor
    private let epoll: Epoll
    let port: UInt16
    private var events = [EpollEvent](repeating: EpollEvent(), count: 1)

    /// - Throws: ``Errno`` when the port is taken.
    init(host: String, port: UInt16) throws {
        listener = try Sockets.listen(host: host, port: port)
        self.port = try Sockets.localPort(of: listener)
        epoll = try Epoll()
        try epoll.add(listener.rawValue, events: .readable, token: 0)
    }

    /// A socket that came, and when.
    struct Guest: ~Copyable {
        let socket: Descriptor
        let atMs: Int
    }

    /// - Returns: nil when nobody came in time.
    func next(within seconds: Double) -> Guest? {
        let deadlineMs = Wire.nowMs() + Int(seconds * 1_000)
        while true {
            if let accepted = try? Sockets.accept(from: listener) {
                return Guest(socket: accepted.take(), atMs: Wire.nowMs())
            }
            let leftMs = deadlineMs - Wire.nowMs()
            guard leftMs > 0 else { return nil }
            _ = try? epoll.wait(into: &events, timeoutMs: Int32(clamping: leftMs))
        }
    }
}
