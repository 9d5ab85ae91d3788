// What must be true after every step. Tests and the simulation ask; the daemon never does.

import AlertModel

extension Dispatcher {
    /// Everything that is wrong, one sentence each; empty when all is well. O(n log n).
    public func checkInvariants() -> [String] {
        var wrong: [String] = []
        checkAlerts(&wrong)
        checkQueues(&wrong)
        checkUnits(&wrong)
        checkWaits(&wrong)
        areaTable.check(&wrong)
        for centre in centresByID.keys where situation(of: centre).isRemoved {
            wrong.append("centre \(centre) is both registered and removed")
        }
        checkMaintenance(&wrong)
        checkUnitCommands(&wrong)
        for (id, unit) in units {
            for (key, stored) in unit.presses where stored.alert > AlertID(lastSequence.value) {
                let press = MessageID(unit: id, key: key)
                wrong.append("press \(press) names alert \(stored.alert.value) of the future")
            }
        }
        if lastAlertChange > lastSequence { wrong.append("an alert was changed in the future") }
        return wrong.sorted()
    }

    private func checkAlerts(_ wrong: inout [String]) {
        for (id, state) in alerts {
            let alert = state.alert
            if alert.id != id { wrong.append("alert \(alert.id.value) is filed as \(id.value)") }
            if (alert.owner != nil) != (alert.stage >= .answered) {
                wrong.append("alert \(id.value) is \(alert.stage) with owner \(String(describing: alert.owner))")
            }
            if (alert.outcome != nil) != (alert.stage == .closed) {
                wrong.append("alert \(id.value) is \(alert.stage), outcome \(String(describing: alert.outcome))")
            }
            if alert.isTechnical {
                checkTechnical(state, &wrong)
                continue
            }
            if units[alert.unit]?.latestAlert !== state {
                wrong.append("alert \(id.value) is kept but not its unit's latest")
            }
            if self.alert(of: alert.press) != id { wrong.append("alert \(id.value) has a forgotten press") }
            if self.alert(of: state.latestPress) != id {
                wrong.append("alert \(id.value) names a press that is not its own")
            }
            if alert.confirmedStage.map({ $0 > state.furthestStage }) == true {
                wrong.append("alert \(id.value) is confirmed beyond its stage")
            }
            if (alert.cancelledAt == nil) != (state.cancelledBy == nil) {
                wrong.append("alert \(id.value) is marked by half")
            }
            if closedAlerts[id] != nil { wrong.append("alert \(id.value) is both kept and forgotten") }
        }
    }

    /// A technical alert is its unit's, or stands for an outage.
    private func checkTechnical(_ state: AlertState, _ wrong: inout [String]) {
        let id = state.alert.id
        let isOutage = outages[id]?.state === state
        let isUnits = units[state.alert.unit]?.technicalAlert === state
        if isOutage == isUnits { wrong.append("technical alert \(id.value) belongs to nobody, or to two") }
        if isOutage != (state.alert.outage != nil) { wrong.append("alert \(id.value) is an outage by half") }
        if !state.alert.isOpen { wrong.append("technical alert \(id.value) is closed and kept") }
        if state.alert.faults.isEmpty { wrong.append("technical alert \(id.value) stands for nothing") }
    }

    /// What supervision believes follows from links and records.
    private func checkSupervision(_ id: UnitID, _ unit: UnitState, _ wrong: inout [String]) {
        let isLost = unit.supervision.lostAt != nil
        if isLost != unit.activeFaults.contains(.linkLost) { wrong.append("unit \(id) is lost by half") }
        if isLost, !unit.links.isEmpty { wrong.append("unit \(id) is connected and lost") }
        if unit.supervision.isLossHeld, !isLost || unit.supervision.outage != nil {
            wrong.append("unit \(id) is held back without a reason")
        }
        let isAwaited = deadlines.armed[TimerKey(.unitLost, id)] != nil
        if isAwaited, isLost || !unit.links.isEmpty { wrong.append("unit \(id) is awaited though it is known") }
        if unit.isSupervised, unit.links.isEmpty, !isLost, !isAwaited {
            wrong.append("unit \(id) is gone and nobody waits for it")
        }
        if let outage = unit.supervision.outage, outages[outage]?.members.contains(id) != true {
            wrong.append("unit \(id) is in an outage that does not know it")
        }
        if let state = unit.technicalAlert, alerts[state.alert.id] !== state {
            wrong.append("unit \(id) holds technical alert \(state.alert.id.value), which is not kept")
        }
        let isReviewed = deadlines.armed[TimerKey(.faultReview, id)] != nil
        if !isReviewed, calling(unit) != (unit.technicalAlert?.alert.faults ?? []),
            unit.technicalAlert?.alert.clearedAt == nil, !unit.supervision.answered.isSuperset(of: calling(unit))
        {
            wrong.append("conditions of \(id) call and nothing will happen")
        }
    }

