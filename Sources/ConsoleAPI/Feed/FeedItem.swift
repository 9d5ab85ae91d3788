// What consoles are told, one item a change, before it becomes text.

import AlertModel

/// An alert with what a console shows beside it.
struct AlertView: Hashable, Sendable {
    /// The alert as of its latest change.
    let alert: Alert
    /// The place of its unit as people read it; empty for a unit that nobody registered.
    let place: String
    /// Where its unit was surveyed.
    let unitPoint: GeoPoint?
}

/// A unit as one centre sees it.
struct UnitView: Hashable, Sendable {
    /// The unit; the last that was known when it is removed.
    let status: UnitStatus
    /// It left the registry or this centre: consoles take it off their list.
    let isRemoved: Bool
}

/// One entry of the consoles' stream, made once and shared by the backlog and every mailbox: a thousand consoles
/// that are behind keep references, not copies.
final class FeedItem: Equatable, Sendable {
    /// What changed.
    enum Change: Hashable, Sendable {
        case alert(AlertView)
        case unit(UnitView)
        /// Its state changed, or whether anybody watches it.
        case centre(CentreView)
        /// A command to a unit was given or came further.
        case unitCommand(UnitCommandStatus)
        /// Data changed that has no event of its own, such as a centre's name: consoles load their lists again.
        case lists
    }

    /// The journal record that caused it; several items may share one.
    let sequence: JournalSequence
    /// The centre that is told.
    let centre: CentreID
    /// The centre that an alert was moved away from: it is told, too.
    let formerCentre: CentreID?
    /// What it is told.
    let change: Change

    init(sequence: JournalSequence, centre: CentreID, formerCentre: CentreID? = nil, change: Change) {
        self.sequence = sequence
        self.centre = centre
        self.formerCentre = formerCentre
        self.change = change
    }

    /// Whether a console of `centres` is told.
    func concerns(_ centres: Set<CentreID>) -> Bool {
        if centres.contains(centre) { return true }
        guard let formerCentre else { return false }
        return centres.contains(formerCentre)
    }

    static func == (left: FeedItem, right: FeedItem) -> Bool {
        left.sequence == right.sequence && left.centre == right.centre && left.formerCentre == right.formerCentre
            && left.change == right.change
    }
}

/// A centre with the figures of its tile.
struct CentreView: Hashable, Sendable {
    /// The registry's entry.
    let record: CentreRecord
    /// How it stands; nil while nothing was ever said of it.
    let situation: CentreStatus?
    /// Alerts in its queue.
    let openAlerts: Int
    /// Units with a connection.
    let unitsOnline: Int
    /// Units that are its own.
    let unitsTotal: Int
}
