// The pure core: the one writer of every alert. Events in, effects out; no clock, no file, no socket.
// One thread owns it. The rules stand in Docs/alert-life.md; each group of events has its own file.

public import AlertModel

/// The state machine behind all queues: its state is the fold of the journal.
///
/// ``step(_:sequence:at:effects:)`` applies a durable event and ``observe(_:at:effects:)`` a routine one.
/// Two dispatchers that took the same steps hold the same state, whatever they observed
/// (``stateHash()`` compares them).
///
/// Cost: a heartbeat is one look-up and allocates nothing; an urgent event takes O(log n) in the open
/// alerts of a centre. Memory: one object a unit ever seen (at most one for each certificate), one an
/// open alert, and for ever about 48 bytes a press and 48 bytes a closed alert.
///
/// `@unchecked Sendable`: it cannot be copied, and the objects that it holds are reachable from nowhere
/// else, so moving it to another thread moves everything.
public struct Dispatcher: ~Copyable, @unchecked Sendable {
    /// Connections a unit may hold; a further one closes the oldest.
    public static var linksPerUnitMax: Int { LinkPair.linksMax }

    /// Holds alerts while not even a default centre is known: an alert is never without a queue.
    public static let unassignedCentre: CentreID = {
        guard let centre = try? CentreID("unassigned") else {
            preconditionFailure("the reserved centre's name is a valid identifier")
        }
        return centre
    }()

    // No property has a value of its own here: a new one does not compile until both initialisers, and with
    // them the snapshot, know it.
    var defaultCentre: CentreID?
    var centresByID: [CentreID: CentreRecord]
    /// Every unit that any durable event named, with its presses.
    var units: [UnitID: UnitState]
    /// Open alerts, and closed ones whose unit has not confirmed that yet: at most one a unit.
    var alerts: [AlertID: AlertState]
    var queues: [CentreID: AlertQueue]
    var closedAlerts: [AlertID: ClosedAlert]
    /// How each centre wants its unclaimed alerts treated; one without an entry goes by the defaults.
    var policies: [CentreID: CentrePolicy]
    /// How each centre stands of which anything is known.
    var situations: [CentreID: CentreSituation]
    /// The gateway's rules of supervision, as its last start brought them.
    var supervision: SupervisionPolicy
    /// Kinds of unit.
    var profiles: [ProfileID: ProfileRecord]
    /// Open outages by their alert.
    var outages: [AlertID: Outage]
    /// Maintenance under way by the journal record that began it.
    var maintenance: [JournalSequence: Maintenance]
    /// Who shares what, and who was lost lately; made from the units.
    var census: Census
    /// What routine reports showed and no record says yet. In no snapshot: it shows again.
    var findings: [Event]
    /// Which places belong to which centre.
    var areaTable: AreaTable
    /// The time of the latest record, and everything that falls due.
    var clock: JournalClock
    var deadlines: Deadlines

    /// Totals since the first journal record.
    public internal(set) var totals: DispatchTotals
    /// The latest journal record that was applied.
    public private(set) var lastSequence: JournalSequence
    /// The latest journal record that changed an alert: a history that knows it knows everything.
    public internal(set) var lastAlertChange: JournalSequence

    /// A dispatcher before the first journal record.
    public init() {
        self.init(
            defaultCentre: nil, centresByID: [:], units: [:], alerts: [:], queues: [:], closedAlerts: [:],
            policies: [:], situations: [:], supervision: SupervisionPolicy(), profiles: [:], outages: [:],
            maintenance: [:], areaTable: AreaTable(), clock: JournalClock(), deadlines: Deadlines(),
            totals: DispatchTotals(),
            lastSequence: .zero, lastAlertChange: .zero)
    }

    /// A dispatcher out of all its parts, for a snapshot.
    init(
        defaultCentre: CentreID?, centresByID: [CentreID: CentreRecord], units: [UnitID: UnitState],
        alerts: [AlertID: AlertState], queues: [CentreID: AlertQueue], closedAlerts: [AlertID: ClosedAlert],
        policies: [CentreID: CentrePolicy],
        situations: [CentreID: CentreSituation], supervision: SupervisionPolicy,
        profiles: [ProfileID: ProfileRecord], outages: [AlertID: Outage],
        maintenance: [JournalSequence: Maintenance], areaTable: AreaTable, clock: JournalClock,
        deadlines: Deadlines,
        totals: DispatchTotals,
        lastSequence: JournalSequence, lastAlertChange: JournalSequence
    ) {
        self.defaultCentre = defaultCentre
        self.centresByID = centresByID
        self.units = units
        self.alerts = alerts
        self.queues = queues
        self.closedAlerts = closedAlerts
        self.policies = policies
        self.situations = situations
        self.supervision = supervision
        self.profiles = profiles
        self.outages = outages
        self.maintenance = maintenance
        census = Census(of: units)
        findings = []
        self.areaTable = areaTable
        self.clock = clock
        self.deadlines = deadlines
        self.totals = totals
        self.lastSequence = lastSequence
        self.lastAlertChange = lastAlertChange
    }

