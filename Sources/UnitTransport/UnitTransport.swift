// The unit side as one value: listener, handshake agent, session agent, and the ring between them.

public import AlertModel
public import EventRing
public import LinuxIO
internal import Synchronization
public import Telemetry

/// Everything between the units' sockets and the rings.
///
/// ```
/// listener ──▶ HandshakeAgent ──handover ring──▶ SessionAgent ──▶ urgent, routine
///                                                SessionAgent ◀── answers
/// ```
/// There is one session agent; a ``LinkID`` tells which of several, so that more can be added.
///
/// `@unchecked Sendable`: the agents are used by their runners' threads alone, and by ``stop()`` after those
/// ended; the mutex lets one caller at a time start or stop. The other fields never change.
public final class UnitTransport: @unchecked Sendable {
    /// Finished handshakes, two slots each, that may wait for the session agent; full, they wait in the handshake agent.
    static let handoverSlots = 2_048
    /// The handshake agent gets what the others leave: a quarter of their share when the processor is scarce.
    static let handshakeNice: Int32 = 5

    let handshakes: HandshakeAgent
    let sessions: SessionAgent
    private let handshakeRunner: AgentRunner
    private let sessionRunner: AgentRunner
    private let clock: any InstantSource
    private let isStopped = Mutex(false)
    private let reportingTimes: ReportingTimes
    private let trust: TrustInForce
    private let draining: Drain
    private let tickets: TicketKeys?

    /// Ring it after appending to the answer lane.
    public let answersDoorbell: Doorbell

    /// Wires everything; no thread runs yet, but the kernel already queues connections.
    ///
    /// - Parameters:
    ///   - listener: a listening socket; owned from here on.
    ///   - trust: what is in force at the start.
    ///   - tickets: lets units that return resume; nil makes every handshake a full one.
    ///   - reportingTimes: seconds, for units whose profile says another than ``UnitTransportLimits/reportingTimeS``.
    ///   - urgent: takes linkUp, linkDown, press, cancel, faults, confirmations; when it is full, sockets wait.
    ///   - routine: takes heartbeats and positions; when it is full, they are shed and counted.
    ///   - answers: gives ``UnitAnswer`` records.
    ///   - handshakeReports: takes ``ConnectionReport`` records of the handshake agent.
    ///   - sessionReports: takes ``ConnectionReport`` records of the session agent.
    ///   - journalDoorbell: rung after events were published to `urgent`.
    ///   - dispatchDoorbell: rung when enough events were published to `routine`; the dispatcher must look by
    ///     itself now and then.
    ///   - reportDoorbell: rung after reports were published.
    /// - Throws: ``Errno`` when the process has no descriptor left; the start fails with it.
    public init(
        listener: consuming Descriptor, trust: Trust, tickets: TicketKeys? = nil, limits: UnitTransportLimits,
        reportingTimes: [UnitID: UInt16] = [:],
        urgent: consuming RecordProducer, routine: consuming RecordProducer, answers: consuming RecordConsumer,
        handshakeReports: consuming RecordProducer, sessionReports: consuming RecordProducer,
        journalDoorbell: Doorbell, dispatchDoorbell: Doorbell, reportDoorbell: Doorbell, counters: Counters,
        clock: any InstantSource
    ) throws(Errno) {
        let handovers = RecordRing(capacitySlots: Self.handoverSlots)
        let doorbell = try Doorbell()
        let times = ReportingTimes(reportingTimes)
        self.reportingTimes = times
        self.tickets = tickets
        Self.give(tickets, to: trust)
        let trust = TrustInForce(trust)
        self.trust = trust
        let draining = Drain()
        self.draining = draining
        sessions = try SessionAgent(
            number: 0,
            lanes: .init(
                urgent: urgent, routine: routine, answers: answers, handovers: handovers.takeConsumer(0)),
            bells: .init(journal: journalDoorbell, dispatch: dispatchDoorbell), doorbell: doorbell,
            limits: limits, reportingTimes: times, trust: trust, drain: draining, counters: counters,
            reports: ReportSender(lane: sessionReports, doorbell: reportDoorbell, counters: counters),
            now: clock.now())
        handshakes = try HandshakeAgent(
            listener: listener, trust: trust,
            lane: .init(handovers: handovers.takeProducer(), doorbell: doorbell), limits: limits,
            counters: counters,
            reports: ReportSender(lane: handshakeReports, doorbell: reportDoorbell, counters: counters))
        answersDoorbell = doorbell
        handshakeRunner = AgentRunner(handshakes, clock: clock, nice: Self.handshakeNice)
        sessionRunner = AgentRunner(sessions, clock: clock)
        self.clock = clock
    }

    /// Gives new links other reporting times; links that stand keep theirs. Any thread.
    ///
    /// - Parameter times: seconds, for units whose profile says another than ``UnitTransportLimits/reportingTimeS``.
    public func replaceReportingTimes(with times: [UnitID: UInt16]) { reportingTimes.replace(with: times) }

    /// Brings another trust into force: new handshakes use it at once, links that stand are judged by it within a second,
    /// and those that it does not trust end. Any thread.
    public func replaceTrust(with trust: Trust) {
        Self.give(tickets, to: trust)
        self.trust.replace(with: trust)
        answersDoorbell.ring()
    }

    /// Sends units to another gateway, or no more with nil; in force within half a second. Any thread.
    ///
    /// Memory only: the order ends with the process.
    public func drain(to order: DrainOrder?) {
        draining.replace(with: order)
        answersDoorbell.ring()
    }

    /// How far the gateway is emptied. Any thread.
    public var drainStatus: DrainStatus { draining.status }

    /// Before the trust serves anybody. Without memory for it units shake hands in full.
    private static func give(_ tickets: TicketKeys?, to trust: Trust) {
        if let tickets { try? trust.context.useTickets(tickets) }
    }

    /// Starts both agents' threads. Once.
    ///
    /// - Throws: ``Errno`` when the kernel gives no thread; then nothing runs.
    public func start() throws(Errno) {
        try sessionRunner.start()
        do throws(Errno) {
            try handshakeRunner.start()
        } catch {
            sessionRunner.stop()
            throw error
        }
    }

    /// Stops accepting, says GOODBYE to every unit, tells the dispatcher of every link's end, and closes
    /// everything. Blocks until both threads ended; a second call does nothing.
    ///
    /// - Parameter isStoring: false where nothing can be stored any more: units get UNABLE before GOODBYE.
    public func stop(isStoring: Bool = true) {
        isStopped.withLock { isStopped in
            if isStopped { return }
            isStopped = true
            handshakeRunner.stop()
            handshakes.shutDown()
            sessionRunner.stop()
            sessions.shutDown(now: clock.now(), isStoring: isStoring)
        }
    }

    /// Turns made by the handshake agent, for a watchdog. Any thread.
    public var handshakeTurns: UInt64 { handshakeRunner.turns }
    /// Turns made by the session agent, for a watchdog. Any thread.
    public var sessionTurns: UInt64 { sessionRunner.turns }
}
