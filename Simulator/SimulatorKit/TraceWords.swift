// Events, answers and feed entries in words, with whom they concern.

import AlertModel

/// What a line says, and of whom.
struct Said {
    let text: String
    var unit: UnitID?
    var alert: AlertID?

    init(_ text: String, unit: UnitID? = nil, alert: AlertID? = nil) {
        self.text = text
        self.unit = unit
        self.alert = alert
    }
}

extension Event {
    var said: Said {
        switch self {
        case .press(let press):
            Said("\(press.id.unit) presses (\(press.category)), message \(press.id.key)", unit: press.id.unit)
        case .cancel(let cancel):
            Said("\(cancel.id.unit) takes press \(cancel.pressCounter) back", unit: cancel.id.unit)
        case .faultBegan(let report):
            Said("\(report.id.unit): \(report.fault) begins, message \(report.id.key)", unit: report.id.unit)
        case .faultEnded(let report):
            Said("\(report.id.unit): \(report.fault) ends, message \(report.id.key)", unit: report.id.unit)
        case .linkUp(let link):
            Said("\(link.unit) connects by link \(link.link.value), boot \(link.boot)", unit: link.unit)
        case .linkDown(let link):
            Said("\(link.unit) loses link \(link.link.value) (\(link.end))", unit: link.unit)
        case .heartbeat(let unit, _): Said("\(unit) is alive", unit: unit)
        case .position(let unit, _): Said("\(unit) says where it is", unit: unit)
        case .stageConfirmed(let confirmed):
            Said(
                "\(confirmed.unit) shows alert \(confirmed.alert.value) as \(confirmed.stage)",
                unit: confirmed.unit, alert: confirmed.alert)
        case .unitRegistered(let unit): Said("\(unit.id) is registered at \(unit.centre)", unit: unit.id)
        case .unitRemoved(let unit): Said("\(unit) leaves the registry", unit: unit)
        case .alertShown(let shown):
            Said("\(shown.officer) sees alert \(shown.alert.value)", alert: shown.alert)
        case .officerAction(let action): action.said
        case .unitCommanded(let given):
            Said(
                "\(given.officer): \(given.action) to \(given.unit) within \(given.timeoutS) s, command "
                    + "\(given.command.value)", unit: given.unit)
        case .unitCommandAnswered(let answer):
            Said("\(answer.unit): command \(answer.id.value) is \(answer.state)", unit: answer.unit)
        case .auditFound(let alert): Said("the auditor finds alert \(alert.value)", alert: alert)
        case .timerFired(let fired): fired.said
        default: Said("\(self)")
        }
    }
}

extension OfficerAction {
    fileprivate var said: Said {
        var text = "\(officer): \(action) alert \(alert.value), command \(command.value)"
        if let outcome { text += ", outcome \(outcome)" }
        if let to { text += ", to \(to)" }
        if !note.isEmpty { text += ", note" }
        return Said(text, alert: alert)
    }
}

extension TimerFired {
    fileprivate var said: Said {
        let dueMs = due.nanoseconds / 1_000_000
        switch key.kind {
        case .escalation, .unseen, .starvation:
            return Said("deadline \(key.kind) of alert \(key.alert.value), due at \(dueMs) ms", alert: key.alert)
        case .centreUnwatched:
            return Said("deadline \(key.kind) of \(key.id(CentreID.self)?.description ?? "?"), due at \(dueMs) ms")
        default:
            let unit = key.id(UnitID.self)
            return Said("deadline \(key.kind) of \(unit?.description ?? "all"), due at \(dueMs) ms", unit: unit)
        }
    }
}

extension UnitAnswer {
    func said(to unit: UnitID?) -> Said {
        let name = unit?.description ?? "nobody"
        return switch self {
        case .acknowledged(let link, let boot, let counter):
            Said("to \(name) by link \(link.value): message \(boot)/\(counter) is stored", unit: unit)
        case .stage(let link, let boot, let counter, let alert, let stage, let at):
            Said(
                "to \(name) by link \(link.value): \(stage), alert \(alert.value), press \(boot)/\(counter), "
                    + "of \(at.nanoseconds / 1_000_000 % 1_000_000) ms", unit: unit, alert: alert)
        case .command(let link, let id, let seconds, let action):
            Said("to \(name) by link \(link.value): \(action) in \(seconds) s, command \(id.value)", unit: unit)
        case .close(let link, let end): Said("to \(name): link \(link.value) is closed (\(end))", unit: unit)
        }
    }
}

extension FeedEntry {
    var said: Said {
        switch self {
        case .alert(let alert):
            Said(
                "alert \(alert.id.value) of \(alert.unit): \(alert.stage) at \(alert.centre), "
                    + "owner \(alert.owner?.description ?? "nobody"), priority \(alert.priority.rawValue)"
                    + "/\(alert.queuePriority.rawValue), level \(alert.escalation), \(alert.pressCount) presses",
                unit: alert.unit, alert: alert.id)
        case .unit(let status):
            Said("\(status.record.id) is \(status.isOnline ? "on" : "off")line", unit: status.record.id)
        case .unitGone(let unit): Said("\(unit) is gone", unit: unit)
        case .centre(let centre): Said("\(centre.id) exists")
        case .centreSituation, .maintenance: Said("\(self)")
        case .unitCommand(let status):
            Said("command \(status.id.value) to \(status.unit) is \(status.state)", unit: status.unit)
        case .result(let command, .done(let alert)): Said("command \(command.value): done", alert: alert)
        case .result(let command, .refused(let reason, let owner)):
            Said("command \(command.value): refused, \(reason), owner \(owner?.description ?? "nobody")")
        }
    }
}

extension MessageID {
    fileprivate var key: String { "\(boot)/\(counter)" }
}
