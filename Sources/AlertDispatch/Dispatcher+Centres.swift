// Centres that take alerts and centres that do not: where a press goes, what leaves a centre that cannot serve, and
// how it returns. An alert is always in exactly one queue.

public import AlertModel

extension Dispatcher {
    /// What a supervisor said last of a centre.
    public func state(of centre: CentreID) -> CentreState { situation(of: centre).state }

    /// Whether nobody watches a centre's queue any more.
    public func isUnreachable(_ centre: CentreID) -> Bool { situation(of: centre).isUnreachable }

    func situation(of centre: CentreID) -> CentreSituation { situations[centre] ?? CentreSituation() }

    /// The queue for a press of a unit of `centre`: its own, or that of the first that takes it: fail-over centre,
    /// neighbour, duty desk, default centre. When none does, its own after all: an alert is never without a queue.
    func placement(for centre: CentreID) -> CentreID {
        situation(of: centre).takesPresses ? centre : substitute(for: centre) ?? centre
    }

    func substitute(for centre: CentreID) -> CentreID? {
        let policy = policy(of: centre)
        let candidates = [policy.failover, policy.neighbour, policy.dutyDesk, defaultCentre]
        for case let candidate? in candidates where candidate != centre && situation(of: candidate).takesOthers {
            return candidate
        }
        return nil
    }

    /// How a centre stands, as consoles see it.
    public func status(of centre: CentreID) -> CentreStatus { situation(of: centre).status(of: centre) }

    func publish(_ centre: CentreID, effects: inout [Effect]) {
        effects.append(.feed(.centreSituation(status(of: centre))))
    }

    mutating func centreStateSet(_ set: CentreStateSet, effects: inout [Effect]) {
        if let command = set.command, centresByID[set.centre] == nil {
            totals.commandsRefused &+= 1
            effects.append(.feed(.result(command, .refused(.centreUnknown, owner: nil))))
            return
        }
        if situation(of: set.centre).state != set.state, !situation(of: set.centre).isRemoved {
            change(set.centre, effects: &effects) { $0.state = set.state }
        }
        if let command = set.command { effects.append(.feed(.result(command, .done(AlertID(0))))) }
    }

    /// A state that the registry says anew counts; one that it said before does not undo what a supervisor said
    /// since. A centre that comes back to the registry begins afresh.
    mutating func centreStateRegistered(
        _ centre: CentreRecord, former: CentreRecord?, effects: inout [Effect]
    ) {
        let isBack = situation(of: centre.id).isRemoved
        guard isBack || (former?.state ?? .active) != centre.state else { return }
        change(centre.id, effects: &effects) { situation in
            if isBack { situation = CentreSituation() }
            situation.state = centre.state
        }
    }

    mutating func centreWatched(_ watched: CentreWatched, effects: inout [Effect]) {
        let key = TimerKey(.centreUnwatched, watched.centre)
        if situation(of: watched.centre).isRemoved { return }
        if watched.consoles > 0 {
            deadlines.disarm(key)
            change(watched.centre, effects: &effects) {
                $0.consoles = watched.consoles
                $0.isUnreachable = false
            }
        } else if situation(of: watched.centre).consoles ?? 0 > 0 {
            change(watched.centre, effects: &effects) { $0.consoles = 0 }
            deadlines.arm(key, at: clock.now.advanced(bySeconds: CentreSituation.unwatchedS))
        }
    }

    /// Nobody came back to watch it.
    mutating func centreIsUnwatched(_ centre: CentreID, effects: inout [Effect]) {
        change(centre, effects: &effects) { $0.isUnreachable = true }
    }

    /// Every console of the earlier process is gone; they come back within seconds, or their centre is unreachable.
    mutating func forgetConsoles(effects: inout [Effect]) {
        for centre in situations.keys.sorted() where situations[centre]?.consoles ?? 0 > 0 {
            change(centre, effects: &effects) { $0.consoles = 0 }
        }
        for centre in situations.keys.sorted()
        where situations[centre]?.consoles == 0 && situations[centre]?.isUnreachable == false {
            deadlines.arm(
                TimerKey(.centreUnwatched, centre), at: clock.now.advanced(bySeconds: CentreSituation.unwatchedS))
        }
    }

    private mutating func change(
        _ centre: CentreID, effects: inout [Effect], _ body: (inout CentreSituation) -> Void
    ) {
        let before = situation(of: centre)
        body(&situations[centre, default: CentreSituation()])
        var after = situation(of: centre)
        if before.state != after.state || before.isUnreachable != after.isUnreachable
            || before.isRemoved != after.isRemoved
        {
            after.changedAt = clock.latest?.wall
            situations[centre] = after
        }
        if before.status(of: centre) != after.status(of: centre) { publish(centre, effects: &effects) }
        if before.keepsAlerts && !after.keepsAlerts { vacate(centre, effects: &effects) }
        if !before.takesPresses && after.takesPresses { takeBack(centre, effects: &effects) }
    }

    /// What waits in a centre that cannot serve goes to another; what somebody has claimed is served.
    private mutating func vacate(_ centre: CentreID, effects: inout [Effect]) {
        guard let target = substitute(for: centre) else { return }
        for state in openAlertStates(of: centre) where state.isWaiting {
            if state.takenFrom == nil { state.takenFrom = centre }
            relocate(state, to: target, effects: &effects)
        }
    }

    /// What was taken from a centre and still waits comes back to it.
    private mutating func takeBack(_ centre: CentreID, effects: inout [Effect]) {
        for id in alerts.keys.sorted() {
            guard let state = alerts[id], state.isWaiting, state.takenFrom == centre else { continue }
            state.takenFrom = nil
            if state.alert.centre != centre { relocate(state, to: centre, effects: &effects) }
        }
    }

    /// To another queue at the same level; its next step keeps its time, and nobody there has seen it.
    private mutating func relocate(_ state: AlertState, to centre: CentreID, effects: inout [Effect]) {
        requeue(state) { $0.move(to: centre) }
        state.wait.progressAt = clock.now
        armUnseen(state)
        publish(state, effects: &effects)
    }
}
