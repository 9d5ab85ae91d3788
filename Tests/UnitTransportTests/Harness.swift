// A whole transport on port 0, turned by the test's own thread with times of the test's choosing.

import AlertModel
import EventRing
import Glibc
import LinuxIO
import Telemetry
import Testing
import UnitProtocol

@testable import UnitTransport

/// A clock that stands still until the test moves it.
struct TestClock: InstantSource {
    static let start = Instant(
        wall: WallTime(nanoseconds: 1_795_000_000_000_000_000),
        monotonic: MonotonicTime(nanoseconds: 5_000_000_000_000))
    func now() -> Instant { Self.start }
}

/// The transport with everything around it that the daemon would have.
final class Harness {
    let transport: UnitTransport
    let port: UInt16
    let counters = Counters()
    private let urgent: RecordConsumer
    private let routine: RecordConsumer
    private let answers: RecordProducer
    private let handshakeReports: RecordConsumer
    private let sessionReports: RecordConsumer

    var now = TestClock.start
    /// Whether the urgent lane is emptied each turn.
    var drainsUrgent = true
    private(set) var events: [Event] = []
    private(set) var routineEvents: [Event] = []
    private(set) var reports: [ConnectionReport] = []
    private var units: [TestUnit] = []

    init(
        urgentSlots: Int = 1_024, routineSlots: Int = 1_024, trust: Trust? = nil,
        _ change: (inout UnitTransportLimits) -> Void = { _ in }
    )
        throws
    {
        let listener = try Sockets.listen(host: "127.0.0.1", port: 0)
        port = try Sockets.localPort(of: listener)
        let rings = [urgentSlots, routineSlots, 1_024, 1_024, 1_024].map { RecordRing(capacitySlots: $0) }
        urgent = rings[0].takeConsumer(0)
        routine = rings[1].takeConsumer(0)
        answers = rings[2].takeProducer()
        handshakeReports = rings[3].takeConsumer(0)
        sessionReports = rings[4].takeConsumer(0)
        var limits = UnitTransportLimits()
        change(&limits)
        transport = try UnitTransport(
            listener: listener, trust: try trust ?? TestPKI.trust(), tickets: try TestPKI.tickets(),
            limits: limits,
            urgent: rings[0].takeProducer(),
            routine: rings[1].takeProducer(), answers: rings[2].takeConsumer(0),
            handshakeReports: rings[3].takeProducer(), sessionReports: rings[4].takeProducer(),
            journalDoorbell: try Doorbell(), dispatchDoorbell: try Doorbell(), reportDoorbell: try Doorbell(),
            counters: counters, clock: TestClock())
    }

    deinit { transport.stop() }

    /// A unit that begins to connect.
    func connect(
        _ certificate: TestCertificate? = .unitOne, alpn: String? = TLSContext.applicationProtocol,
        tls12: Bool = false, from source: String? = nil
    ) throws -> TestUnit {
        let context = try TestPKI.client(certificate, alpn: alpn, tls12: tls12)
        return try connect(context, from: source)
    }

    /// A unit that begins to connect with a context of its own.
    func connect(_ context: TLSContext, from source: String? = nil, hasPress: Bool = false) throws -> TestUnit {
        let socket = try Sockets.connect(host: "127.0.0.1", port: port, source: source)
        let tls = try TLSConnection(client: context, socket: socket, hostName: "127.0.0.1")
        if hasPress { tls.offerPressPending() }
        let unit = TestUnit(tls: tls)
        units.append(unit)
        return unit
    }

    /// A unit that connected, said HELLO and got WELCOME.
    func open(_ certificate: TestCertificate = .unitOne, clock: WallTime? = nil) throws -> TestUnit {
        let unit = try connect(certificate)
        unit.send(.hello(try Self.hello(certificate == .unitTwo ? "unit-2" : "unit-1", clock: clock)))
        try pump("WELCOME") { unit.messages.contains { $0.type == .welcome } }
        return unit
    }

    static func hello(_ name: String, clock: WallTime? = nil) throws -> Hello {
        Hello(
            unit: try UnitID(name), boot: 7, firmware: 3, capabilities: [.stageDisplay, .siren],
            isPressPending: false, clock: clock)
    }

    static func press(_ counter: UInt32, at time: WallTime = TestClock.start.wall) -> UnitMessage {
        .press(PressMessage(boot: 7, counter: counter, category: .police, pressedAt: time, position: nil))
    }

    /// Turns everything once.
    ///
    /// - Returns: how much the agents did.
    @discardableResult
    func turn() -> Int { turn(with: units) }

    /// Turns everything once, but of the units only these.
    @discardableResult
    func turn(with units: [TestUnit]) -> Int {
        let worked = transport.handshakes.doWork(now: now) + transport.sessions.doWork(now: now)
        for unit in units { unit.step() }
        drain()
        return worked
    }

