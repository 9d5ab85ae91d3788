// One SOS unit without its socket: what it says, when, and what it remembers. Docs/unit-protocol.md, sections 4
// and 5, as a state machine; time comes in as a value.

public import AlertModel
public import UnitProtocol

/// A unit as the protocol wants it.
///
/// The driver connects when ``work(now:)`` asks for it, tells what became of it, sends what ``takeOutbox()`` gives,
/// and calls ``work(now:)`` again at ``deadline``.
public struct FieldUnit: Sendable {
    /// Where the connection stands.
    public enum Phase: Hashable, Sendable {
        /// Not connected; connects at this time.
        case waiting(until: MonotonicTime)
        /// TCP or TLS under way; given up at this time.
        case connecting(until: MonotonicTime)
        /// HELLO is sent; given up at this time.
        case greeting(until: MonotonicTime)
        /// Welcomed.
        case online
    }

    /// What the driver has to do.
    public enum Demand: Hashable, Sendable {
        /// Call again at the deadline.
        case nothing
        /// Connect, to another place than usual if one is given, and say ``connecting(now:)``.
        case connect(Redirect?)
        /// Close the connection and say ``lost(now:)``.
        case close(String)
    }

    /// What a message from the gateway meant.
    public enum Report: Hashable, Sendable {
        /// The connection counts from now on.
        case welcomed
        /// An alert's stage, already confirmed.
        case stage(StageNotice)
        /// A cancel or a fault report is on disk.
        case acknowledged(MessageID)
        /// The unit's clock was wrong and is right now.
        case clockSet
        /// The gateway did not take something.
        case refused(Unable)
        /// The gateway ends the connection: close it and say ``lost(now:)``.
        case ended(String)
        /// Nothing to tell.
        case ignored
    }

    /// A stored message that is not answered yet.
    struct Unanswered: Hashable, Sendable {
        let message: StoredMessage
        var sendsOnConnection = 0
        var nextSendAt: MonotonicTime
    }

    /// The unit as the registry has it.
    public let record: UnitRecord
    /// Differs from every earlier boot of the unit.
    public let boot: UInt32
    /// Where the connection stands.
    public internal(set) var phase: Phase
    var unanswered: [Unanswered] = []
    /// Cut off by something outside the unit until then; not even a press gets through.
    var cutUntil: MonotonicTime?
    /// Added to the true time; nil when the unit has no clock at all.
    var clockErrorNs: Int64? = 0
    var measurements: Measurements
    var chance: Chance
    /// Whether a press waits for its *stored*.
    public var hasUnanswered: Bool { !unanswered.isEmpty }

    /// What the gateway may use.
    var granted: Capabilities = []
    /// What came of the latest commands.
    var results: [UnitCommandResult] = []

    private var counter: UInt32 = 0
    private var resume = ResumeToken.none
    private var redirect: Redirect?
    private var backoff = Backoff()
    private var outbox: [UnitMessage] = []
    private var heartbeatNs: UInt64 = 30_000_000_000
    private let heartbeatOverrideNs: UInt64?
    private var heartbeatAt: MonotonicTime
    private var heartbeats = 0

    /// A second.
    static let secondNs: UInt64 = 1_000_000_000
    /// TCP and TLS.
    static let connectNs = 20 * secondNs
    /// From HELLO to WELCOME.
    static let greetingNs = 10 * secondNs
    /// Between two sends of an unanswered press on one connection; the last one goes on.
    static let resendNs = [2, 2, 4, 8, 15].map { $0 * secondNs }
    /// Unanswered sends on one connection after which the connection is not trusted any more.
    static let sendsOnConnectionMax = 4
    /// A position goes with each fourth heartbeat.
    static let heartbeatsPerPosition = 4