    private func checkQueues(_ wrong: inout [String]) {
        var queued = 0
        for (centre, queue) in queues {
            var last: AlertQueue.Key?
            queue.forEach { key in
                queued += 1
                if let last, !(last < key) {
                    wrong.append("queue of \(centre) is out of order at \(key.alert.value)")
                }
                last = key
                guard let state = alerts[key.alert], state.alert.isOpen else {
                    wrong.append("queue of \(centre) holds \(key.alert.value), which is not open")
                    return
                }
                if state.alert.centre != centre || state.key != key {
                    wrong.append("alert \(key.alert.value) stands at the wrong place of \(centre)")
                }
            }
        }
        let open = alerts.values.reduce(0) { $0 + ($1.alert.isOpen ? 1 : 0) }
        if queued != open { wrong.append("\(open) alerts are open, \(queued) are queued") }
    }

    /// An alert that waits has its deadlines, and nothing else has any.
    private func checkWaits(_ wrong: inout [String]) {
        for (id, state) in alerts {
            let isArmed = deadlines.armed[TimerKey(.escalation, id)] != nil
            let mayStep =
                state.isWaiting && state.hasSteps
                && policy(of: state.wait.centre).step(after: state.alert.escalation) != nil
            // A policy may have lost or got its steps since.
            if isArmed && !state.isWaiting { wrong.append("alert \(id.value) is claimed and escalates") }
            if mayStep, !isArmed, policies[state.wait.centre] == nil {
                wrong.append("alert \(id.value) waits and nothing will happen")
            }
            if deadlines.armed[TimerKey(.unseen, id)] != nil, !state.isWaiting || state.wait.isSeen {
                wrong.append("alert \(id.value) is called unseen")
            }
            if deadlines.armed[TimerKey(.starvation, id)] != nil, !state.isWaiting {
                wrong.append("alert \(id.value) is claimed and starves")
            }
            if state.alert.queuePriority > state.alert.priority {
                wrong.append("alert \(id.value) stands lower than its priority")
            }
            if (state.alert.nextStepAt != nil) != (nextStep(of: id) != nil) {
                wrong.append("alert \(id.value) tells of another next step than it has")
            }
            if state.alert.stage == .stored, state.wait.isSeen {
                wrong.append("alert \(id.value) was shown and does not ring")
            }
        }
        let ofAlerts: Set<TimerKind> = [.escalation, .unseen, .starvation]
        for key in deadlines.armed.keys where ofAlerts.contains(key.kind) {
            if alerts[key.alert] == nil { wrong.append("a deadline of alert \(key.alert.value) has no alert") }
        }
    }

    private func checkUnits(_ wrong: inout [String]) {
        var owners: [LinkID: UnitID] = [:]
        for (id, unit) in units {
            if unit.record.id != id { wrong.append("unit \(unit.record.id) is filed as \(id)") }
            unit.links.forEach { link in
                if let other = owners.updateValue(id, forKey: link) {
                    wrong.append("link \(link.value) is held by \(min(id, other)) and \(max(id, other))")
                }
            }
            if let latest = unit.latestAlert, alerts[latest.alert.id] !== latest {
                wrong.append("unit \(id) holds alert \(latest.alert.id.value), which is not kept")
            }
            checkSupervision(id, unit, &wrong)
            checkTests(id, unit, &wrong)
            if unit.isShown != unit.isVisible { wrong.append("consoles believe wrongly of unit \(id)") }
            for (left, right) in zip(unit.faults, unit.faults.dropFirst())
            where left.kind.rawValue >= right.kind.rawValue {
                wrong.append("faults of \(id) are out of order")
            }
        }
    }
}
