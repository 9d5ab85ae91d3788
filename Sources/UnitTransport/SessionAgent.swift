// Serves established connections: TLS records in, events out; answers in, frames out. This file has the
// agent's state and its turn; the other SessionAgent files have what a turn is made of.

internal import AlertModel
internal import EventRing
internal import LinuxIO
internal import Telemetry
internal import UnitProtocol

/// Owns every connection from the end of its handshake to its own end.
///
/// Owned by its thread. A turn is bounded everywhere, so a flooding unit costs the others one visit of
/// ``UnitTransportLimits/framesPerTurnMax`` frames. In the steady state a frame costs no allocation: it is read
/// into the agent's scratch memory, decoded there, and encoded straight into the ring's slot.
final class SessionAgent: Agent {
    /// What the agent is connected to.
    struct Lanes: ~Copyable {
        let urgent: RecordProducer
        let routine: RecordProducer
        let answers: RecordConsumer
        let handovers: RecordConsumer
    }

    /// Whom the agent wakes.
    struct Bells {
        let journal: Doorbell
        let dispatch: Doorbell
    }

    /// How long an idle agent sleeps at most, so that a watchdog sees it turn.
    static let idleWaitMs: Int32 = 500
    /// A frame's remainder of up to 16 KiB, and behind it a whole TLS record of 16 KiB.
    static let scratchBytes = 40 * 1_024
    private static let doorbellToken = UInt64.max
    /// Sockets served between two looks for something urgent to publish: some 200 µs at most.
    private static let socketsPerPublish = 16

