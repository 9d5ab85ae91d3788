// Bugs put in on purpose, to show that the simulation finds such ones. None is in the gateway.

/// A mistake that the simulated gateway makes when asked to.
public enum PlantedBug: String, CaseIterable, Sendable {
    /// Applies events, and so says `stored`, before the journal is synced.
    case answersBeforeSync
    /// Loses an urgent event between socket and journal, and says that it is stored.
    case answersWithoutJournal
    /// Takes a failed sync for a good one.
    case ignoresFailedSync
    /// Takes a repeated press for a new one.
    case forgetsRepeats
    /// Tells the loser of a race for a claim that it won.
    case doubleClaim
    /// Does not tell the loser who won.
    case namesNoWinner
    /// Gives an alert a lower priority than its category has.
    case wrongPriority
    /// Forgets some deadlines that fell due.
    case losesTimers
    /// Does not tell units that their alert is closed.
    case neverSaysClosed
    /// Leaves out one record when it replays its journal.
    case skipsRecordAtReplay
    /// Keeps an old state under a new snapshot's number.
    case mislabelsSnapshots
    /// Removes segments that a start from the snapshot still needs.
    case removesTooMuch
    /// Leaves the last alert out of the list that a console gets when it comes back.
    case forgetsAtResync

    /// The mistake in words.
    public var summary: String {
        switch self {
        case .answersBeforeSync: "an answer before durable"
        case .answersWithoutJournal: "an answer without a record"
        case .ignoresFailedSync: "a failed sync taken for a good one"
        case .forgetsRepeats: "a forgotten duplicate"
        case .doubleClaim: "a double claim"
        case .namesNoWinner: "a loser who does not learn who won"
        case .wrongPriority: "a wrong priority"
        case .losesTimers: "a lost timer"
        case .neverSaysClosed: "a stage that the unit never hears"
        case .skipsRecordAtReplay: "a record left out at replay"
        case .mislabelsSnapshots: "an old state in a new snapshot"
        case .removesTooMuch: "a segment removed too early"
        case .forgetsAtResync: "an alert missing after a reconnect"
        }
    }

    /// The rules of which one must be broken first; anything else would be found by luck.
    public var breaks: Set<Violation.Rule> {
        switch self {
        case .answersBeforeSync, .answersWithoutJournal, .ignoresFailedSync: [.answeredIsDurable]
        case .forgetsRepeats: [.replayGivesState, .agreesWithModel, .answeredIsDurable]
        case .doubleClaim, .namesNoWinner: [.agreesWithModel]
        case .wrongPriority: [.replayGivesState, .agreesWithModel]
        // What is left out may be a press, whose next answer is another one.
        case .skipsRecordAtReplay, .mislabelsSnapshots: [.replayGivesState, .agreesWithModel, .answeredIsDurable]
        case .losesTimers: [.escalationInTime]
        case .neverSaysClosed, .removesTooMuch: [.progress]
        case .forgetsAtResync: [.listIsTrue]
        }
    }
}
