// What others may ask. Copies only; nothing here changes state or reaches an effect out of order.

public import AlertModel

extension Dispatcher {
    /// The alert as it is now; nil for one that was never raised, or that is closed and forgotten.
    public func alert(_ id: AlertID) -> Alert? { alerts[id]?.alert }

    /// The alert that a press raised or was merged into, for ever. A test call has a number of its own.
    public func alert(of press: MessageID) -> AlertID? { units[press.unit]?.presses[press.key]?.alert }

    /// A centre's open alerts, the one to answer first in front. O(n).
    public func openAlerts(_ centre: CentreID) -> [Alert] { openAlertStates(of: centre).map(\.alert) }

    func openAlertStates(of centre: CentreID) -> [AlertState] {
        guard let queue = queues[centre] else { return [] }
        var states: [AlertState] = []
        states.reserveCapacity(queue.count)
        queue.forEach { key in
            if let state = alerts[key.alert] { states.append(state) }
        }
        return states
    }

    /// The open alert that a centre must answer next. O(log n).
    public func nextAlert(_ centre: CentreID) -> Alert? {
        queues[centre]?.first.flatMap { alerts[$0.alert]?.alert }
    }

    /// A unit as consoles see it; nil when no durable event named it.
    public func unit(_ id: UnitID) -> UnitStatus? { units[id]?.status }

    /// Conditions that a unit ever reported, in order of kind.
    public func faults(_ unit: UnitID) -> [UnitFault] { units[unit]?.faults ?? [] }

    /// When the unit's last test call was stored.
    public func lastTestAt(_ unit: UnitID) -> WallTime? { units[unit]?.lastTestAt }

    /// The unit's latest routine reports.
    public func routine(_ unit: UnitID) -> UnitRoutine? { units[unit]?.routine }

    /// Connections a unit holds, oldest first.
    public func links(_ unit: UnitID) -> [LinkID] {
        var links: [LinkID] = []
        units[unit]?.links.forEach { links.append($0) }
        return links
    }

    /// Registered centres in order of identifier.
    public var centres: [CentreRecord] { centresByID.values.sorted { $0.id < $1.id } }

    /// Kinds of unit that the registry brought.
    public var profilesByID: [ProfileID: ProfileRecord] { profiles }

    /// Centres that have or had a queue, in order of identifier; registered or not.
    public var queueCentres: [CentreID] { queues.keys.sorted() }

    /// Units that any durable event named, in order of identifier.
    public var unitIDs: [UnitID] { units.keys.sorted() }

    /// Open alerts of all centres.
    public var openAlertCount: Int { queues.values.reduce(0) { $0 + $1.count } }

    /// Open alerts of one centre.
    public func openAlertCount(_ centre: CentreID) -> Int { queues[centre]?.count ?? 0 }

    /// Units known, registered or not.
    public var unitCount: Int { units.count }

    /// Units with at least one link. O(n).
    public var onlineUnitCount: Int { units.values.reduce(0) { $0 + ($1.links.isEmpty ? 0 : 1) } }

    /// Gives every centre, every unit that consoles have a use for, maintenance, commands to units and every open alert, in an order
    /// that is the same in every process; for a console feed that starts after a replay.
    ///
    /// - Parameter body: takes the entries one by one.
    public func feedSnapshot(_ body: (FeedEntry) -> Void) {
        for centre in centres { body(.centre(centre)) }
        for centre in situations.keys.sorted() { body(.centreSituation(status(of: centre))) }
        for id in unitIDs {
            if let unit = units[id], unit.isVisible { body(.unit(unit.status)) }
        }
        for status in openMaintenance { body(.maintenance(status)) }
        for id in unitIDs {
            for status in openCommands(id) { body(.unitCommand(status)) }
        }
        for centre in queueCentres {
            for alert in openAlerts(centre) { body(.alert(alert)) }
        }
    }
}
