// Accepts TCP connections and does their TLS handshakes, apart from the sessions: one handshake costs a
// thousand heartbeats, and a storm of them must not hold up a press. Runs at lower priority. This file has the agent's
// state, its turn and the handshakes; the other HandshakeAgent files say who comes in and who is let on.

internal import AlertModel
internal import EventRing
internal import LinuxIO
internal import Telemetry
internal import UnitProtocol

/// One handshake under way.
struct Handshake: ~Copyable {
    /// Where it stands.
    enum Phase: Hashable {
        case handshaking
        /// Done, and waits for room in the session agent's lane.
        case handingOver(UnitID, PeerCertificate)
        /// Failed, and waits for the peer to read our last words and close.
        case lingering
    }

    let tls: TLSConnection
    let peer: SocketAddress
    /// When it was let on.
    let startedAt: MonotonicTime
    /// Whether its unit says that a press is pending.
    let hasPress: Bool
    var phase = Phase.handshaking
    /// When it is given up.
    var deadline: MonotonicTime

    /// Forgets the connection without ending it: a handover record owns it now.
    consuming func giveAway() { _ = tls.release() }
}

/// Owns the listener and every connection until its handshake is done, then hands it to a session agent.
///
/// ```
/// listener ──▶ arriving ──ClientHello──▶ waiting, in two lanes ──its turn──▶ handshaking ──▶ session agent
///                  └─────────────── nobody waits ─────────────────────────────────▲
/// ```
/// Owned by its thread. Bounded: ``UnitTransportLimits/handshakesMax`` at once, behind them
/// ``UnitTransportLimits/waitingMax`` connections without memory of OpenSSL's, then the kernel's queue. Being out of
/// descriptors pauses accepting and nothing else.
final class HandshakeAgent: Agent {
    /// The way to one session agent.
    struct SessionLane: ~Copyable {
        let handovers: RecordProducer
        let doorbell: Doorbell
    }

    /// How often deadlines are looked at: a scan of all places is a few microseconds.
    static let scanMs: UInt64 = 100
    /// How long an idle agent sleeps at most, so that a watchdog sees it turn.
    static let idleWaitMs: Int32 = 500
    static let listenerToken = UInt64.max
    private static let doorbellToken = UInt64.max - 1
    /// Marks the tokens of connections before their handshake; numbers of a table have 56 bits.
    static let lobbyBit: UInt64 = 1 << 62
    /// Sockets looked at in one turn. More than are served: among them those with a press are found first.
    private static let socketsPerLook = 1_024
    /// The longest ClientHello that is looked at; a longer one waits like any other.
    private static let scratchBytes = 16_384

    let name = "sos-handshake"
    let listener: Descriptor
    var trust: TrustView
    /// Handshakes under way, by address.
    var addresses: AddressCounts
    /// Connections without a whole ClientHello, by address.
    var silentAddresses: AddressCounts
    /// Connections that wait behind their ClientHello, by address.
    var waitingAddresses: AddressCounts
    let helloReader: ClientHelloReader
    private let lane: SessionLane
    let epoll: Epoll
    private let doorbell: Doorbell
    let limits: UnitTransportLimits
    let counters: Counters
    let reports: ReportSender

    /// ``UnitTransportLimits/descriptorsMax``; tests move it.
    var descriptorsMax: Int32
    /// Takes a connection from the listener; tests play a kernel in trouble here.
    var acceptOne: (borrowing Descriptor) throws(Errno) -> Accepted? = Sockets.accept

