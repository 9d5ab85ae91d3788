// The alert path's wiring: every ring's two ends are handed to the two agents it joins.

import AlertModel
import ConsoleAPI
import EventRing
import JournalFiles
import LinuxIO
import Logging
import Settings
import Telemetry
import UnitTransport

/// Transport and agents, joined and not yet started.
struct AlertPath {
    let transport: UnitTransport
    let agents: Agents
    let desk: CommandDesk
    let registryLane: RegistryLane
    let failure: Failure

    /// - Throws: ``Errno`` when the process has no descriptor left.
    init(
        replay: consuming Replay, feed: ConsoleFeed, history: HistoryKeeper, listener: consuming Descriptor,
        trust: Trust, tickets: TicketKeys, dates: TrustDates, settings: UnitSettings,
        reportingTimes: [UnitID: UInt16],
        counters: Counters,
        clock: any InstantSource, log: Logger
    ) throws(Errno) {
        let lanes = Lanes()
        let bells = try AgentBells()
        let failure = Failure()
        transport = try UnitTransport(
            listener: listener, trust: trust, tickets: tickets, limits: UnitTransportLimits(settings),
            reportingTimes: reportingTimes,
            urgent: lanes.urgent.takeProducer(), routine: lanes.routine.takeProducer(),
            answers: lanes.answers.takeConsumer(0), handshakeReports: lanes.handshakeReports.takeProducer(),
            sessionReports: lanes.sessionReports.takeProducer(), journalDoorbell: bells.core,
            dispatchDoorbell: bells.core, reportDoorbell: bells.clerk, counters: counters, clock: clock)
        // Above the commands of every earlier process: they are counted from their start in nanoseconds.
        desk = CommandDesk(
            lane: lanes.commands.takeProducer(), doorbell: bells.core,
            firstID: UInt64(clamping: clock.now().wall.nanoseconds))

        var urgent = LaneMerge(lanesMax: 3)
        urgent.add(lanes.urgent.takeConsumer(0))
        urgent.add(lanes.commands.takeConsumer(0))
        urgent.add(lanes.registry.takeConsumer(0))
        registryLane = RegistryLane(lane: lanes.registry.takeProducer(), doorbell: bells.core)
        let inbox = ClerkInbox(doorbell: bells.clerk)
        let alarm = SelfAlarm(feed: feed, clerk: inbox, counters: counters, clock: clock)
        let commits = CommitMark()
        let journal = JournalHalf(
            lanes: urgent, sequencer: lanes.sequenced.takeProducer(), committed: lanes.sequenced.takeConsumer(0),
            writer: replay.writer, commits: commits,
            onFailure: { error in
                alarm.raise(.notStoring, "\(error)")
                failure.report(GatewayError(.inputOutput, "journal: \(error); nothing is acknowledged any more"))
            }, onWarning: { alarm.segments($0) })
        let dispatch = DispatchHalf(
            dispatcher: replay.dispatcher, urgent: lanes.sequenced.takeConsumer(1, after: [0]),
            routine: lanes.routine.takeConsumer(0),
            answers: AnswerSender(
                lanes: [.init(producer: lanes.answers.takeProducer(), doorbell: transport.answersDoorbell)],
                counters: counters),
            feed: FeedSender(producer: lanes.feed.takeProducer(), doorbell: bells.feed),
            counters: counters)
        let feeding = FeedAgent(
            entries: lanes.feed.takeConsumer(0), consoleFeed: feed, desk: desk, clerk: inbox,
            doorbell: bells.feed, counters: counters,
            watch: SelfWatch(alarm: alarm, commits: commits, counters: counters, dates: dates, now: clock.now()))
        let clerk = ClerkAgent(
            inbox: inbox, history: history, handshakeReports: lanes.handshakeReports.takeConsumer(0),
            sessionReports: lanes.sessionReports.takeConsumer(0), doorbell: bells.clerk, log: log)
        let core = AlertCore(journal: journal, dispatch: dispatch, doorbell: bells.core)
        agents = Agents(core: core, feed: feeding, clerk: clerk, clock: clock)
        self.failure = failure
    }
}

extension UnitTransportLimits {
    /// The defaults with what the configuration says.
    init(_ settings: UnitSettings) {
        self.init()
        reportingTimeS = settings.reportingTimeS
        connectionsMax = settings.connectionsMax
        handshakesMax = settings.handshakesAtOnceMax
        handshakesPerAddressMax = settings.handshakesPerAddressMax
        waitingForHelloPerAddressMax = settings.waitingForHelloPerAddressMax
        descriptorsMax = Int32(clamping: Self.descriptors(of: DescriptorLimit.raiseToHard()))
    }

    /// What units may have of the process's descriptors: journal, database and consoles keep an eighth, 1,024 at most. A
    /// gateway that cannot open its next segment would be worse than one that lets a unit wait.
    private static func descriptors(of limit: Int) -> Int { limit - min(limit / 8, 1_024) }
}