    /// Applies an event that is durable.
    ///
    /// - Parameters:
    ///   - event: urgent; a routine one changes nothing but what is known of the unit's condition.
    ///   - sequence: its journal record, greater than every earlier one. A new alert takes it as its number.
    ///   - time: the record's time.
    ///   - effects: what is to be done is appended, in order; the caller keeps and empties the array.
    public mutating func step(
        _ event: Event, sequence: JournalSequence, at time: Instant, effects: inout [Effect]
    ) {
        precondition(sequence > lastSequence, "journal records are applied once and in order")
        lastSequence = sequence
        clock.advance(to: time, isNewProcess: event.kind == .gatewayStarted)
        let now = time.wall
        switch event {
        case .gatewayStarted(let started): gatewayStarted(started, at: now, effects: &effects)
        case .centreRegistered(let centre): centreRegistered(centre, effects: &effects)
        case .unitRegistered(let record): unitRegistered(record, effects: &effects)
        case .unitRemoved(let unit): unitRemoved(unit, effects: &effects)
        case .policyChanged(let policy): policyChanged(policy)
        case .profileRegistered(let profile): profileRegistered(profile)
        case .areaRegistered(let part): areaRegistered(part)
        case .areaRemoved(let area): areaRemoved(area)
        case .centreRemoved(let centre): centreRemoved(centre, effects: &effects)
        case .linkUp(let link): linkUp(link, at: now, effects: &effects)
        case .linkDown(let link): linkDown(link, at: now, effects: &effects)
        case .press(let press): pressed(press, at: now, effects: &effects)
        case .cancel(let cancel): cancelled(cancel, at: now, effects: &effects)
        case .faultBegan(let report): fault(report, isActive: true, at: now, effects: &effects)
        case .faultEnded(let report): fault(report, isActive: false, at: now, effects: &effects)
        case .stageConfirmed(let confirmation): stageConfirmed(confirmation, effects: &effects)
        case .alertShown(let shown): alertShown(shown, at: now, effects: &effects)
        case .officerAction(let action): officerActed(action, at: now, effects: &effects)
        case .centreWatched(let watched): centreWatched(watched, effects: &effects)
        case .centreStateSet(let set): centreStateSet(set, effects: &effects)
        case .maintenanceSet(let set): maintenanceSet(set, at: now, effects: &effects)
        case .maintenanceEnded(let ended): maintenanceEnded(ended, at: now, effects: &effects)
        case .unitCommanded(let command): unitCommanded(command, at: now, effects: &effects)
        case .unitCommandAnswered(let answer): unitCommandAnswered(answer, at: now, effects: &effects)
        case .conditionFound(let found): conditionFound(found, at: now, effects: &effects)
        case .timerFired(let fired): timerFired(fired, at: now, effects: &effects)
        case .auditFound(let alert): auditFound(alert, effects: &effects)
        case .heartbeat, .position: observe(event, at: time, effects: &effects)
        }
    }

    /// Takes a routine event: the latest of a unit counts. Never changes an alert; nothing is kept of a
    /// unit that no durable event named. Allocates nothing.
    ///
    /// - Parameters:
    ///   - event: a heartbeat or a position; anything else is a mistake of the program.
    ///   - time: when it was taken from the ring.
    ///   - effects: what is to be done is appended; nothing in this version.
    public mutating func observe(_ event: Event, at time: Instant, effects: inout [Effect]) {
        switch event {
        case .heartbeat(let unit, let heartbeat):
            guard let state = units[unit] else { return }
            state.routine.heartbeat = heartbeat
            state.routine.heardAt = time
        case .position(let unit, let position):
            guard let state = units[unit] else { return }
            examine(position, of: state, at: time)
            state.routine.position = position
            state.routine.heardAt = time
        default: preconditionFailure("an urgent event must go through the journal")
        }
    }
}

/// What happened since the first journal record.
public struct DispatchTotals: Hashable, Sendable {
    /// Different presses, test calls included.
    public internal(set) var pressesStored: UInt64
    /// Presses that came again.
    public internal(set) var pressesRepeated: UInt64
    public internal(set) var testCalls: UInt64
    public internal(set) var alertsRaised: UInt64
    /// Claims that were won.
    public internal(set) var alertsClaimed: UInt64
    public internal(set) var alertsClosed: UInt64
    public internal(set) var commandsRefused: UInt64
    /// Deadlines that fell due and still stood.
    public internal(set) var timersFired: UInt64
    /// Steps that unclaimed alerts went on.
    public internal(set) var escalations: UInt64
    /// Alerts that the auditor found and raised.
    public internal(set) var auditsFound: UInt64
    /// Units that did not come back in their reporting time.
    public internal(set) var unitsLost: UInt64 = 0
    /// Alerts for conditions of units, outages not included.
    public internal(set) var technicalAlerts: UInt64 = 0
    /// Outages of many units.
    public internal(set) var outages: UInt64 = 0
    /// Test calls that did not come in time.
    public internal(set) var testsMissed: UInt64 = 0
    /// Commands to units.
    public internal(set) var unitCommands: UInt64 = 0
    /// Those that had no result in time.
    public internal(set) var unitCommandsTimedOut: UInt64 = 0

    /// Nothing happened yet.
    init() {
        self.init(
            pressesStored: 0, pressesRepeated: 0, testCalls: 0, alertsRaised: 0, alertsClaimed: 0, alertsClosed: 0,
            commandsRefused: 0, timersFired: 0, escalations: 0, auditsFound: 0)
    }

    /// Totals out of all their parts, for a snapshot.
    init(
        pressesStored: UInt64, pressesRepeated: UInt64, testCalls: UInt64, alertsRaised: UInt64,
        alertsClaimed: UInt64, alertsClosed: UInt64, commandsRefused: UInt64,
        timersFired: UInt64, escalations: UInt64, auditsFound: UInt64
    ) {
        self.pressesStored = pressesStored
        self.pressesRepeated = pressesRepeated
        self.testCalls = testCalls
        self.alertsRaised = alertsRaised
        self.alertsClaimed = alertsClaimed
        self.alertsClosed = alertsClosed
        self.commandsRefused = commandsRefused
        self.timersFired = timersFired
        self.escalations = escalations
        self.auditsFound = auditsFound
    }
}
