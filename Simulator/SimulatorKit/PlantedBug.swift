// Bugs put in on purpose, to show that the simulation finds such ones. None is in the gateway.

/// A mistake that the simulated gateway makes when asked to.
public enum PlantedBug: String, CaseIterable, Sendable {
    /// Applies events, and so says `stored`, before the journal is synced.
    case answersBeforeSync
    /// Takes a repeated press for a new one.
    case forgetsRepeats
    /// Tells the loser of a race for a claim that it won.
    case doubleClaim
    /// Leaves out one record when it replays its journal.
    case skipsRecordAtReplay
    /// Gives an alert a lower priority than its category has.
    case wrongPriority
    /// Does not tell units that their alert is closed.
    case neverSaysClosed
    /// Forgets some deadlines that fell due.
    case losesTimers
    /// Loses an urgent event between socket and journal, and says that it is stored.
    case answersWithoutJournal
}

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
    }
    /// The broken rule.
    public let rule: Rule
    /// When, in ticks.
    public let tick: Int
    /// What was seen.
    public let detail: String
    /// One line for a report.
    public var description: String { "tick \(tick): \(rule.rawValue): \(detail)" }
}