    var table: SlotTable<Handshake>
    /// Connections before their handshake.
    var lobby: SlotTable<Arrival>
    /// The order of those in the lobby whose ClientHello is whole.
    var queue: AdmissionQueue
    private var ready: [EpollEvent]
    private var readyCount = 0
    /// What this turn found: sockets of the lobby, and handshakes that can go on, those with a press apart.
    var arrivals: [UInt64] = []
    var pressSteps: [UInt64] = []
    var steps: [UInt64] = []
    var isListening = true
    /// No accept before this: the system was out of something.
    var acceptAgainAt = MonotonicTime(nanoseconds: 0)
    private var nextScanAt = MonotonicTime(nanoseconds: 0)
    private var waiting = 0
    private var handedOver = 0
    /// Connections let on, for a turn to know what it did.
    var letOnCount = 0
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: scratchBytes, alignment: 16)

    /// - Throws: ``Errno`` when the process has no descriptor left.
    init(
        listener: consuming Descriptor, trust: TrustInForce, lane: consuming SessionLane,
        limits: UnitTransportLimits, counters: Counters, reports: ReportSender
    ) throws(Errno) {
        epoll = try Epoll()
        doorbell = try Doorbell()
        try epoll.add(listener.rawValue, events: .readable, token: Self.listenerToken)
        try epoll.add(doorbell.fileDescriptor, events: .readable, token: Self.doorbellToken)
        self.listener = listener
        self.trust = TrustView(trust)
        addresses = AddressCounts(limit: limits.handshakesPerAddressMax)
        silentAddresses = AddressCounts(limit: limits.handshakesPerAddressMax)
        waitingAddresses = AddressCounts(limit: limits.waitingPerAddressMax)
        do throws(TLSError) {
            helloReader = try ClientHelloReader()
        } catch {
            throw Errno.noMemory
        }
        self.lane = lane
        self.limits = limits
        descriptorsMax = limits.descriptorsMax
        self.counters = counters
        self.reports = reports
        table = SlotTable(limit: limits.handshakesMax)
        lobby = SlotTable(limit: limits.waitingMax)
        queue = AdmissionQueue(pressTurnsMax: limits.pressTurnsPerAddressMax)
        ready = [EpollEvent](repeating: EpollEvent(), count: Self.socketsPerLook)
    }

    deinit { scratch.deallocate() }

    /// Handshakes under way.
    var underway: Int { table.count }

    /// Connections that are not let on yet.
    var inLobby: Int { lobby.count }

    func doWork(now: Instant) -> Int {
        _ = trust.refresh()
        var worked = retryHandovers(now: now)
        if readyCount == 0 { look(waitMs: 0) }
        worked += readyCount
        var hasNewcomers = false
        for index in 0..<readyCount {
            if ready[index].token == Self.listenerToken { hasNewcomers = true } else { sort(ready[index]) }
        }
        readyCount = 0
        // Before anybody is served: no work for one whose time is over.
        if nextScanAt <= now.monotonic {
            nextScanAt = now.monotonic.advanced(byNanoseconds: Self.scanMs * 1_000_000)
            worked += scan(now: now)
        }
        worked += serveTurn(now: now)
        if hasNewcomers { accept(now: now) }
        if handedOver > 0 {
            handedOver = 0
            lane.handovers.publish()
            lane.doorbell.ring()
        }
        reports.publish()
        return worked
    }

    func waitForWork() {
        doorbell.prepareToSleep()
        // The bell rings only to end the agent or to end a sleep, so there is nothing to look at first.
        let isAtWork = table.count > 0 || lobby.count > 0 || !isListening
        look(waitMs: waiting > 0 ? 1 : (isAtWork ? Int32(Self.scanMs) : Self.idleWaitMs))
        doorbell.cancelSleep()
    }

    func wake() { doorbell.ring() }

    /// Ends every handshake and stops listening. After the agent's thread was joined.
    func shutDown() {
        for place in 0..<table.places where table.isTaken(place) { close(place) }
        for place in 0..<lobby.places where lobby.isTaken(place) { _ = leaveLobby(place) }
        if isListening { listen(false) }
        reports.publish()
    }

    private func look(waitMs: Int32) {
        do throws(Errno) {
            readyCount = try epoll.wait(into: &ready, timeoutMs: waitMs)
        } catch {
            preconditionFailure("our own epoll is always valid: \(error)")
        }
    }

    /// Notes what can be done for a socket; cheap, because there may be many.
    private func sort(_ event: EpollEvent) {
        let token = event.token
        if token == Self.doorbellToken {
            doorbell.drain()
        } else if token & Self.lobbyBit != 0 {
            arrivals.append(token)
        } else if let place = table.place(of: token) {
            switch table[place].pointee.phase {
            case .handingOver: break
            case .lingering: if table[place].pointee.tls.discardInput(scratch) { close(place) }
            case .handshaking:
                if table[place].pointee.hasPress { pressSteps.append(token) } else { steps.append(token) }
            }
        }
    }

    // MARK: Handshakes

    /// Goes on with a handshake. Up to 0.7 ms.
    func advance(_ place: Int, now: Instant) {
        let handshake = table[place]
        switch handshake.pointee.tls.handshake() {
        case .wantRead: watch(place, .readable)
        case .wantWrite: watch(place, .writable)
        case .failed(let failure): fail(place, failure, now: now)
        case .done:
            do throws(HandshakeFailure) {
                let (unit, certificate) = try identify(handshake, now: now)
                counters.add(.handshakesCompleted)
                handshake.pointee.tls.limitTicketLife()
                handshake.pointee.phase = .handingOver(unit, certificate)
                waiting += 1
                // Its events would only be in the way: the session agent watches it from now on.
                try? epoll.remove(handshake.pointee.tls.fd)
                if !handOver(place) { return }
            } catch {
                sayUnable(handshake, error)
                fail(place, error, now: now)
            }
        }
    }

    /// TLS stands here, so the unit gets to know why; best effort.
    private func sayUnable(_ handshake: UnsafeMutablePointer<Handshake>, _ failure: HandshakeFailure) {
        let code: UnableCode = failure.kind == .identity || failure.kind == .alpn ? .identity : .revoked
        let message = GatewayMessage.unable(Unable(code, text: failure.detail))
        guard let count = message.encode(into: scratch) else { return }
        _ = handshake.pointee.tls.write(UnsafeRawBufferPointer(rebasing: scratch[..<count]))
        handshake.pointee.tls.finishWriting()
    }

    private func identify(
        _ handshake: UnsafeMutablePointer<Handshake>, now: Instant
    ) throws(HandshakeFailure) -> (UnitID, PeerCertificate) {
        guard handshake.pointee.tls.speaksUnitProtocol else {
            throw HandshakeFailure(.alpn, detail: "\(TLSContext.applicationProtocol) was not agreed on")
        }
        let unit = try handshake.pointee.tls.peerUnitID()
        return (unit, try judge(handshake, unit, now: now))
    }

    private func watch(_ place: Int, _ events: EpollEvents) {
        // A descriptor that is registered cannot fail to be modified, but for memory: then the deadline ends it.
        try? epoll.modify(table[place].pointee.tls.fd, events: events, token: table.number(of: place))
    }

    /// Counts, reports, and closes; an alert or UNABLE that was just sent gets its time to arrive.
    private func fail(_ place: Int, _ failure: HandshakeFailure, now: Instant) {
        let handshake = table[place]
        counters.add(failure.kind.counter)
        report(.handshakeFailed(failure.kind), peer: handshake.pointee.peer, failure.detail, now: now)
        switch failure.kind {
        case .timeout, .peerClosed: close(place)
        default:
            handshake.pointee.tls.closeWriting()
            handshake.pointee.phase = .lingering
            handshake.pointee.deadline = now.monotonic
                .advanced(byNanoseconds: UInt64(limits.lingerMs) * 1_000_000)
            watch(place, .readable)
        }
    }

    func close(_ place: Int) {
        addresses.leave(table[place].pointee.peer)
        if case .handingOver = table[place].pointee.phase { waiting -= 1 }
        _ = table.remove(place)
    }

    /// Looks at every deadline, and whether accepting can go on.
    private func scan(now: Instant) -> Int {
        var ended = scanLobby(now: now)
        if table.count > 0 {
            for place in 0..<table.places where table.isTaken(place) {
                let handshake = table[place]
                guard handshake.pointee.deadline <= now.monotonic else { continue }
                ended += 1
                switch handshake.pointee.phase {
                case .handshaking:
                    let text = "not done after \(limits.handshakeDeadlineS) s"
                    fail(place, HandshakeFailure(.timeout, detail: text), now: now)
                case .lingering: close(place)
                case .handingOver: continue
                }
            }
        }
        if !isListening && acceptAgainAt <= now.monotonic && hasRoomInLobby(now: now) { listen(true) }
        return ended
    }

    // MARK: Handing over

    private func retryHandovers(now: Instant) -> Int {
        guard waiting > 0 else { return 0 }
        let before = waiting
        for place in 0..<table.places where table.isTaken(place) {
            guard case .handingOver = table[place].pointee.phase else { continue }
            if !handOver(place) { break }
        }
        return before - waiting
    }

    /// - Returns: false when the lane is full; the connection waits.
    private func handOver(_ place: Int) -> Bool {
        guard case .handingOver(let unit, let certificate) = table[place].pointee.phase else { return true }
        // Room first: once written it cannot fail.
        let peer = table[place].pointee.peer
        let raw = table[place].pointee.tls.words
        let result = lane.handovers.append(kind: Handover.kind, bodyBytesMax: Handover.bodyBytes) {
            Handover(raw: raw, peer: peer, unit: unit, certificate: certificate).encode(into: $0)
        }
        guard result == .appended else { return false }
        waiting -= 1
        handedOver += 1
        addresses.leave(peer)
        // The record owns the connection now; what is left here must not close it.
        table.remove(place).giveAway()
        return true
    }

    func report(_ what: ConnectionReport.What, peer: SocketAddress, _ detail: String, now: Instant) {
        reports.send(ConnectionReport(at: now.wall, peer: peer, unit: nil, what: what, detail: detail))
    }
}
