// What a run came to.

public import AlertModel

/// What a checker found.
public struct Violation: Hashable, Sendable, CustomStringConvertible {
    /// The rule that was broken.
    public enum Rule: String, CaseIterable, Hashable, Sendable {
        /// What was answered was not durable, or is gone after a crash.
        case answeredIsDurable
        /// State is not the fold of the journal.
        case replayGivesState
        /// Not the alerts, owners, results that the reference model has.
        case agreesWithModel
        /// A step came later than its time and a bound while the gateway lived.
        case escalationInTime
        /// The auditor did not find an alert that nobody looks at.
        case auditInTime
        /// A unit that is cut off is not known to be lost in its reporting time, or one that is there is called lost.
        case lossIsKnown
        /// A condition that lasts calls nobody, or one that ended still does.
        case faultsCall
        /// A unit is shelved without maintenance, or maintenance does not end in its time.
        case maintenanceIsBoxed
        /// A command to a unit does not end in its time.
        case commandsEnd
        /// A centre's queue is not in order of priority, escalation, age.
        case queueOrder
        /// More than one open alert of a unit.
        case oneAlertAUnit
        /// A stage went back without a release.
        case stageOrder
        /// The dispatcher's own invariants.
        case invariants
        /// After the faults ended, something never came to its end.
        case progress
        /// A console shows another list than the gateway has.
        case listIsTrue
        /// The gateway started from a journal that was read wrongly.
        case refusesDamage
    }
    /// The broken rule.
    public let rule: Rule
    /// When, in ticks.
    public let tick: Int
    /// What was seen.
    public let detail: String
    /// The alert that it is about, if one.
    public let alert: AlertID?
    /// The unit that it is about, if one.
    public let unit: UnitID?
    /// One line for a report.
    public var description: String { "tick \(tick): \(rule.rawValue): \(detail)" }
}

/// What a run came to.
public struct SimulationReport: Hashable, Sendable {
    public let seed: UInt64
    /// Of everything that was said and of the state at the end: the same for the same settings.
    public let hash: UInt64
    /// What was broken, in the first tick in which anything was; empty when all is well.
    public let violations: [Violation]
    /// How much happened.
    public let totals: StormTotals
    /// What happened, line by line, when asked for.
    public let trace: [TraceLine]
}
