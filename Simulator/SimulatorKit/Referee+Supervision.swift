// Supervision: whoever is cut off is known to be lost, whoever is there is not, and what lasts calls somebody.

import AlertDispatch
import AlertModel

/// Since when something has been so, in one process.
struct Lingering<Key: Hashable> {
    private var since: [Key: Int] = [:]

    /// - Returns: for how many ticks it has been so without a break; 0 when it is not.
    mutating func ticks(_ key: Key, _ isSo: Bool, at tick: Int) -> Int {
        guard isSo else {
            since[key] = nil
            return 0
        }
        let first = since[key] ?? tick
        since[key] = first
        return tick - first
    }

    mutating func forget() { since.removeAll() }
}

/// What supervision may be late with.
enum Overdue: Hashable {
    case loss(UnitID)
    case call(UnitID)
}

extension Referee {
    /// Ticks that a loss may take: the longest reporting time, the grace after a start, lanes and disk.
    static let lossTicksMax = (Int(Simulation.reportingTimesS.upperBound) + 2) * 20 + ReferenceModel.lateTicksMax
    /// Ticks that a technical alert may take: the hold for outages, the burst, lanes and disk.
    static let callTicksMax = 60 + ReferenceModel.lateTicksMax

    /// Once a tick.
    func checkSupervision(_ gateway: SimulatedGateway) {
        guard gateway.isRunning else { return lingering.forget() }
        guard gateway.dispatcher.lastSequence == lastSequence else { return }
        for id in gateway.dispatcher.unitIDs {
            guard let status = gateway.dispatcher.unit(id) else { continue }
            checkLoss(status)
            checkCall(status)
            checkOutage(status)
            let isCovered = model.maintenance.covers(id)
            if isCovered != (status.maintenanceEndsAt != nil) {
                let words = isCovered ? "is under maintenance and not shelved" : "is shelved without maintenance"
                report(.maintenanceIsBoxed, "\(id) \(words)", unit: id)
            }
        }
    }

    private func checkLoss(_ status: UnitStatus) {
        let id = status.record.id
        let isHere = model.units.links[id]?.isEmpty == false
        let isLost = status.faults.contains(.linkLost)
        if isHere, isLost { report(.lossIsKnown, "\(id) is connected and called lost", unit: id) }
        let isMissed = !isHere && !isLost && status.isRegistered && model.units.boots[id] != nil
        if lingering.ticks(.loss(id), isMissed, at: tick) > Self.lossTicksMax {
            report(
                .lossIsKnown, "\(id) has been cut off for \(Self.lossTicksMax / 20) s, and nobody knows", unit: id)
        }
    }

    /// Whether a unit's technical alert stands for exactly what calls.
    func isTold(_ status: UnitStatus) -> Bool {
        let calling = model.technical.calling(status)
        guard let alert = model.technical.alert(of: status.record.id) else {
            return calling.isSubset(of: model.technical.answered[status.record.id] ?? [])
        }
        return calling == (alert.isCleared ? [] : alert.faults)
    }

    private func checkCall(_ status: UnitStatus) {
        let id = status.record.id
        guard lingering.ticks(.call(id), !isTold(status), at: tick) > Self.callTicksMax else { return }
        let told = model.technical.alert(of: id)?.faults.kinds ?? []
        let calling = model.technical.calling(status).kinds
        report(.faultsCall, "of \(id) \(told) are told, and \(calling) call", unit: id)
    }

    private func checkOutage(_ status: UnitStatus) {
        guard let outage = status.outage else { return }
        let isOutage = model.technical.open[outage]?.isOutage == true
        if !isOutage || !status.faults.contains(.linkLost) {
            let id = status.record.id
            report(.lossIsKnown, "\(id) is in outage \(outage.value), which is not open, or not lost", unit: id)
        }
    }
}
