// From conditions to alerts: at most one technical alert a unit, for all that it has, as loud as the loudest.
// Docs/supervision.md has the table of conditions and the rules by which one explains another.

import AlertModel

extension Dispatcher {
    /// How long a condition waits for others that explain it, nanoseconds: a unit reports several in a burst.
    static var burstNs: UInt64 { 500_000_000 }

    mutating func conditionFound(_ found: ConditionFound, at now: WallTime, effects: inout [Effect]) {
        guard let unit = units[found.unit] else { return }
        condition(found.fault, of: unit, isActive: found.isActive, detail: found.detail)
        publish(unit, effects: &effects)
    }

    /// Notes that the gateway itself found a condition begun or ended; nothing when it is known to be so.
    mutating func condition(_ kind: FaultKind, of unit: UnitState, isActive: Bool, detail: Int32 = 0) {
        let known = unit.faults.first { $0.kind == kind }
        guard known?.isActive ?? false != isActive else { return }
        if isActive {
            unit.supervision.found.insert(FaultSet(kind))
        } else {
            unit.supervision.found.remove(FaultSet(kind))
        }
        let ownReport = MessageID(unit: unit.record.id, boot: 0, counter: 0)
        unit.set(
            UnitFault(
                kind: kind, isActive: isActive, report: known?.report ?? ownReport,
                changedAt: clock.wall(of: clock.now), detail: detail))
        conditionsChanged(unit, kind)
    }

    /// A condition of the unit began or ended.
    mutating func conditionsChanged(_ unit: UnitState, _ kind: FaultKind) {
        if !unit.activeFaults.contains(kind) { unit.supervision.answered.remove(FaultSet(kind)) }
        reviewSoon(unit)
    }

    /// An alert's number is its journal record's, so each alert is raised by a record of its own: the deadline's.
    mutating func reviewSoon(_ unit: UnitState, inNs delayNs: UInt64 = Self.burstNs) {
        let key = TimerKey(.faultReview, unit.record.id)
        let due = clock.now.advanced(byNanoseconds: delayNs)
        if let armed = deadlines.armed[key], armed.due <= due { return }
        deadlines.arm(key, at: due)
    }

    /// Raises, changes or clears the unit's technical alert by what lasts now.
    mutating func faultReviewIsDue(_ id: UnitID, at now: WallTime, effects: inout [Effect]) {
        guard let unit = units[id] else { return }
        if let lostAt = unit.supervision.lostAt, unit.supervision.isLossHeld {
            let heldNs = clock.now.nanosecondsSince(lostAt)
            if heldNs < Self.lossHoldNs {
                reviewSoon(unit, inNs: Self.lossHoldNs - heldNs)
            } else {
                unit.supervision.isLossHeld = false
            }
        }
        let calling = calling(unit)
        if calling.isEmpty {
            if let state = unit.technicalAlert { clear(state, at: now, effects: &effects) }
        } else if let state = unit.technicalAlert {
            update(state, of: unit, to: calling, effects: &effects)
        } else if !unit.supervision.answered.isSuperset(of: calling) {
            raiseTechnical(for: unit, calling, at: now, effects: &effects)
        }
        publish(unit, effects: &effects)
    }

    /// The conditions that call somebody: not recorded only, not explained by another, not under maintenance.
    func calling(_ unit: UnitState) -> FaultSet {
        guard unit.isRegistered, unit.supervision.maintenanceEndsAt == nil else { return [] }
        let active = unit.activeFaults
        var calling = active
        for kind in active.kinds {
            calling.subtract(kind.explains)
            if severity(kind, of: unit) == nil { calling.remove(FaultSet(kind)) }
        }
        let isTold = !unit.supervision.isLossHeld && unit.supervision.outage == nil
        if !isTold { calling.remove(FaultSet(.linkLost)) }
        // Of a flapping link one loss is told, until it is calm: not a new one each time.
        let wasTold = unit.technicalAlert?.alert.faults.contains(.linkLost) ?? false
        if wasTold, active.contains(.linkFlapping) { calling.insert(FaultSet(.linkLost)) }
        return calling
    }

    func severity(_ kind: FaultKind, of unit: UnitState) -> Priority? {
        let profile = unit.record.profile.flatMap { profiles[$0] }
        if let said = profile?.severities[kind] { return said.priority ?? nil }
        return isPressing(kind, of: unit) ? .technical : kind.defaultSeverity
    }

