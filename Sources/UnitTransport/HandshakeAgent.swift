// Accepts TCP connections and does their TLS handshakes, apart from the sessions: one handshake costs a
// thousand heartbeats, and a storm of them must not hold up a press. Runs at lower priority.

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
    let startedAt: MonotonicTime
    var phase = Phase.handshaking
    /// When it is given up.
    var deadline: MonotonicTime

    /// Forgets the connection without ending it: a handover record owns it now.
    consuming func giveAway() { _ = tls.release() }
}

/// Owns the listener and every connection until its handshake is done, then hands it to a session agent.
///
/// Owned by its thread. Bounded: ``UnitTransportLimits/handshakesMax`` at once, then connections wait in the
/// kernel's queue; a slow one makes room. Being out of descriptors pauses accepting and nothing else.
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

    let name = "sos-handshake"
    let listener: Descriptor
    var trust: TrustView
    /// Handshakes under way, by address.
    var addresses: AddressCounts
    private let lane: SessionLane
    let epoll: Epoll
    private let doorbell: Doorbell
    let limits: UnitTransportLimits
    let counters: Counters
    let reports: ReportSender

    /// Takes a connection from the listener; tests play a kernel in trouble here.
    var acceptOne: (borrowing Descriptor) throws(Errno) -> Accepted? = Sockets.accept

    var table: SlotTable<Handshake>
    private var ready: [EpollEvent]
    private var readyCount = 0
    var isListening = true
    /// No accept before this: the system was out of something.
    var acceptAgainAt = MonotonicTime(nanoseconds: 0)
    private var nextScanAt = MonotonicTime(nanoseconds: 0)
    private var waiting = 0
    private var handedOver = 0
    private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 4_096, alignment: 16)

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
        self.lane = lane
        self.limits = limits
        self.counters = counters
        self.reports = reports
        table = SlotTable(limit: limits.handshakesMax)
        ready = [EpollEvent](repeating: EpollEvent(), count: limits.handshakeStepsPerTurnMax)
    }

    deinit { scratch.deallocate() }

    /// Handshakes under way.
    var underway: Int { table.count }

    func doWork(now: Instant) -> Int {
        _ = trust.refresh()
        var worked = retryHandovers(now: now)
        if readyCount == 0 { look(waitMs: 0) }
        worked += readyCount
        for index in 0..<readyCount { serve(ready[index].token, now: now) }
        readyCount = 0
        if nextScanAt <= now.monotonic {
            nextScanAt = now.monotonic.advanced(byNanoseconds: Self.scanMs * 1_000_000)
            worked += scan(now: now)
        }
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
        look(waitMs: waiting > 0 ? 1 : (table.count > 0 || !isListening ? Int32(Self.scanMs) : Self.idleWaitMs))
        doorbell.cancelSleep()
    }

    func wake() { doorbell.ring() }

    /// Ends every handshake and stops listening. After the agent's thread was joined.
    func shutDown() {
        for place in 0..<table.places where table.isTaken(place) { close(place) }
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

    private func serve(_ token: UInt64, now: Instant) {
        switch token {
        case Self.listenerToken: accept(now: now)
        case Self.doorbellToken: doorbell.drain()
        default: if let place = table.place(of: token) { advance(place, now: now) }
        }
    }

    // MARK: Handshakes

    private func advance(_ place: Int, now: Instant) {
        let handshake = table[place]
        switch handshake.pointee.phase {
        case .handingOver: return
        case .lingering:
            if handshake.pointee.tls.discardInput(scratch) { close(place) }
            return
        case .handshaking: break
        }
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
        var ended = 0
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
        if !isListening && acceptAgainAt <= now.monotonic && (!table.isFull || evictable(now: now) != nil) {
            listen(true)
        }
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
