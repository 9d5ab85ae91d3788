// The registry as the journal tells it: which centres and units exist, and who serves whom.

import AlertModel

extension Dispatcher {
    /// Reporting time of a unit that nobody registered: the middle class of EN 50136-1.
    private static var unregisteredReportingTimeS: UInt16 { 90 }

    /// Every link of the earlier process is gone, and the default centre may be another.
    mutating func gatewayStarted(_ started: GatewayStarted, at now: WallTime, effects: inout [Effect]) {
        defaultCentre = started.defaultCentre
        supervision = started.supervision
        for id in units.keys.sorted() {
            guard let unit = units[id] else { continue }
            let wasOnline = !unit.links.isEmpty
            if wasOnline {
                unit.links.removeAll()
                unit.linkChangedAt = now
            }
            superviseAfterStart(unit)
            awaitTestAfterStart(of: unit)
            let hasNewCentre = !unit.isRegistered && unit.record.centre != started.defaultCentre
            if hasNewCentre { unit.record = unregisteredRecord(from: unit.record) }
            if wasOnline || hasNewCentre { publish(unit, effects: &effects) }
        }
        forgetConsoles(effects: &effects)
        adoptUnassigned(effects: &effects)
        restateSteps(effects: &effects)
    }

    /// Moves alerts that came before any centre was known to the default centre.
    private mutating func adoptUnassigned(effects: inout [Effect]) {
        guard let defaultCentre, defaultCentre != Self.unassignedCentre else { return }
        for state in openAlertStates(of: Self.unassignedCentre) {
            requeue(state) { $0.alert.centre = defaultCentre }
            if state.wait.centre == Self.unassignedCentre { state.wait.centre = defaultCentre }
            publish(state, effects: &effects)
        }
    }

    mutating func centreRegistered(_ centre: CentreRecord, effects: inout [Effect]) {
        let former = centresByID[centre.id]
        guard former != centre else { return }
        centresByID[centre.id] = centre
        effects.append(.feed(.centre(centre)))
        centreStateRegistered(centre, former: former, effects: &effects)
    }

    /// An open alert of the unit stays in the queue where it is.
    mutating func unitRegistered(_ record: UnitRecord, effects: inout [Effect]) {
        let unit: UnitState
        if let known = units[record.id] {
            if known.isRegistered && known.record == record { return }
            unit = known
            census.leave(unit)
            unit.record = record
            unit.isRegistered = true
            census.enter(unit)
            reviewSoon(unit)
            beginSupervision(of: unit)
            examineFirmware(of: unit)
            awaitTest(of: unit)
        } else {
            unit = UnitState(record: record, isRegistered: true)
            units[record.id] = unit
        }
        maintenanceMayCover(unit)
        publish(unit, effects: &effects)
    }

    /// The unit keeps its links and its open alert; new alerts of it go to the default centre.
    mutating func unitRemoved(_ id: UnitID, effects: inout [Effect]) {
        guard let unit = units[id], unit.isRegistered else { return }
        endSupervision(of: unit)
        census.leave(unit)
        unit.isRegistered = false
        unit.record = unregisteredRecord(from: unit.record)
        awaitTest(of: unit)
        maintenanceMayCover(unit)
        publish(unit, effects: &effects)
    }

    /// The unit's state, made when a valid certificate brings a unit that nobody registered.
    mutating func unit(for id: UnitID) -> UnitState {
        if let known = units[id] { return known }
        let record = UnitRecord(
            id: id, centre: defaultCentre ?? Self.unassignedCentre, place: "", point: nil,
            reportingTimeS: Self.unregisteredReportingTimeS)
        let unit = UnitState(record: record, isRegistered: false)
        units[id] = unit
        return unit
    }

    private func unregisteredRecord(from record: UnitRecord) -> UnitRecord {
        UnitRecord(
            id: record.id, centre: defaultCentre ?? Self.unassignedCentre, place: record.place,
            point: record.point, reportingTimeS: record.reportingTimeS, profile: record.profile,
            carrier: record.carrier, secondCarrier: record.secondCarrier, road: record.road)
    }

    /// Tells consoles how a unit is, or that it is gone.
    func publish(_ unit: UnitState, effects: inout [Effect]) {
        if unit.isVisible {
            unit.isShown = true
            effects.append(.feed(.unit(unit.status)))
        } else if unit.isShown {
            unit.isShown = false
            effects.append(.feed(.unitGone(unit.record.id)))
        }
    }
}