    /// A unit that just started.
    ///
    /// - Parameters:
    ///   - record: who it is and where.
    ///   - boot: never used before by this unit.
    ///   - heartbeatS: seconds between heartbeats; nil for what the gateway asks.
    ///   - chance: its own.
    ///   - connectAt: when it first connects.
    public init(record: UnitRecord, boot: UInt32, heartbeatS: UInt16?, chance: Chance, connectAt: MonotonicTime) {
        var chance = chance
        self.record = record
        self.boot = boot
        phase = .waiting(until: connectAt)
        heartbeatAt = connectAt
        heartbeatOverrideNs = heartbeatS.map { UInt64($0) * Self.secondNs }
        measurements = Measurements(point: record.point, chance: &chance)
        self.chance = chance
    }

    /// Whether the gateway welcomed it on the present connection.
    public var isOnline: Bool { phase == .online }

    /// Whether a press waits for its answer; such a unit connects without waiting.
    public var hasPress: Bool { unanswered.contains { $0.message.isPress } }

    /// When ``work(now:)`` has something to do at the latest.
    public var deadline: MonotonicTime {
        switch phase {
        case .waiting(let until), .connecting(let until): until
        case .greeting(let until): min(until, nextSendAt)
        case .online: min(heartbeatAt, nextSendAt)
        }
    }

    private var nextSendAt: MonotonicTime {
        unanswered.lazy.map(\.nextSendAt).min() ?? MonotonicTime(nanoseconds: .max)
    }

    /// What is to be sent now, in this order; empty without a secured connection.
    public mutating func takeOutbox() -> [UnitMessage] {
        defer { outbox.removeAll(keepingCapacity: true) }
        return outbox
    }
}

// MARK: - The connection

extension FieldUnit {
    /// The driver began to connect.
    public mutating func connecting(now: Instant) {
        phase = .connecting(until: now.monotonic.advanced(byNanoseconds: Self.connectNs))
    }

    /// The handshake is done: HELLO leaves, and behind it, without waiting, every press that is not stored.
    public mutating func secured(now: Instant) {
        phase = .greeting(until: now.monotonic.advanced(byNanoseconds: Self.greetingNs))
        send(
            .hello(
                Hello(
                    unit: record.id, boot: boot, firmware: 1_000, capabilities: Self.capabilities,
                    isPressPending: hasPress, clock: clockErrorNs.map { _ in clock(now) }, resume: resume)),
            now: now)
        for place in unanswered.indices { unanswered[place].sendsOnConnection = 0 }
        // Presses first: whoever waits for help waits for nothing else.
        for isPress in [true, false] {
            for place in unanswered.indices where unanswered[place].message.isPress == isPress {
                sendStored(place, now: now)
            }
        }
    }

    /// The connection is gone or did not come about.
    public mutating func lost(now: Instant) {
        outbox.removeAll()
        var waitNs = backoff.next(hasPress: hasPress, chance: &chance)
        if let redirect, !hasPress { waitNs = max(waitNs, UInt64(redirect.retryAfterS) * Self.secondNs) }
        wait(until: now.monotonic.advanced(byNanoseconds: waitNs))
    }

    /// Does what is due.
    public mutating func work(now: Instant) -> Demand {
        switch phase {
        case .waiting(let until):
            guard until <= now.monotonic else { return .nothing }
            // For this time only: should it fail there, the usual place is next.
            defer { redirect = nil }
            return .connect(redirect)
        case .connecting(let until):
            return until <= now.monotonic ? .close("not connected within 20 s") : .nothing
        case .greeting(let until):
            if until <= now.monotonic { return .close("no WELCOME within 10 s") }
        case .online: break
        }
        for place in unanswered.indices where unanswered[place].nextSendAt <= now.monotonic {
            guard unanswered[place].sendsOnConnection < Self.sendsOnConnectionMax else {
                return .close("a \(unanswered[place].message.name) was not answered")
            }
            sendStored(place, now: now)
        }
        if isOnline, heartbeatAt <= now.monotonic { sendHeartbeat(now: now) }
        return .nothing
    }

