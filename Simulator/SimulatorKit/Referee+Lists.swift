// What people see: the gateway's queues, and the lists on consoles.

import AlertDispatch
import AlertModel

extension Referee {
    private static func precedes(_ left: Alert, _ right: Alert) -> Bool {
        if left.queuePriority != right.queuePriority { return left.queuePriority < right.queuePriority }
        if left.escalation != right.escalation { return left.escalation > right.escalation }
        return left.id < right.id
    }

    /// Every open alert stands once, in order, as the model has it.
    func checkQueues(_ gateway: SimulatedGateway) {
        var units: Set<UnitID> = []
        var seen: Set<AlertID> = []
        for centre in gateway.dispatcher.queueCentres {
            var last: Alert?
            for alert in gateway.dispatcher.openAlerts(centre) {
                if let last, !Self.precedes(last, alert) {
                    report(.queueOrder, "\(centre): \(alert.id.value) behind \(last.id.value)", alert: alert.id)
                }
                last = alert
                if alert.isTechnical {
                    if model.technical.open[alert.id] == nil {
                        report(.agreesWithModel, "alert \(alert.id.value) was never told", alert: alert.id)
                    }
                    continue
                }
                if !units.insert(alert.unit).inserted {
                    report(
                        .oneAlertAUnit, "\(alert.unit) has a second open alert \(alert.id.value)", unit: alert.unit
                    )
                }
                seen.insert(alert.id)
                check(alert)
            }
        }
        for id in model.open.keys.sorted() where !seen.contains(id) {
            report(.agreesWithModel, "alert \(id.value) is in no queue", alert: id)
        }
    }

    /// Answers go to the links that units hold, and to no other.
    func checkLinks(_ gateway: SimulatedGateway) {
        for unit in gateway.dispatcher.unitIDs {
            let (found, expected) = (gateway.dispatcher.links(unit), model.units.links[unit] ?? [])
            if found != expected {
                report(
                    .agreesWithModel, "\(unit) holds links \(found.map(\.value)), not \(expected.map(\.value))",
                    unit: unit)
            }
        }
    }

    private func check(_ alert: Alert) {
        if let isTakenBack = model.units.isTakenBack(alert.id), isTakenBack != (alert.cancelledAt != nil) {
            let words = isTakenBack ? "was taken back and is not marked" : "is marked and was not taken back"
            report(.agreesWithModel, "alert \(alert.id.value) \(words)", alert: alert.id)
        }
        let found = ReferenceModel.OpenAlert(
            unit: alert.unit, centre: alert.centre, priority: alert.priority, stage: alert.stage,
            owner: alert.owner,
            presses: Int(alert.pressCount), level: alert.escalation, rings: alert.ringCount,
            queuePriority: alert.queuePriority)
        let expected = model.open[alert.id]
        guard expected != found else { return }
        let words = expected.map { "\($0)" } ?? "no alert"
        report(.agreesWithModel, "alert \(alert.id.value) is \(found), not \(words)", alert: alert.id)
    }

    /// A console that has heard everything shows exactly the open alerts, each as it is.
    func checkList(of officer: SimulatedOfficer, _ gateway: SimulatedGateway) {
        guard officer.isPresent, officer.hasNews, officer.hasHeardAll, gateway.isRunning,
            gateway.dispatcher.lastSequence == lastSequence
        else { return }
        officer.hasNews = false
        let open = Set(model.open.keys).union(model.technical.open.keys)
        for id in open.sorted() where officer.view[id] != shadow.alert(id) {
            let shown = officer.view[id].map { "an older state, \($0.stage)" } ?? "nothing"
            report(.listIsTrue, "\(officer.id)'s console shows \(shown) of alert \(id.value)", alert: id)
        }
        for id in officer.view.keys.sorted() where !open.contains(id) {
            report(.listIsTrue, "\(officer.id)'s console shows alert \(id.value), which is not open", alert: id)
        }
    }
}
