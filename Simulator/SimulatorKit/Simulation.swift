// One run: units, paths, gateway, disk, officers and a referee, all driven tick by tick from one seed.

import AlertDispatch
import AlertModel

/// How a run is set up.
public struct SimulationSettings: Hashable, Sendable {
    /// Decides everything.
    public var seed: UInt64
    /// Ticks of 50 ms with faults.
    public var stormTicks = 250
    /// Ticks without faults in which everything must come to its end.
    public var calmTicksMax = 400
    public var unitCount = 5
    public var officerCount = 4
    /// A mistake that the gateway shall make.
    public var plantedBug: PlantedBug?
    /// Whether a line is kept for each event.
    public var keepsTrace = false

    /// - Parameter seed: any number.
    public init(seed: UInt64) { self.seed = seed }
}

/// What a run came to.
public struct SimulationReport: Hashable, Sendable {
    public let seed: UInt64
    /// Of everything that was said and of the state at the end: the same for the same settings.
    public let hash: UInt64
    /// What was broken, in the first tick in which anything was; empty when all is well.
    public let violations: [Violation]
    public let ticks: Int
    public let crashes: Int
    public let journalRecords: UInt64
    public let alerts: UInt64
    /// Presses that were recognised as repeats.
    public let repeats: UInt64
    /// Claims that came second and other refusals.
    public let refusals: UInt64
    /// Steps that unclaimed alerts went on.
    public let escalations: UInt64
    /// Alerts that the auditor raised.
    public let audits: UInt64
    /// One line an event, when asked for.
    public let trace: [String]
}

/// A deterministic run of the pure core under faults.
public final class Simulation {
    let settings: SimulationSettings
    var random: SeededGenerator
    let gateway: SimulatedGateway
    var network = SimulatedNetwork()
    let units: [SimulatedUnit]
    let officers: [SimulatedOfficer]
    let referee = Referee()
    let centres: [CentreID]
    /// Connections that the running process holds.
    var sessions: [LinkID: Int] = [:]
    /// Ends of connections that the gateway has not noticed yet.
    var unnoticed: [(due: Int, link: LinkID, end: LinkEnd)] = []
    /// Which unit a link ever belonged to.
    var unitOfLink: [LinkID: UnitID] = [:]
    var nextConnection: UInt64 = 0
    var nextCommand: UInt64 = 0
    var tick = 0
    var clockOffsetMs: Int64 = 0
    /// When the machine last started: its monotonic clock began then, somewhere.
    var bootTick = 0
    var startsAt: Int? = 0
    var crashes = 0
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    var trace: [String] = []
    var isCalm = false

    /// - Parameter settings: the same settings give the same run.
    public init(_ settings: SimulationSettings) {
        self.settings = settings
        random = SeededGenerator(seed: settings.seed)
        gateway = SimulatedGateway(bug: settings.plantedBug)
        centres = Self.names("centre", 3)
        units = Self.names("unit", settings.unitCount).map(SimulatedUnit.init)
        officers = Self.names("officer", settings.officerCount).map { [centres] in
            SimulatedOfficer($0, centres: centres)
        }
        // Some crews are slow, so that alerts escalate.
        let haste = random.pick([300, 300, 30, 8]) ?? 300
        for officer in officers { officer.hastePerMille = haste }
    }

    private static func names<Tag>(_ word: String, _ count: Int) -> [ShortID<Tag>] {
        (0..<count).compactMap { number in try? ShortID<Tag>("\(word)-\(number)") }
    }

    /// Runs until everything came to its end or a checker found something.
    public func run() -> SimulationReport {
        while referee.violations.isEmpty, tick < settings.stormTicks { step() }
        calm()
        while referee.violations.isEmpty, tick < settings.stormTicks + settings.calmTicksMax, !isAtRest { step() }
        if referee.violations.isEmpty { reportUnfinished() }
        mix(gateway.dispatcher.stateHash())
        mix(UInt64(tick))
        let totals = gateway.dispatcher.totals
        return SimulationReport(
            seed: settings.seed, hash: hash, violations: referee.violations, ticks: tick, crashes: crashes,
            journalRecords: referee.lastSequence.value, alerts: totals.alertsRaised,
            repeats: totals.pressesRepeated, refusals: totals.commandsRefused,
            escalations: totals.escalations, audits: totals.auditsFound, trace: trace)
    }

    var now: Instant {
        let elapsedMs = Int64(tick) * 50
        return Instant(
            wall: WallTime(nanoseconds: (1_795_000_000_000 + elapsedMs + clockOffsetMs) * 1_000_000),
            monotonic: MonotonicTime(nanoseconds: UInt64(tick - bootTick + 1) * 50_000_000))
    }

    private func step() {
        tick += 1
        referee.begin(tick: tick)
        if !isCalm { misfortune() }
        startGatewayIfDue()
        deliverFrames()
        for place in units.indices { live(place) }
        for officer in officers { work(officer) }
        turnGateway()
    }

    /// When the running process was started.
    private var startedAt = 0

