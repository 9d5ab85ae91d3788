// What all consoles know: centres, units, alerts. A value: ConsoleFeed guards it.

import AlertModel

/// The consoles' copy of the dispatcher's state, kept by feed entries.
struct FeedState: Sendable {
    private(set) var centres: [CentreID: CentreRecord] = [:]
    private var situations: [CentreID: CentreStatus] = [:]
    private var units: [UnitID: UnitStatus] = [:]
    private var unitsOfCentre: [CentreID: Set<UnitID>] = [:]
    private var onlineOfCentre: [CentreID: Int] = [:]
    private var open: [AlertID: Alert] = [:]
    private var openOfCentre: [CentreID: Set<AlertID>] = [:]
    private var closed: [AlertID: Alert] = [:]
    /// Closed alerts in the order of closing; the oldest leaves first.
    private var closedOrder: [AlertID] = []
    private var closedFrom = 0
    /// Maintenance under way.
    private(set) var maintenance: [JournalSequence: MaintenanceStatus] = [:]
    /// Commands of each unit, the oldest first: those under way, and the latest that are over.
    private var commands: [UnitID: [UnitCommandStatus]] = [:]
    /// Twice as many as may be under way.
    private static let commandsPerUnitMax = 16
    private let closedMax: Int

    /// - Parameter closedMax: how many closed alerts stay readable.
    init(closedMax: Int) { self.closedMax = closedMax }

    /// Takes one entry in; what consoles are to be told comes back, at most two items.
    mutating func apply(_ entry: FeedEntry, sequence: JournalSequence) -> [FeedItem] {
        switch entry {
        case .centre(let record): apply(record, sequence: sequence)
        case .unit(let status): apply(status, sequence: sequence)
        case .unitGone(let unit): remove(unit, sequence: sequence)
        case .alert(let alert): apply(alert, sequence: sequence)
        case .centreSituation(let status): apply(status, sequence: sequence)
        // The units that it covers are told one by one.
        case .maintenance(let status): apply(status)
        case .unitCommand(let status): apply(status, sequence: sequence)
        case .result: []
        }
    }

    /// The alert and its unit's place; nil when it was never seen or closed too long ago.
    func view(of id: AlertID) -> AlertView? { (open[id] ?? closed[id]).map(view) }

    /// The open alerts of a centre, in no order.
    func openAlerts(of centre: CentreID) -> [AlertView] {
        (openOfCentre[centre] ?? []).compactMap { open[$0] }.map(view)
    }

    /// The units of a centre, in no order.
    func units(of centre: CentreID) -> [UnitStatus] { (unitsOfCentre[centre] ?? []).compactMap { units[$0] } }

    /// A centre and its figures; nil when nobody registered it. Constant time.
    func view(of centre: CentreID) -> CentreView? {
        guard let record = centres[centre] else { return nil }
        return CentreView(
            record: record, situation: situations[centre], openAlerts: openOfCentre[centre]?.count ?? 0,
            unitsOnline: onlineOfCentre[centre] ?? 0, unitsTotal: unitsOfCentre[centre]?.count ?? 0)
    }

    /// The centres of the registered units that a maintenance covers. O(n) for a road.
    func centres(of scope: MaintenanceScope) -> Set<CentreID> {
        switch scope {
        case .unit(let id): Set([units[id]].compactMap { $0 }.filter(\.isRegistered).map(\.record.centre))
        case .road(let road):
            Set(units.values.filter { $0.isRegistered && $0.record.road == road }.map(\.record.centre))
        case .centre(let centre): [centre]
        }
    }

    /// A unit; nil when nobody knows it.
    func unit(_ id: UnitID) -> UnitStatus? { units[id] }

    /// A unit's commands under way and the latest that are over, the oldest first.
    func commands(of unit: UnitID) -> [UnitCommandStatus] { commands[unit] ?? [] }

    private mutating func apply(_ status: UnitCommandStatus, sequence: JournalSequence) -> [FeedItem] {
        var known = commands[status.unit] ?? []
        if let index = known.firstIndex(where: { $0.id == status.id }) {
            known[index] = status
        } else {
            known.append(status)
            if known.count > Self.commandsPerUnitMax, let over = known.firstIndex(where: \.state.isOver) {
                known.remove(at: over)
            }
        }
        commands[status.unit] = known
        guard let centre = units[status.unit]?.record.centre else { return [] }
        return [FeedItem(sequence: sequence, centre: centre, change: .unitCommand(status))]
    }

