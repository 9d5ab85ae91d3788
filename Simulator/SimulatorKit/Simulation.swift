// One run: units, paths, gateway, disk, officers and a referee, all driven tick by tick from one seed. What happens
// in a tick stands in a file for each theme.

import AlertDispatch
import AlertModel

/// How a run is set up.
public struct SimulationSettings: Hashable, Sendable {
    /// Decides everything.
    public var seed: UInt64
    /// Ticks of 50 ms with faults; three times as many in every eighth run.
    public var stormTicks = 250
    /// Ticks without faults in which everything must come to its end.
    public var calmTicksMax = 400
    public var unitCount = 5
    public var officerCount = 4
    /// A mistake that the gateway shall make.
    public var plantedBug: PlantedBug?
    /// Whether a line is kept for each event.
    public var keepsTrace = false
    /// Whether segments below the snapshots go; else the whole journal stays on the disk.
    public var removesSegments = true

    /// - Parameter seed: any number.
    public init(seed: UInt64) { self.seed = seed }
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
    /// When the running process was started.
    var startedAt = 0
    /// Consoles of each centre as the running process was told.
    var toldConsoles: [CentreID: Int] = [:]
    var totals = StormTotals()
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    var trace: [TraceLine] = []
    var isCalm = false
    /// Units lost together that are an outage.
    var groupUnitsMin: UInt16 = 5
    /// Ticks with faults in this run.
    var stormTicks = 0
    /// How likely the gateway is killed, and how likely its disk fails, in a tick.
    var killPerMille = 15

    /// - Parameter settings: the same settings give the same run.
    public init(_ settings: SimulationSettings) {
        self.settings = settings
        random = SeededGenerator(seed: settings.seed)
        gateway = SimulatedGateway(bug: settings.plantedBug)
        centres = Self.names("centre", 3)
        units = Self.names("unit", settings.unitCount).map(SimulatedUnit.init)
        officers = Self.names("officer", settings.officerCount).enumerated().map { [centres] number, name in
            SimulatedOfficer(name, home: centres[number % centres.count], centres: centres)
        }
        // Every run has a character, so that rare things also come alone. Some crews are slow: alerts escalate.
        // In a long storm rather nobody works: that is the auditor's.
        let isLong = random.chance(perMille: 120)
        stormTicks = settings.stormTicks * (isLong ? 3 : 1)
        let haste = random.pick(isLong ? [300, 8, 0] : [300, 300, 30, 8, 0]) ?? 300
        for officer in officers { officer.hastePerMille = haste }
        if random.chance(perMille: 250) { officers.last?.delayTicksMax = 60 }
        network.weather = random.pick([.storm, .storm, .storm, .worst, .rain]) ?? .storm
        gateway.syncTicksMax = random.pick([3, 3, 3, 0, 12]) ?? 3
        killPerMille = random.pick(isLong ? [15, 2, 0] : [15, 15, 15, 2, 0]) ?? 15
        groupUnitsMin = random.pick([2, 3, 100]) ?? 100
        gateway.batchMax = random.pick([12, 12, 4, 48]) ?? 12
    }

    static func names<Tag>(_ word: String, _ count: Int) -> [ShortID<Tag>] {
        (0..<count).compactMap { number in try? ShortID<Tag>("\(word)-\(number)") }
    }

    /// Runs until everything came to its end or a checker found something.
    public func run() -> SimulationReport {
        while referee.violations.isEmpty, tick < stormTicks { step() }
        calm()
        while referee.violations.isEmpty, tick < stormTicks + settings.calmTicksMax, !isAtRest { step() }
        if referee.violations.isEmpty { reportUnfinished() }
        for violation in referee.violations {
            tell(.broken, Said("\(violation.rule.rawValue): \(violation.detail)"))
        }
        mix(gateway.dispatcher.stateHash())
        mix(UInt64(tick))
        return SimulationReport(
            seed: settings.seed, hash: hash, violations: referee.violations, totals: sums(), trace: trace)
    }

    private func sums() -> StormTotals {
        var sums = totals
        sums += gateway.totals
        sums += network.totals
        sums.count(.ticks, UInt64(tick))
        sums.count(.records, referee.lastSequence.value)
        let core = referee.shadow.totals
        sums.count(.alerts, core.alertsRaised)
        sums.count(.claims, core.alertsClaimed)
        sums.count(.closes, core.alertsClosed)
        sums.count(.repeats, core.pressesRepeated)
        sums.count(.refusals, core.commandsRefused)
        sums.count(.escalations, core.escalations)
        sums.count(.audits, core.auditsFound)
        sums.count(.findings, referee.model.findings)
        sums.count(.losses, core.unitsLost)
        sums.count(.outages, core.outages)
        sums.count(.technicalAlerts, core.technicalAlerts)
        return sums
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
        comeAndGo()
        deliverFrames()
        for place in units.indices { live(place) }
        for officer in officers { work(officer) }
        settleRushes()
        turnGateway()
        for officer in officers { referee.checkList(of: officer, gateway) }
    }

    func command() -> CommandID {
        nextCommand += 1
        return CommandID(nextCommand)
    }

    // MARK: The story

    /// Adds a line to the story, when one is kept.
    func tell(_ place: TraceLine.Place, _ said: @autoclosure () -> Said) {
        guard settings.keepsTrace else { return }
        let said = said()
        trace.append(TraceLine(tick: tick, place: place, unit: said.unit, alert: said.alert, text: said.text))
    }

    /// What left for a unit: part of the run's hash.
    func note(_ answer: UnitAnswer, of unit: UnitID?) {
        mix(answer.kind.rawValue) { answer.encode(into: $0) }
        tell(.answer, answer.said(to: unit))
    }

    /// What left for consoles: part of the run's hash.
    func note(_ entry: FeedEntry) {
        mix(entry.kind.rawValue) { entry.encode(sequence: .zero, into: $0) }
        tell(.feed, entry.said)
    }

    private func mix(_ kind: UInt8, _ encode: (UnsafeMutableRawBufferPointer) -> Int?) {
        mix(UInt64(kind))
        withUnsafeTemporaryAllocation(byteCount: FeedEntry.bodyBytesMax, alignment: 8) { buffer in
            for byte in buffer.prefix(encode(buffer) ?? 0) { mix(UInt64(byte)) }
        }
    }

    private func mix(_ word: UInt64) { hash = (hash ^ word) &* 0x0000_0100_0000_01B3 }
}
