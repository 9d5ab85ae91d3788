// What consoles are told, one item a change, before it becomes text.

import AlertModel

/// An alert with what a console shows beside it.
struct AlertView: Hashable, Sendable {
    let alert: Alert
    /// The place of its unit as people read it; empty for a unit that nobody registered.
    let place: String
    /// Where its unit was surveyed.
    let unitPoint: GeoPoint?
}

/// A unit as one centre sees it.
struct UnitView: Hashable, Sendable {
    let status: UnitStatus
    /// It left the registry or this centre: consoles take it off their list.
    let isRemoved: Bool
}

/// One entry of the consoles' stream.
struct FeedItem: Hashable, Sendable {
    enum Change: Hashable, Sendable {
        case alert(AlertView)
        case unit(UnitView)
        /// Data changed that has no event of its own, such as a centre's name: consoles load their lists again.
        case lists
    }

    /// The journal record that caused it; several items may share one.
    let sequence: JournalSequence
    let centre: CentreID
    /// The centre that an alert was moved away from: it is told, too.
    let formerCentre: CentreID?
    let change: Change

    /// Whether a console of `centres` is told.
    func concerns(_ centres: Set<CentreID>) -> Bool {
        if centres.contains(centre) { return true }
        guard let formerCentre else { return false }
        return centres.contains(formerCentre)
    }
}

/// A centre with the figures of its tile.
struct CentreView: Hashable, Sendable {
    let record: CentreRecord
    let openAlerts: Int
    let unitsOnline: Int
    let unitsTotal: Int
}
