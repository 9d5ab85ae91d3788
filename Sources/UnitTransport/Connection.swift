// One established connection, as the session agent keeps it: small, because there are tens of thousands.

internal import AlertModel
internal import LinuxIO

/// A unit's connection after the handshake.
struct Connection: ~Copyable {
    /// Where it stands. `awaitingHello` leads to `open`; both lead to `lingering`, or to the end.
    enum Phase: Hashable {
        case awaitingHello
        /// HELLO was accepted and linkUp is in the urgent lane: a linkDown must follow.
        case open
        /// Our last words are sent; the link is over for everyone else.
        case lingering
    }

    let tls: TLSConnection
    let peer: SocketAddress
    /// By the certificate.
    let unit: UnitID
    /// Judges it again when trust changes; 24 bytes.
    let certificate: PeerCertificate
    let link: LinkID
    /// Within how many seconds its silence is a loss; WELCOME says so.
    let reportingTimeS: UInt16
    var phase = Phase.awaitingHello
    /// Its session in the ``ResumeTable``; 0 for none.
    var session: UInt64 = 0
    /// The stored message whose answer the unit waits for, ``awaitedName(boot:counter:)``; the latest of several,
    /// because they are answered in order.
    var awaited = awaitedNothing
    /// When that message came first.
    var awaitedSince = MonotonicTime(nanoseconds: 0)
    /// Whether it is a test call, which makes no alert.
    var awaitsTest = false
    /// Whether the last stage it was told is of an open alert.
    var hasOpenAlert = false
    /// Whether it is redirected as soon as what it waits for is answered.
    var leavesWhenServed = false
    /// Bytes of a frame that is not whole yet, or that must wait; empty nearly always.
    var inbound = ByteQueue()
    /// Frames the unit has not taken yet; empty nearly always.
    var outbound = ByteQueue()
    /// What the epoll waits for.
    var interest: EpollEvents = .readable
    /// Whether frames in `inbound` wait for a later turn; the connection is in the agent's list then.
    var isResuming = false
    /// Results of commands that the unit may still say.
    var resultsAwaited: UInt16 = 0
    /// Heartbeats and positions passed on.
    var routine = RoutineAllowance()
    /// Whether `outbound` is in the agent's list to be flushed at the end of the turn.
    var isDirty = false

    /// When it came to its phase.
    var phaseSince: MonotonicTime
    /// When the last whole frame was read.
    var lastFrameAt: MonotonicTime
    /// When the first byte of the frame in `inbound` was read; nil when none is begun, or we hold it up.
    var frameBegunAt: MonotonicTime?
    /// Since when the unit takes nothing; nil when it does.
    var stalledSince: MonotonicTime?
}

extension Connection {
    /// Every stored message is answered.
    static let awaitedNothing: UInt64 = 0
    /// A press that HELLO announced and that has not come yet.
    static let awaitedUnknown = UInt64.max

    /// What stands for a stored message. (0, 0), which no unit of the protocol sends, counts as none.
    static func awaitedName(boot: UInt32, counter: UInt32) -> UInt64 { UInt64(boot) << 32 | UInt64(counter) }
}

/// Which deadline of a connection comes next.
struct NextDeadline {
    /// What it means when it passes.
    enum Meaning: Hashable { case hello, silence, frame, writeStall, linger }

    var meaning: Meaning
    var at: MonotonicTime

    /// - Parameter connection: borrowed.
    init(_ connection: borrowing Connection, limits: UnitTransportLimits) {
        switch connection.phase {
        case .awaitingHello:
            self.init(.hello, connection.phaseSince, seconds: limits.helloDeadlineS)
        case .open:
            self.init(.silence, connection.lastFrameAt, seconds: UInt32(connection.reportingTimeS))
        case .lingering:
            self.init(.linger, connection.phaseSince, milliseconds: UInt64(limits.lingerMs))
            return
        }
        if let begun = connection.frameBegunAt {
            take(NextDeadline(.frame, begun, seconds: limits.frameDeadlineS))
        }
        if let stalled = connection.stalledSince {
            take(NextDeadline(.writeStall, stalled, seconds: limits.writeStallS))
        }
    }

    private init(_ meaning: Meaning, _ start: MonotonicTime, seconds: UInt32) {
        self.init(meaning, start, milliseconds: UInt64(seconds) * 1_000)
    }

    private init(_ meaning: Meaning, _ start: MonotonicTime, milliseconds: UInt64) {
        self.meaning = meaning
        at = start.advanced(byNanoseconds: milliseconds * 1_000_000)
    }

    private mutating func take(_ other: NextDeadline) {
        if other.at < at { self = other }
    }
}
