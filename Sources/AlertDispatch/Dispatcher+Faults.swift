// Technical conditions of units: begin and end, kept a unit.

import AlertModel

extension Dispatcher {
    /// Keeps the latest report of a kind. A repeat, or a report that the unit sent before the one that is
    /// known (two paths overtake each other), is acknowledged and changes nothing.
    mutating func fault(
        _ report: FaultReport, isActive: Bool, at now: WallTime, effects: inout [Effect]
    ) {
        let unit = unit(for: report.id.unit)
        acknowledge(report.id, of: unit, effects: &effects)
        guard report.fault.isReported else { return }
        let changed = UnitFault(
            kind: report.fault, isActive: isActive, report: report.id, changedAt: now, detail: report.detail)
        if let known = unit.faults.first(where: { $0.kind == report.fault }) {
            guard unit.isLater(report.id, than: known.report) else { return }
        }
        unit.set(changed)
        unit.supervision.found.remove(FaultSet(report.fault))
        conditionsChanged(unit, report.fault)
        publish(unit, effects: &effects)
    }
}