    let name: String
    /// The ``LinkID/agent`` of its links.
    let number: UInt8
    let lanes: Lanes
    private let bells: Bells
    /// Rung by the dispatcher after answers, and by the handshake agent.
    let doorbell: Doorbell
    private var reportingTimes: ReportingTimes.View
    var trust: TrustView
    /// The place from which links are still to be judged after trust changed; nil when all are.
    var judgedTo: Int?
    /// Connections before their HELLO, by address.
    var waitingForHello: AddressCounts
    let limits: UnitTransportLimits
    let counters: Counters
    let reports: ReportSender
    let epoll: Epoll
    let pool = BlockPool()
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: scratchBytes, alignment: 64)

    /// Where a frame to send is made.
    let outgoing = UnsafeMutableRawBufferPointer.allocate(byteCount: Limits.frameBytesMax, alignment: 64)

    var table: SlotTable<Connection>
    var wheel: DeadlineWheel
    private var ready: [EpollEvent]
    private var readyCount = 0
    private var lastTurnAt: MonotonicTime
    /// Numbers of connections with frames that wait for a later turn.
    var resuming: [UInt64] = []
    /// Taken from ``resuming`` at the start of a turn; two arrays, so that neither is made anew.
    var resumingNow: [UInt64] = []
    /// Numbers of connections with something to send.
    var dirty: [UInt64] = []
    /// Ends of links that the full urgent lane did not take yet.
    var downs: [LinkDown] = []
    /// Numbers of connections that ended from outside and are not cleared up yet.
    var hangUps: [UInt64] = []
    /// Whether more sockets may be ready than this turn served.
    private(set) var isBusy = false
    var hasUrgent = false
    /// Routine events published or about to be since the dispatcher's bell was rung for them.
    var routineUnrung = 0
    /// Whose links can be carried on.
    var sessions: ResumeTable
    /// Links that said HELLO and have not ended.
    var openLinks = 0
    /// Where units are sent while the gateway is emptied.
    var drain: Drain.View
    /// Units that get a session ticket when there is time.
    var tickets = TicketQueue()

    /// - Parameters:
    ///   - number: which of the session agents it is.
    ///   - reportingTimes: of units whose profile says another time than the limits.
    ///   - trust: judges links again when it changes.
    ///   - drain: sends links elsewhere while it has an order.
    ///   - now: the time of its clock.
    /// - Throws: ``Errno`` when the process has no descriptor left.
    init(
        number: UInt8, lanes: consuming Lanes, bells: Bells, doorbell: Doorbell, limits: UnitTransportLimits,
        reportingTimes: ReportingTimes, trust: TrustInForce, drain: Drain, counters: Counters,
        reports: ReportSender, now: Instant
    ) throws(Errno) {
        name = "sos-session-\(number)"
        epoll = try Epoll()
        try epoll.add(doorbell.fileDescriptor, events: .readable, token: Self.doorbellToken)
        self.number = number
        self.lanes = lanes
        self.bells = bells
        self.doorbell = doorbell
        self.limits = limits
        self.reportingTimes = ReportingTimes.View(reportingTimes)
        self.trust = TrustView(trust)
        self.drain = Drain.View(drain)
        // Every link, and as many lost ones.
        sessions = ResumeTable(limit: min(2 * limits.connectionsMax, 1 << 20))
        waitingForHello = AddressCounts(limit: limits.waitingForHelloPerAddressMax)
        self.counters = counters
        self.reports = reports
        table = SlotTable(limit: limits.connectionsMax)
        wheel = DeadlineWheel(now: now.monotonic)
        lastTurnAt = now.monotonic
        ready = [EpollEvent](repeating: EpollEvent(), count: limits.socketsPerTurnMax)
    }

    deinit {
        _ = lanes.handovers.drain(max: Int.max) { _, body in
            if let handover = try? Handover(body) { _ = TLSConnection(retaking: handover.raw) }
            return .next
        }
        // Queues are trivial values: their blocks are given back here, before the pool goes.
        for place in 0..<table.places where table.isTaken(place) { release(table[place]) }
        scratch.deallocate()
        outgoing.deallocate()
    }

    /// Connections, lingering ones included.
    var connections: Int { table.count }

    func doWork(now: Instant) -> Int {
        lastTurnAt = now.monotonic
        var worked = retryDowns()
        worked += takeAnswers(now: now)
        worked += resume(now: now)
        worked += serveSockets(now: now)
        worked += clearHangUps(now: now)
        worked += adopt(now: now)
        worked += judgeLinks(now: now)
        worked += drainLinks(now: now)
        worked += expire(now: now)
        if worked == 0 { sendTicket(now: now) }
        flushDirty(now: now)
        publish()
        return worked
    }

    func waitForWork() {
        doorbell.prepareToSleep()
        if lanes.answers.isEmpty && lanes.handovers.isEmpty && judgedTo == nil && !trust.isStale {
            // A full lane rings no bell when it has room again: look every millisecond.
            let isHeld = !resuming.isEmpty || !downs.isEmpty || !hangUps.isEmpty
            let most = drainWaitMs(most: Self.idleWaitMs, from: lastTurnAt)
            look(waitMs: isHeld ? 1 : tickets.waitMs(most: wheel.waitMs(from: lastTurnAt, most: most)))
        }
        doorbell.cancelSleep()
    }

    func wake() { doorbell.ring() }

    /// Makes what the turn appended visible and wakes whoever waits for it.
    func publish() {
        publishUrgent()
        if routineUnrung > 0 {
            lanes.routine.publish()
            if routineUnrung >= limits.routineBatch {
                routineUnrung = 0
                bells.dispatch.ring()
            }
        }
        reports.publish()
    }

    private func publishUrgent() {
        guard hasUrgent else { return }
        hasUrgent = false
        lanes.urgent.publish()
        bells.journal.ring()
    }

    private func look(waitMs: Int32) {
        do throws(Errno) {
            readyCount = try epoll.wait(into: &ready, timeoutMs: waitMs)
        } catch {
            preconditionFailure("our own epoll is always valid: \(error)")
        }
    }

    private func serveSockets(now: Instant) -> Int {
        if readyCount == 0 { look(waitMs: 0) }
        let count = readyCount
        readyCount = 0
        isBusy = count == ready.count
        for index in 0..<count {
            let event = ready[index]
            if event.token == Self.doorbellToken {
                doorbell.drain()
            } else if let place = table.place(of: event.token) {
                let isOver = !event.events.isDisjoint(with: Self.hangUpEvents)
                if isOver && table[place].pointee.phase != .lingering {
                    noteHangUp(place)
                } else {
                    serve(place, event.events, now: now)
                }
            }
            // A press does not wait for all the sockets behind it.
            if index % Self.socketsPerPublish == Self.socketsPerPublish - 1 { publishUrgent() }
        }
        return count
    }

    private func serve(_ place: Int, _ events: EpollEvents, now: Instant) {
        let connection = table[place]
        if connection.pointee.phase == .lingering {
            if connection.pointee.tls.discardInput(scratch) { drop(place) }
            return
        }
        if events.contains(.writable) {
            guard flush(place, now: now) else { return }
        }
        // Whatever came: a read finds out what a failed or hung-up socket has to say, and one that TLS held up
        // until it could write goes on.
        read(place, now: now)
    }

    /// Takes over finished handshakes.
    private func adopt(now: Instant) -> Int {
        lanes.handovers.drain(max: limits.adoptionsPerTurnMax) { _, body in
            do throws(DecodeError) {
                adopt(try Handover(body), now: now)
            } catch {
                preconditionFailure("the handshake agent writes whole records: \(error)")
            }
            return .next
        }
    }

    private func adopt(_ handover: Handover, now: Instant) {
        let tls = TLSConnection(retaking: handover.raw)
        guard !table.isFull else {
            counters.add(.connectionsRefusedBacklog)
            reports.send(
                ConnectionReport(
                    at: now.wall, peer: handover.peer, unit: handover.unit, what: .refused,
                    detail: "\(limits.connectionsMax) connections are open"))
            return
        }
        if case .refused(let isToReport) = waitingForHello.enter(handover.peer) {
            counters.add(.connectionsRefusedAddress)
            guard isToReport else { return }
            let text = "\(limits.waitingForHelloPerAddressMax) connections of this address have not said HELLO yet"
            reports.send(
                ConnectionReport(
                    at: now.wall, peer: handover.peer, unit: handover.unit, what: .refused, detail: text))
            return
        }
        let fd = tls.fd
        let link = LinkID(agent: number, connection: table.nextNumber())
        let place = table.insert(
            Connection(
                tls: tls, peer: handover.peer, unit: handover.unit, certificate: handover.certificate, link: link,
                reportingTimeS: reportingTimes.seconds(for: handover.unit) ?? limits.reportingTimeS,
                phaseSince: now.monotonic, lastFrameAt: now.monotonic))
        counters.add(.linksOpened)
        wheel.reserve(entries: table.places)
        do throws(Errno) {
            try epoll.add(fd, events: Self.registered(.readable), token: table.number(of: place))
            reschedule(place)
            oweTicket(place)
        } catch {
            end(place, .peerClosed, "cannot be watched: \(error)", now: now)
            return
        }
        // Trust may have changed since the handshake.
        if let distrust = trust.judge(handover.certificate) { turnOut(place, distrust, now: now) }
    }

    /// Looks at connections whose tick has passed.
    private func expire(now: Instant) -> Int {
        var worked = 0
        while worked < limits.socketsPerTurnMax, let place = wheel.popDue(at: now.monotonic) {
            worked += 1
            expire(place, now: now)
        }
        return worked
    }

    private func expire(_ place: Int, now: Instant) {
        let connection = table[place]
        // A frame that waits for room in the lane is no silence of the unit's.
        if connection.pointee.isResuming {
            connection.pointee.lastFrameAt = now.monotonic
            if connection.pointee.phase == .awaitingHello { connection.pointee.phaseSince = now.monotonic }
        }
        let next = NextDeadline(connection.pointee, limits: limits)
        guard DeadlineWheel.isDue(next.at, at: now.monotonic) else {
            wheel.schedule(place, at: next.at)
            return
        }
        switch next.meaning {
        case .silence: end(place, .silent, "nothing heard for \(connection.pointee.reportingTimeS) s", now: now)
        case .writeStall:
            end(place, .writeStalled, "took nothing for \(limits.writeStallS) s", now: now)
        case .linger: drop(place)
        case .hello:
            let unable = Unable(.deadline, text: "no HELLO within \(limits.helloDeadlineS) s")
            refuse(place, unable, counter: .framesRefusedDeadline, now: now)
        case .frame:
            let unable = Unable(.deadline, text: "a frame was not whole within \(limits.frameDeadlineS) s")
            refuse(place, unable, counter: .framesRefusedDeadline, now: now)
        }
    }

    /// Sets the wheel to the connection's next deadline; for one that moved nearer.
    func reschedule(_ place: Int) {
        wheel.schedule(place, at: NextDeadline(table[place].pointee, limits: limits).at)
    }
}