    /// Turns until `condition` holds. The kernel needs real time for loopback; a minute is for ever.
    func pump(
        _ what: String, with some: [TestUnit]? = nil, location: SourceLocation = #_sourceLocation,
        until condition: () -> Bool
    ) throws {
        let start = SystemClock().now().monotonic
        while !condition() {
            // Nothing to do: the kernel is still at it, and other tests want the processor.
            if turn(with: some ?? units) == 0 { poll(nil, 0, 1) }
            guard SystemClock().now().monotonic.nanosecondsSince(start) < 60_000_000_000 else {
                Issue.record("did not come: \(what); reports: \(reports)", sourceLocation: location)
                throw TestFailure("did not come: \(what)")
            }
        }
    }

    func advance(seconds: Double) {
        let nanoseconds = UInt64(seconds * 1e9)
        now = Instant(
            wall: WallTime(nanoseconds: now.wall.nanoseconds + Int64(nanoseconds)),
            monotonic: now.monotonic.advanced(byNanoseconds: nanoseconds))
    }

    func answer(_ answer: UnitAnswer) {
        let result = answers.append(kind: answer.kind.rawValue, bodyBytesMax: answer.bodyBytesMax) {
            answer.encode(into: $0)
        }
        #expect(result == .appended)
        answers.publish()
        transport.answersDoorbell.ring()
    }

    /// Links that came up, in order.
    var links: [LinkUp] {
        events.compactMap { event in
            guard case .linkUp(let up) = event else { return nil }
            return up
        }
    }

    var downs: [LinkDown] {
        events.compactMap { event in
            guard case .linkDown(let down) = event else { return nil }
            return down
        }
    }

    var presses: [Press] {
        events.compactMap { event in
            guard case .press(let press) = event else { return nil }
            return press
        }
    }

    private func drain() {
        if drainsUrgent { drainUrgent() }
        _ = routine.drain(max: 1_000) { kind, body in
            if let event = try? Event(kind: kind, body: body) { routineEvents.append(event) }
            return .next
        }
        for source in [0, 1] {
            let body: (UInt8, UnsafeRawBufferPointer) -> DrainStep = { kind, body in
                if let report = try? ConnectionReport(kind: kind, body: body) { self.reports.append(report) }
                return .next
            }
            _ = source == 0 ? handshakeReports.drain(max: 1_000, body) : sessionReports.drain(max: 1_000, body)
        }
    }

    func drainUrgent() {
        _ = urgent.drain(max: 1_000) { kind, body in
            if let event = try? Event(kind: kind, body: body) {
                events.append(event)
            } else {
                Issue.record("kind \(kind) does not decode")
            }
            return .next
        }
    }
}

/// The unit's end of a connection.
final class TestUnit {
    let tls: TLSConnection
    private(set) var messages: [GatewayMessage] = []
    private(set) var isClosed = false
    /// What ended the handshake or the connection, in OpenSSL's words.
    private(set) var failure: String?
    private(set) var isEstablished = false
    /// Whether it reads what the gateway sends.
    var reads = true
    private var outgoing: [UInt8] = []
    private var incoming: [UInt8] = []
    private var buffer = [UInt8](repeating: 0, count: 20_000)

    init(tls: consuming TLSConnection) { self.tls = tls }

    /// Closes the sending half without a word, as a unit that gives up.
    func abandon() { tls.closeWriting() }

    func send(_ message: UnitMessage) {
        var frame = [UInt8](repeating: 0, count: Limits.frameBytesMax)
        guard let count = frame.withUnsafeMutableBytes({ message.encode(into: $0) }) else {
            Issue.record("cannot be encoded: \(message)")
            return
        }
        send(bytes: Array(frame[..<count]))
    }

    func send(bytes: [UInt8]) { outgoing += bytes }

    var isSent: Bool { outgoing.isEmpty }

    var unables: [Unable] {
        messages.compactMap { message in
            guard case .unable(let unable) = message else { return nil }
            return unable
        }
    }

    func step() {
        guard !isClosed else { return }
        if !isEstablished {
            switch tls.handshake() {
            case .done: isEstablished = true
            case .wantRead, .wantWrite: return
            case .failed(let failure):
                self.failure = failure.detail
                isClosed = true
                return
            }
        }
        while !outgoing.isEmpty {
            guard case .bytes(let count) = outgoing.withUnsafeBytes({ tls.write($0) }) else { break }
            outgoing.removeFirst(count)
        }
        while reads && !isClosed {
            switch buffer.withUnsafeMutableBytes({ tls.read(into: $0) }) {
            case .bytes(let count): incoming += buffer[..<count]
            case .wouldBlock, .wantWrite:
                parse()
                return
            case .closed: isClosed = true
            case .failed(let text):
                failure = text
                isClosed = true
            }
        }
        parse()
    }

    /// Closes the sending half; the gateway sees the connection end.
    func hangUp() { tls.finishWriting() }

    private func parse() {
        incoming.withUnsafeBytes { bytes in
            var scanner = FrameScanner(bytes)
            while case .frame(let frame)? = try? scanner.next() {
                if let message = try? GatewayMessage(frame) { messages.append(message) }
            }
            return scanner.consumedBytes
        }
        .removingFirst(from: &incoming)
    }
}

extension Int {
    fileprivate func removingFirst(from bytes: inout [UInt8]) { bytes.removeFirst(self) }
}