    private func turnGateway() {
        let wasRunning = gateway.isRunning
        let output = gateway.turn(tick: tick, at: now, &random)
        referee.read(gateway.disk) { sequence, event in note("journal \(sequence.value)", event) }
        referee.check(output) { unitOfLink[$0] }
        referee.check(gateway)
        if gateway.isRunning { referee.checkSteps(at: now, aliveTicks: tick - startedAt) }
        for answer in output.answers {
            note("to unit", answer)
            guard let place = sessions[answer.link] else { continue }
            if !network.send(.toUnit(unit: place, answer), tick: tick, &random) {
                // A stream has no holes: what is lost takes its connection with it. Units repeat what is
                // not answered, so the other way a hole is allowed and worse.
                units[place].disconnected(answer.link)
                lose(answer.link, .peerClosed, noticedAt: tick + random.below(40))
            }
            // The session agent closes after it has told the unit, and says so.
            if case .close(let link, let end) = answer { lose(link, end, noticedAt: tick) }
        }
        for entry in output.feed {
            note("feed", entry)
            // No officer's business here: the course of a seed does not depend on it.
            if entry.kind == .centreSituation { continue }
            for officer in officers { officer.hear(entry, due: tick + random.below(4)) }
        }
        if wasRunning, !gateway.isRunning { gatewayDied() }
    }

    private func gatewayDied() {
        crashes += 1
        note("crash", tick)
        sessions.removeAll()
        unnoticed.removeAll()
        for officer in officers { officer.reset() }
        for unit in units { for link in unit.paths.compactMap({ $0 }) { unit.disconnected(link) } }
        startsAt = tick + 1 + random.below(5)
    }

    private func startGatewayIfDue() {
        guard !gateway.isRunning, let due = startsAt, tick >= due, let centre = centres.first else { return }
        startsAt = nil
        startedAt = tick
        // Every second time the whole machine was down.
        if random.chance(perMille: 500) { bootTick = tick }
        let isFirst = gateway.disk.durable.isEmpty
        gateway.start(GatewayStarted(defaultCentre: centre), &random)
        referee.check(gateway, isNewProcess: true)
        if isFirst { registerAll() }
        gateway.dispatcher.feedSnapshot { entry in
            for officer in officers { officer.hear(entry, due: tick) }
        }
        note("start", tick)
    }

    /// The last unit stays unregistered.
    private func registerAll() {
        for centre in centres {
            gateway.receive(.centreRegistered(CentreRecord(id: centre, name: "\(centre)")), at: now)
        }
        for centre in centres { gateway.receive(.policyChanged(policy(of: centre)), at: now) }
        for unit in units.dropLast() { register(unit) }
    }

    /// Short times, so that alerts come far within a run; any target may be missing or the centre itself.
    func policy(of centre: CentreID) -> CentrePolicy {
        let first = UInt16(1 + random.below(4))
        let second = first + UInt16(1 + random.below(3))
        let third = second + UInt16(1 + random.below(3))
        func target() -> CentreID? { random.chance(perMille: 700) ? random.pick(centres) : nil }
        return CentrePolicy(
            centre: centre, timesS: (first, second, third), unseenS: UInt16(random.below(4)),
            starvationS: UInt16(random.below(5)), neighbour: target(),
            failover: target(), dutyDesk: target())
    }

    func register(_ unit: SimulatedUnit) {
        guard let centre = random.pick(centres) else { return }
        let record = UnitRecord(id: unit.id, centre: centre, place: "", point: nil, reportingTimeS: 20)
        gateway.receive(.unitRegistered(record), at: now)
    }

    /// Forgets nothing that the gateway must be told later.
    func lose(_ link: LinkID, _ end: LinkEnd, noticedAt due: Int) {
        guard sessions[link] != nil else { return }
        unnoticed.append((due, link, end))
    }

    /// Adds to the run's hash, and to the trace when one is kept.
    func note(_ what: @autoclosure () -> String, _ value: some Hashable) {
        if settings.keepsTrace { trace.append("\(tick) \(what()) \(value)") }
    }

    func note(_ what: String, _ answer: UnitAnswer) {
        mix(answer.kind.rawValue) { answer.encode(into: $0) }
        if settings.keepsTrace { trace.append("\(tick) \(what) \(answer)") }
    }

    func note(_ what: String, _ entry: FeedEntry) {
        mix(entry.kind.rawValue) { entry.encode(sequence: .zero, into: $0) }
        if settings.keepsTrace { trace.append("\(tick) \(what) \(entry)") }
    }

    private func mix(_ kind: UInt8, _ encode: (UnsafeMutableRawBufferPointer) -> Int?) {
        mix(UInt64(kind))
        withUnsafeTemporaryAllocation(byteCount: FeedEntry.bodyBytesMax, alignment: 8) { buffer in
            for byte in buffer.prefix(encode(buffer) ?? 0) { mix(UInt64(byte)) }
        }
    }

    private func mix(_ word: UInt64) { hash = (hash ^ word) &* 0x0000_0100_0000_01B3 }
}
