// An alert that nobody claims goes from step to step, by deadlines. Docs/alert-life.md, section "Escalation".

public import AlertModel

extension Dispatcher {
    /// The policy a centre goes by.
    public func policy(of centre: CentreID) -> CentrePolicy {
        policies[centre] ?? CentrePolicy(centre: centre)
    }

    /// Counts from the next step of each alert on; a step that is already armed keeps its time.
    mutating func policyChanged(_ policy: CentrePolicy) { policies[policy.centre] = policy }

    /// The alert waits from now on: raised, released or moved by a person.
    mutating func beginWait(_ state: AlertState, isSeen: Bool) {
        requeue(state) { state in
            state.alert.escalation = .none
            state.alert.queuePriority = state.alert.priority
        }
        state.wait = Wait(
            centre: state.alert.centre, startedAt: clock.now, progressAt: clock.now, isSeen: isSeen)
        armNextStep(of: state)
        let starvationS = policy(of: state.alert.centre).starvationS
        if starvationS > 0, state.alert.priority > .urgent {
            deadlines.arm(TimerKey(.starvation, state.alert.id), at: clock.now.advanced(bySeconds: starvationS))
        }
    }

    /// Nobody has to be called any more.
    mutating func endWait(_ state: AlertState) {
        deadlines.disarm(TimerKey(.starvation, state.alert.id))
        endSteps(of: state)
    }

    private mutating func endSteps(of state: AlertState) {
        deadlines.disarm(TimerKey(.escalation, state.alert.id))
        deadlines.disarm(TimerKey(.unseen, state.alert.id))
        state.alert.nextStepAt = nil
    }

    /// It has waited long: it stands before what has its priority, but never with what is a matter of life.
    mutating func standsHigher(_ id: AlertID, effects: inout [Effect]) {
        guard let state = alerts[id], state.isWaiting,
            let higher = Priority(rawValue: state.alert.priority.rawValue &- 1), higher >= .urgent
        else { return }
        requeue(state) { $0.alert.queuePriority = min($0.alert.queuePriority, higher) }
        publish(state, effects: &effects)
    }

    /// Seconds between two steps at least: after a long stop of the gateway the steps do not all fall at once.
    private static func restS(_ policy: CentrePolicy) -> UInt16 { max(policy.unseenS, 1) }

    mutating func armNextStep(of state: AlertState) {
        let policy = policy(of: state.wait.centre)
        guard state.hasSteps, let next = policy.step(after: state.alert.escalation) else {
            return endSteps(of: state)
        }
        var due = state.wait.startedAt.advanced(bySeconds: next.afterS)
        if state.alert.escalation > .none { due = max(due, clock.now.advanced(bySeconds: Self.restS(policy))) }
        deadlines.arm(TimerKey(.escalation, state.alert.id), at: due)
        armUnseen(state)
    }

    /// Counts from now on until a console of its centre shows the alert, while there is a step to go.
    mutating func armUnseen(_ state: AlertState) {
        let policy = policy(of: state.wait.centre)
        let hasStep = deadlines.armed[TimerKey(.escalation, state.alert.id)] != nil
        if hasStep, !state.wait.isSeen, policy.unseenS > 0 {
            let unseen = clock.now.advanced(bySeconds: policy.unseenS)
            deadlines.arm(TimerKey(.unseen, state.alert.id), at: unseen)
        } else {
            deadlines.disarm(TimerKey(.unseen, state.alert.id))
        }
        state.alert.nextStepAt = nextStep(of: state.alert.id).map(clock.wall)
    }

    /// When the next step of an alert falls due; nil when there is none.
    func nextStep(of alert: AlertID) -> JournalTime? {
        let step = deadlines.armed[TimerKey(.escalation, alert)]?.due
        guard let unseen = deadlines.armed[TimerKey(.unseen, alert)]?.due else { return step }
        return step.map { min($0, unseen) } ?? unseen
    }

    /// A console of the alert's centre shows it: it is not unseen any more.
    mutating func seen(_ state: AlertState) {
        state.wait.isSeen = true
        state.wait.progressAt = clock.now
        deadlines.disarm(TimerKey(.unseen, state.alert.id))
        state.alert.nextStepAt = nextStep(of: state.alert.id).map(clock.wall)
    }

    /// The time of the alert's next step has come.
    mutating func stepIsDue(_ id: AlertID, effects: inout [Effect]) {
        guard let state = alerts[id], state.isWaiting else { return }
        // The policy may have lost its steps since: then consoles hear that none will come.
        if !takeStep(state, effects: &effects) { publish(state, effects: &effects) }
    }

    /// - Returns: false when there is no further step.
    mutating func takeStep(_ state: AlertState, effects: inout [Effect]) -> Bool {
        let policy = policy(of: state.wait.centre)
        guard state.hasSteps, let next = policy.step(after: state.alert.escalation) else {
            endSteps(of: state)
            return false
        }
        totals.escalations &+= 1
        state.ring()
        state.wait.progressAt = clock.now
        // A centre that takes nothing is passed over: the alert rings where it is and goes on at its next step.
        let target = policy.target(at: next.level).flatMap { situation(of: $0).takesOthers ? $0 : nil }
        if target != nil { state.takenFrom = nil }
        requeue(state) { state in
            state.alert.escalation = next.level
            state.move(to: target ?? state.alert.centre)
        }
        armNextStep(of: state)
        publish(state, effects: &effects)
        return true
    }

    /// Changes what decides an alert's place in the queues.
    mutating func requeue(_ state: AlertState, _ change: (AlertState) -> Void) {
        removeFromQueue(state)
        change(state)
        addToQueue(state)
    }

    /// A new process may have another wall clock: what people read as the time of the next step follows it when
    /// it is off by more than a second.
    mutating func restateSteps(effects: inout [Effect]) {
        for id in alerts.keys.sorted() {
            guard let state = alerts[id], let due = nextStep(of: id), due > clock.now else { continue }
            let told = state.alert.nextStepAt?.nanoseconds ?? 0
            let (difference, overflow) = clock.wall(of: due).nanoseconds.subtractingReportingOverflow(told)
            guard overflow || difference.magnitude > 1_000_000_000 else { continue }
            state.alert.nextStepAt = clock.wall(of: due)
            publish(state, effects: &effects)
        }
    }
}

extension AlertState {
    /// Whether somebody still has to claim it.
    var isWaiting: Bool { alert.isOpen && alert.owner == nil }

    /// Whether it goes from step to step while nobody claims it: what only needs mending waits.
    var hasSteps: Bool { !alert.isTechnical || alert.priority < .technical }

    /// Rings once more on the consoles of its centre.
    func ring() { alert.ringCount = alert.ringCount == .max ? .max : alert.ringCount + 1 }

    /// Comes to a centre; nobody there has seen it. Its place in the queues is the caller's to keep.
    func move(to centre: CentreID) {
        guard centre != alert.centre else { return }
        alert.formerCentre = alert.centre
        alert.centre = centre
        wait.isSeen = false
    }
}