    private func loudest(_ calling: FaultSet, of unit: UnitState) -> (kind: FaultKind, priority: Priority) {
        var loudest: (kind: FaultKind, priority: Priority) = (.linkLost, .technical)
        var isFirst = true
        for kind in calling.kinds {
            let priority = severity(kind, of: unit) ?? .technical
            if isFirst || priority < loudest.priority { loudest = (kind, priority) }
            isFirst = false
        }
        return loudest
    }

    private mutating func raiseTechnical(
        for unit: UnitState, _ calling: FaultSet, at now: WallTime, effects: inout [Effect]
    ) {
        let loudest = loudest(calling, of: unit)
        let state = makeTechnical(
            unit: unit.record.id, centre: unit.record.centre, category: loudest.kind.category,
            priority: loudest.priority, at: now)
        state.alert.faults = calling
        unit.technicalAlert = state
        totals.technicalAlerts &+= 1
        beginWait(state, isSeen: false)
        publish(state, effects: &effects)
    }

    /// An alert that the gateway raises; its number is the present record's. Not yet in a queue.
    mutating func makeTechnical(
        unit: UnitID, centre: CentreID, category: Category, priority: Priority, at now: WallTime
    ) -> AlertState {
        let state = AlertState(
            Alert(
                id: AlertID(lastSequence.value), unit: unit, centre: placement(for: centre), category: category,
                priority: priority, press: MessageID(unit: unit, boot: 0, counter: 0), pressedAt: now,
                receivedAt: now, storedAt: now, position: nil))
        state.alert.pressCount = 0
        if state.alert.centre != centre {
            state.takenFrom = centre
            state.alert.formerCentre = centre
        }
        alerts[state.alert.id] = state
        return state
    }

    private mutating func update(
        _ state: AlertState, of unit: UnitState, to calling: FaultSet, effects: inout [Effect]
    ) {
        let isNew = !calling.isSubset(of: state.alert.faults)
        guard calling != state.alert.faults || state.alert.clearedAt != nil else { return }
        state.alert.faults = calling
        state.alert.clearedAt = nil
        let loudest = loudest(calling, of: unit)
        state.alert.category = loudest.kind.category
        if loudest.priority < state.alert.priority {
            requeue(state) { state in
                state.alert.priority = loudest.priority
                state.alert.queuePriority = min(state.alert.queuePriority, loudest.priority)
            }
            // Now it is loud enough for steps.
            if state.isWaiting { beginWait(state, isSeen: state.wait.isSeen) }
        }
        if isNew, state.isWaiting { state.ring() }
        publish(state, effects: &effects)
    }

    /// Everything it stood for is over. Nobody has to answer it any more; whoever has answered it closes it.
    mutating func clear(_ state: AlertState, at now: WallTime, effects: inout [Effect]) {
        if state.alert.clearedAt == nil { state.alert.clearedAt = now }
        if state.alert.owner == nil {
            state.alert.outcome = .technical
            endWait(state)
            removeFromQueue(state)
            state.move(to: .closed, at: now)
            publish(state, effects: &effects)
            forgetTechnical(state)
        } else {
            publish(state, effects: &effects)
        }
    }

    /// Drops a closed technical alert: no unit waits to hear of it.
    mutating func forgetTechnical(_ state: AlertState) {
        let id = state.alert.id
        alerts[id] = nil
        closedAlerts[id] = ClosedAlert(closedAt: state.stageAt, owner: state.alert.owner)
        if let outage = outages.removeValue(forKey: id) { disband(outage) }
        guard let unit = units[state.alert.unit], unit.technicalAlert === state else { return }
        unit.technicalAlert = nil
        // What lasts was answered by whoever closed it; what has ended meanwhile calls when it comes again.
        if state.alert.clearedAt == nil {
            unit.supervision.answered.formUnion(state.alert.faults.intersection(unit.activeFaults))
        }
    }
}

extension UnitState {
    /// Keeps the latest report of a kind, in order of kind.
    func set(_ fault: UnitFault) {
        if let place = faults.firstIndex(where: { $0.kind == fault.kind }) {
            faults[place] = fault
        } else {
            let place = faults.firstIndex { $0.kind.rawValue > fault.kind.rawValue }
            faults.insert(fault, at: place ?? faults.endIndex)
        }
    }
}