    /// Takes a message of the gateway.
    public mutating func receive(_ message: GatewayMessage, now: Instant) -> Report {
        switch message {
        case .welcome(let welcome):
            phase = .online
            backoff.reset()
            resume = welcome.resume
            granted = welcome.granted
            setClock(welcome.gatewayTime, now: now)
            heartbeatNs = heartbeatOverrideNs ?? UInt64(max(1, welcome.heartbeatIntervalS)) * Self.secondNs
            postponeHeartbeat(now: now)
            return .welcomed
        case .stage(let notice):
            // Any stage says that the press is on disk, not only `stored`.
            unanswered.removeAll {
                $0.message.isPress && $0.message.boot == notice.boot && $0.message.counter == notice.counter
            }
            send(.stageConfirm(StageConfirm(alert: notice.alert, stage: notice.stage)), now: now)
            return .stage(notice)
        case .time(let notice):
            setClock(notice.gatewayTime, now: now)
            return .clockSet
        case .unable(let unable): return .refused(unable)
        case .goodbye(let goodbye): return .ended("goodbye: \(goodbye.reason)")
        case .redirect(let redirect):
            self.redirect = redirect
            return .ended("redirected to \(redirect.host):\(redirect.port)")
        case .command(let command):
            obey(command, now: now)
            return .ignored
        case .offer, .answer, .candidate, .sessionEnd, .text:
            // Never offered in HELLO.
            let text = "this unit has no such ability"
            send(.unable(Unable(.notSupported, refusedType: message.type.rawValue, text: text)), now: now)
            return .ignored
        case .acknowledgement(let answer):
            unanswered.removeAll {
                !$0.message.isPress && $0.message.boot == answer.boot && $0.message.counter == answer.counter
            }
            return .acknowledged(MessageID(unit: record.id, boot: answer.boot, counter: answer.counter))
        }
    }
}

// MARK: - What it says

extension FieldUnit {
    /// The next number of this boot.
    mutating func nextCounter() -> UInt32 {
        counter += 1
        return counter
    }

    /// Keeps a message until it is answered, and sends it if it can be sent.
    mutating func store(_ message: StoredMessage, now: Instant) {
        unanswered.append(Unanswered(message: message, nextSendAt: now.monotonic))
        switch phase {
        case .waiting where message.isPress: wait(until: now.monotonic)
        case .waiting, .connecting: break
        case .greeting, .online: sendStored(unanswered.count - 1, now: now)
        }
    }

    private mutating func sendStored(_ place: Int, now: Instant) {
        let sends = unanswered[place].sendsOnConnection
        let waitNs = Double(Self.resendNs[min(sends, Self.resendNs.count - 1)]) * (0.8 + 0.4 * chance.fraction())
        unanswered[place].sendsOnConnection = sends + 1
        unanswered[place].nextSendAt = now.monotonic.advanced(byNanoseconds: UInt64(waitNs))
        send(unanswered[place].message.frame, now: now)
    }

    private mutating func sendHeartbeat(now: Instant) {
        if heartbeats.isMultiple(of: Self.heartbeatsPerPosition) { sendPosition(now: now) }
        heartbeats += 1
        reportState(now: now)
    }

    /// Says where it is, if it knows.
    mutating func sendPosition(now: Instant) {
        if let position = measurements.position(at: clock(now), &chance) { send(.position(position), now: now) }
    }

    /// Says how it is.
    mutating func reportState(now: Instant) {
        send(.heartbeat(measurements.heartbeat(&chance)), now: now)
    }

    /// Every frame counts as a heartbeat.
    mutating func send(_ message: UnitMessage, now: Instant) {
        outbox.append(message)
        postponeHeartbeat(now: now)
    }

    private mutating func postponeHeartbeat(now: Instant) {
        heartbeatAt = now.monotonic.advanced(byNanoseconds: heartbeatNs)
    }

    /// What the unit takes for the time; one without a clock counts from 1970.
    func clock(_ now: Instant) -> WallTime {
        guard let clockErrorNs else { return WallTime(nanoseconds: 0) }
        return WallTime(nanoseconds: max(0, now.wall.nanoseconds &+ clockErrorNs))
    }

    private mutating func setClock(_ gatewayTime: WallTime, now: Instant) {
        clockErrorNs = gatewayTime.nanoseconds &- now.wall.nanoseconds
    }
}
