// How a run ends: faults stop, and everything must come to its end.

import AlertDispatch
import AlertModel

extension Simulation {
    /// Ends the storm: paths are good, nobody presses, officers bring their alerts to an end.
    func calm() {
        isCalm = true
        network.weather = .fair
        gateway.syncTicksMax = 3
        // What waits after a storm of presses must come through in the time that is left.
        gateway.batchMax = 48
        gateway.disk.forgetPlan()
        for officer in officers {
            officer.isDiligent = true
            officer.delayTicksMax = 4
        }
        for unit in units { unit.isMoved = false }
        tell(.world, Said("the storm is over"))
    }

    /// Whether nothing is left to do.
    var isAtRest: Bool {
        guard gateway.isRunning, referee.model.open.isEmpty, referee.model.commands.all.isEmpty else {
            return false
        }
        guard gateway.isIdle, officers.allSatisfy({ $0.isPresent && showsNoCaller($0) && $0.hasHeardAll }) else {
            return false
        }
        return areTechnicalAlertsSettled
            && units.allSatisfy { unit in unit.outbox.isEmpty && hasHeardTheEnd(unit) }
    }

    private func showsNoCaller(_ officer: SimulatedOfficer) -> Bool {
        officer.view.values.allSatisfy(\.isTechnical)
    }

    /// Whether nobody is lost or away from its place, no outage stands, and every unit's conditions call as they must.
    private var areTechnicalAlertsSettled: Bool { units.allSatisfy { unsettled($0) == nil } }

    /// What of a unit is not at its end; nil when all is.
    private func unsettled(_ unit: SimulatedUnit) -> String? {
        guard let status = gateway.dispatcher.unit(unit.id) else { return nil }
        if status.faults.contains(.linkLost) { return "is connected and lost still" }
        // Nobody judges the place of a unit that is not in the registry.
        if status.isRegistered, status.faults.contains(.displaced) { return "is at its place and displaced still" }
        if status.outage != nil { return "is in an outage still" }
        return referee.isTold(status) ? nil : "calls for something else than what lasts"
    }

    private func hasHeardTheEnd(_ unit: SimulatedUnit) -> Bool {
        guard let newest = referee.model.newest[unit.id] else { return true }
        return unit.lamps[newest]?.stage == .closed
    }

    /// Says what never came to its end.
    func reportUnfinished() {
        if !gateway.isRunning { referee.report(.progress, "the gateway did not start again") }
        for id in referee.model.open.keys.sorted() {
            referee.report(.progress, "alert \(id.value) was never closed", alert: id)
        }
        for officer in officers {
            for id in officer.view.keys.sorted()
            where referee.model.open[id] == nil && referee.model.technical.open[id] == nil {
                referee.report(.progress, "\(officer.id)'s console shows alert \(id.value) for ever", alert: id)
            }
        }
        for unit in units { reportUnfinished(unit) }
        for unit in units {
            if let wrong = unsettled(unit) { referee.report(.progress, "\(unit.id) \(wrong)", unit: unit.id) }
        }
    }

    private func reportUnfinished(_ unit: SimulatedUnit) {
        for (message, event) in unit.outbox {
            referee.report(
                .progress, "\(event.kind) \(message.counter) of \(unit.id) was never answered", unit: unit.id)
        }
        if !hasHeardTheEnd(unit) {
            let newest = referee.model.newest[unit.id]
            referee.report(
                .progress, "\(unit.id) never heard that its alert is closed", alert: newest, unit: unit.id)
        }
        let known = Set(
            gateway.dispatcher.faults(unit.id).filter { $0.isActive && Self.faults.contains($0.kind) }.map(\.kind))
        // Of a boot whose connection never became durable nobody can tell where its messages belong.
        let isOrderKnown = unit.talkingBoots.isSubset(of: referee.model.units.boots[unit.id] ?? [])
        if known != unit.brokenFaults, isOrderKnown {
            referee.report(
                .agreesWithModel, "\(unit.id) has other faults than the gateway believes", unit: unit.id)
        }
    }
}
