// What consoles and officers do to alerts, and what units confirm. The first claim in the journal wins.

import AlertModel

extension Dispatcher {
    /// The first console that shows a stored alert makes it ring. After it has come to another centre the first
    /// one there counts again; every other confirmation changes nothing.
    mutating func alertShown(_ shown: AlertShown, at now: WallTime, effects: inout [Effect]) {
        guard let state = alerts[shown.alert], state.isWaiting, !state.wait.isSeen else { return }
        seen(state)
        if state.alert.stage == .stored {
            advance(state, to: .ringing, at: now, effects: &effects)
        } else {
            publish(state, effects: &effects)
        }
    }

    mutating func officerActed(_ action: OfficerAction, at now: WallTime, effects: inout [Effect]) {
        guard let state = alerts[action.alert] else {
            if let closed = closedAlerts[action.alert] {
                refuse(action, .alreadyClosed, owner: closed.owner, effects: &effects)
            } else {
                refuse(action, .alertUnknown, owner: nil, effects: &effects)
            }
            return
        }
        let move = AlertMove.of(
            action.action, at: state.alert.stage,
            ownership: Ownership(owner: state.alert.owner, officer: action.officer),
            missing: missing(action, state))
        switch move {
        case .refused(let reason):
            refuse(action, reason, owner: state.alert.owner, effects: &effects)
        case .stay:
            let hasNewNote = takeNote(action, state)
            if action.action == .reRing { ringAgain(state) }
            if hasNewNote || action.action == .reRing { publish(state, effects: &effects) }
            effects.append(.feed(.result(action.command, .done(action.alert))))
        case .stage(let stage):
            _ = takeNote(action, state)
            apply(action, to: state)
            advance(state, to: stage, at: now, effects: &effects)
            effects.append(.feed(.result(action.command, .done(action.alert))))
        }
    }

    private mutating func apply(_ action: OfficerAction, to state: AlertState) {
        switch action.action {
        case .claim:
            state.alert.owner = action.officer
            endWait(state)
            totals.alertsClaimed &+= 1
        case .release:
            state.alert.owner = nil
            let moved = leaveRemoved(state)
            beginWait(state, isSeen: !moved)
        case .transfer:
            state.alert.owner = nil
            state.takenFrom = nil
            requeue(state) { state in action.to.map(state.move) }
            beginWait(state, isSeen: false)
        case .dispatch, .arrive, .note, .reRing: break
        case .close:
            state.alert.outcome = action.outcome
            endWait(state)
            removeFromQueue(state)
            totals.alertsClosed &+= 1
        }
    }

    /// What an action needs and does not have.
    private func missing(_ action: OfficerAction, _ state: AlertState) -> RefusalReason? {
        switch action.action {
        case .claim, .release, .dispatch, .arrive, .reRing: return nil
        case .close: return action.outcome == nil ? .outcomeMissing : nil
        case .note: return action.note.isEmpty ? .noteMissing : nil
        case .transfer:
            guard let to = action.to, centresByID[to] != nil else { return .centreUnknown }
            if to == state.alert.centre { return .alreadyThere }
            return situation(of: to).takesOthers ? nil : .centreNotTaking
        }
    }

    /// An officer wants others to hear it; its next step keeps its time.
    private func ringAgain(_ state: AlertState) {
        state.ring()
        state.wait.progressAt = clock.now
    }

    /// A note replaces the former one; an action without a note leaves it.
    private func takeNote(_ action: OfficerAction, _ state: AlertState) -> Bool {
        guard !action.note.isEmpty, action.note != state.alert.note else { return false }
        state.alert.note = action.note
        return true
    }

    private mutating func refuse(
        _ action: OfficerAction, _ reason: RefusalReason, owner: OfficerID?, effects: inout [Effect]
    ) {
        totals.commandsRefused &+= 1
        effects.append(.feed(.result(action.command, .refused(reason, owner: owner))))
    }

    private mutating func advance(
        _ state: AlertState, to stage: Stage, at now: WallTime, effects: inout [Effect]
    ) {
        state.move(to: stage, at: now)
        if state.alert.isTechnical { return publishTechnical(state, effects: &effects) }
        let unit = unit(for: state.alert.unit)
        notify(unit, of: state, effects: &effects)
        publish(state, effects: &effects)
        // A unit that left the registry was shown for the sake of its alert.
        if !unit.isVisible { publish(unit, effects: &effects) }
    }

    /// No unit waits to hear of it.
    private mutating func publishTechnical(_ state: AlertState, effects: inout [Effect]) {
        publish(state, effects: &effects)
        guard state.alert.stage == .closed else { return }
        forgetTechnical(state)
        if let unit = units[state.alert.unit] { publish(unit, effects: &effects) }
    }

    /// Counts upwards only, and only stages that the alert came to. Once a unit knows that its alert is
    /// closed, the alert is dropped.
    mutating func stageConfirmed(_ confirmation: StageConfirmation, effects: inout [Effect]) {
        guard let state = alerts[confirmation.alert], state.alert.unit == confirmation.unit,
            !state.alert.isTechnical,
            confirmation.stage <= state.furthestStage
        else { return }
        if let confirmed = state.alert.confirmedStage, confirmed >= confirmation.stage { return }
        state.alert.confirmedStage = confirmation.stage
        publish(state, effects: &effects)
        if confirmation.stage == .closed { forget(state, of: unit(for: confirmation.unit)) }
    }
}