    private mutating func apply(_ status: MaintenanceStatus) -> [FeedItem] {
        maintenance[status.id] = status.isOver ? nil : status
        return []
    }

    private func view(_ alert: Alert) -> AlertView {
        let record = units[alert.unit]?.record
        return AlertView(alert: alert, place: record?.place ?? "", unitPoint: record?.point)
    }

    private mutating func apply(_ record: CentreRecord, sequence: JournalSequence) -> [FeedItem] {
        guard centres.updateValue(record, forKey: record.id) != record else { return [] }
        return [FeedItem(sequence: sequence, centre: record.id, change: .lists)]
    }

    /// A centre that left the registry is on no list any more.
    private mutating func apply(_ status: CentreStatus, sequence: JournalSequence) -> [FeedItem] {
        let isNew = situations.updateValue(status, forKey: status.centre) != status
        if status.isRemoved {
            guard centres.removeValue(forKey: status.centre) != nil else { return [] }
            return [FeedItem(sequence: sequence, centre: status.centre, change: .lists)]
        }
        guard isNew, let view = view(of: status.centre) else { return [] }
        return [FeedItem(sequence: sequence, centre: status.centre, change: .centre(view))]
    }

    private mutating func apply(_ status: UnitStatus, sequence: JournalSequence) -> [FeedItem] {
        let centre = status.record.centre
        var items: [FeedItem] = []
        if let former = forget(status.record.id), former.record.centre != centre {
            items.append(Self.removal(of: former, sequence: sequence))
        }
        units[status.record.id] = status
        unitsOfCentre[centre, default: []].insert(status.record.id)
        if status.isOnline { onlineOfCentre[centre, default: 0] += 1 }
        let view = UnitView(status: status, isRemoved: false)
        items.append(FeedItem(sequence: sequence, centre: centre, change: .unit(view)))
        return items
    }

    private mutating func remove(_ unit: UnitID, sequence: JournalSequence) -> [FeedItem] {
        commands[unit] = nil
        return forget(unit).map { [Self.removal(of: $0, sequence: sequence)] } ?? []
    }

    private mutating func apply(_ alert: Alert, sequence: JournalSequence) -> [FeedItem] {
        let former = open.removeValue(forKey: alert.id) ?? closed[alert.id]
        if let former { openOfCentre[former.centre]?.remove(alert.id) }
        if alert.isOpen {
            open[alert.id] = alert
            openOfCentre[alert.centre, default: []].insert(alert.id)
        } else {
            keepClosed(alert)
        }
        let formerCentre = former.flatMap { $0.centre == alert.centre ? nil : $0.centre }
        return [
            FeedItem(
                sequence: sequence, centre: alert.centre, formerCentre: formerCentre, change: .alert(view(alert)))
        ]
    }

    private mutating func keepClosed(_ alert: Alert) {
        guard closed.updateValue(alert, forKey: alert.id) == nil else { return }
        closedOrder.append(alert.id)
        if closedOrder.count - closedFrom > closedMax {
            closed[closedOrder[closedFrom]] = nil
            closedFrom += 1
        }
        // Half of the list is spent: copying the rest costs a constant for each alert ever closed.
        if closedFrom > closedMax {
            closedOrder.removeFirst(closedFrom)
            closedFrom = 0
        }
    }

    /// Takes a unit out of every count and gives what it was.
    private mutating func forget(_ unit: UnitID) -> UnitStatus? {
        guard let former = units.removeValue(forKey: unit) else { return nil }
        unitsOfCentre[former.record.centre]?.remove(unit)
        if former.isOnline { onlineOfCentre[former.record.centre, default: 1] -= 1 }
        return former
    }

    private static func removal(of status: UnitStatus, sequence: JournalSequence) -> FeedItem {
        FeedItem(
            sequence: sequence, centre: status.record.centre, formerCentre: nil,
            change: .unit(UnitView(status: status, isRemoved: true)))
    }
}
