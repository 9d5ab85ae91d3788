// Presses, repeats, test calls and cancels. The answer `stored` comes from here and from nowhere else.

import AlertModel

extension Dispatcher {
    mutating func pressed(_ press: Press, at now: WallTime, effects: inout [Effect]) {
        let unit = unit(for: press.id.unit)
        if let known = unit.presses[press.id.key] {
            totals.pressesRepeated &+= 1
            answer(press.id, of: unit, stored: known, effects: &effects)
            return
        }
        totals.pressesStored &+= 1
        if press.category != .test { examine(press, of: unit) }
        if press.category == .test {
            totals.testCalls &+= 1
            record(press, alert: AlertID(lastSequence.value), of: unit, at: now, effects: &effects)
            testCalled(unit, press, at: now, effects: &effects)
        } else if let open = unit.openAlert {
            let isRouted = Routing.point(of: open.alert.position) != nil
            merge(press, into: open, of: unit)
            if !isRouted { routeAgain(open, of: unit) }
            record(press, alert: open.alert.id, of: unit, at: now, effects: &effects)
            publish(open, effects: &effects)
        } else {
            raise(press, of: unit, at: now, effects: &effects)
        }
    }

    private mutating func raise(_ press: Press, of unit: UnitState, at now: WallTime, effects: inout [Effect]) {
        // The unit moves on to the new alert, whether it confirmed the end of the last one or not.
        if let closed = unit.latestAlert { forget(closed, of: unit) }
        let own = route(unit, position: press.position).centre
        let state = AlertState(
            Alert(
                id: AlertID(lastSequence.value), unit: press.id.unit, centre: placement(for: own),
                category: press.category, priority: policy(of: own).priorities[press.category], press: press.id,
                pressedAt: press.pressedAt, receivedAt: press.receivedAt, storedAt: max(now, press.receivedAt),
                position: press.position))
        if state.alert.centre != own {
            state.takenFrom = own
            state.alert.formerCentre = own
        }
        alerts[state.alert.id] = state
        unit.latestAlert = state
        beginWait(state, isSeen: false)
        totals.alertsRaised &+= 1
        record(press, alert: state.alert.id, of: unit, at: now, effects: &effects)
        if !unit.isShown { publish(unit, effects: &effects) }
        publish(state, effects: &effects)
    }

    /// Remembers the press for ever and answers it.
    private mutating func record(
        _ press: Press, alert: AlertID, of unit: UnitState, at now: WallTime, effects: inout [Effect]
    ) {
        let stored = StoredPress(alert: alert, storedAt: now)
        unit.presses[press.id.key] = stored
        answer(press.id, of: unit, stored: stored, effects: &effects)
    }

    private mutating func merge(_ press: Press, into state: AlertState, of unit: UnitState) {
        let (count, overflow) = state.alert.pressCount.addingReportingOverflow(1)
        state.alert.pressCount = overflow ? .max : count
        state.alert.lastPressAt = max(state.alert.lastPressAt, press.receivedAt)
        if unit.isLater(press.id, than: state.latestPress) {
            state.latestPress = press.id
            state.alert.position = press.position ?? state.alert.position
        } else {
            state.alert.position = state.alert.position ?? press.position
        }
        // Pressed again after taking it back: the caller wants help after all.
        if let cancel = state.cancelledBy, unit.isLater(press.id, than: cancel) {
            state.cancelledBy = nil
            state.alert.cancelledAt = nil
        }
        let priority = min(state.alert.priority, policy(of: state.alert.centre).priorities[press.category])
        if priority != state.alert.priority {
            requeue(state) { state in
                state.alert.priority = priority
                state.alert.queuePriority = min(state.alert.queuePriority, priority)
            }
        }
    }

    /// Marks the alert; only an officer closes it. A cancel that came late, behind a newer press of the
    /// unit, marks nothing.
    mutating func cancelled(_ cancel: Cancel, at now: WallTime, effects: inout [Effect]) {
        let unit = unit(for: cancel.id.unit)
        acknowledge(cancel.id, of: unit, effects: &effects)
        let press = MessageID(unit: cancel.id.unit, boot: cancel.id.boot, counter: cancel.pressCounter)
        guard let stored = unit.presses[press.key], let open = unit.openAlert, open.alert.id == stored.alert,
            unit.isLater(cancel.id, than: open.latestPress)
        else { return }
        if let known = open.cancelledBy {
            // Marked already; a press between the two cancels must not take the mark off.
            if unit.isLater(cancel.id, than: known) { open.cancelledBy = cancel.id }
            return
        }
        open.cancelledBy = cancel.id
        open.alert.cancelledAt = now
        publish(open, effects: &effects)
    }

    mutating func publish(_ state: AlertState, effects: inout [Effect]) {
        lastAlertChange = lastSequence
        state.alert.changedBy = lastSequence
        effects.append(.feed(.alert(state.alert)))
    }

    /// Drops a closed alert but for what repeats and late commands need.
    mutating func forget(_ state: AlertState, of unit: UnitState) {
        alerts[state.alert.id] = nil
        closedAlerts[state.alert.id] = ClosedAlert(closedAt: state.stageAt, owner: state.alert.owner)
        if unit.latestAlert === state { unit.latestAlert = nil }
    }

    mutating func addToQueue(_ state: AlertState) {
        queues[state.alert.centre, default: AlertQueue()].insert(state.key)
    }

    mutating func removeFromQueue(_ state: AlertState) {
        queues[state.alert.centre]?.remove(state.key)
    }
}
