// A second pair of eyes: goes through all open alerts and finds those that nobody looks at. Shares no code and no
// data with the deadlines, so that a mistake there does not hide an alert. Docs/alert-life.md, section "The auditor".

public import AlertModel

extension Dispatcher {
    /// How often the auditor is to be asked, seconds. With ``quietNs`` an alert is found within 10 s.
    public static var auditEveryS: UInt16 { 4 }
    /// Nothing happened for an alert for so long, nanoseconds.
    static var quietNs: UInt64 { 5_500_000_000 }
    /// The same for one that was found before: it is on the consoles already, and rung again twice a minute.
    static var quietAgainNs: UInt64 { 30_000_000_000 }
    /// Found in one go at most: the rest is found by the next, and the urgent lane stays open for presses.
    public static var auditMax: Int { 1_000 }

    /// Appends an event for each alert that nobody looks at, a centre's most urgent first. Changes nothing.
    /// O(n) in the open alerts; about 60 ns each.
    ///
    /// - Parameter moment: of the running process.
    public func audit(at moment: MonotonicTime, into events: inout [Event]) {
        let now = clock.time(at: moment)
        var found = 0
        for centre in queueCentres {
            queues[centre]?.forEach { key in
                guard found < Self.auditMax, let state = alerts[key.alert], isNeglected(state, at: now) else {
                    return
                }
                found += 1
                events.append(.auditFound(key.alert))
            }
        }
    }

    /// Whether nobody looks at an alert: unclaimed, quiet, and not seen, without a console on
    /// its centre, past its last step, or a step is overdue.
    private func isNeglected(_ state: AlertState, at now: JournalTime) -> Bool {
        guard state.alert.owner == nil, state.alert.stage != .closed else { return false }
        // What only needs mending may wait.
        if state.alert.pressCount == 0, state.alert.priority.rawValue >= 3 { return false }
        let quiet = now.nanosecondsSince(state.wait.progressAt)
        guard quiet > (state.alert.auditCount == 0 ? Self.quietNs : Self.quietAgainNs) else { return false }
        if !state.wait.isSeen || situations[state.alert.centre]?.consoles == 0 { return true }
        let policy = policies[state.wait.centre] ?? CentrePolicy(centre: state.wait.centre)
        let steps: [(EscalationLevel, UInt16, Bool)] = [
            (.reRing, policy.reRingS, true), (.supervisors, policy.supervisorsS, true),
            (.neighbour, policy.neighbourS, policy.neighbour != nil),
            (.failover, policy.failoverS, policy.failover != nil),
            (.dutyDesk, policy.dutyDeskS, policy.dutyDesk != nil),
        ]
        let waitedS = now.nanosecondsSince(state.wait.startedAt) / 1_000_000_000
        var isLast = true
        for (level, afterS, exists) in steps where exists && afterS > 0 && level > state.alert.escalation {
            isLast = false
            if waitedS > UInt64(afterS) + 2, quiet > (UInt64(policy.unseenS) + 2) * 1_000_000_000 {
                return true
            }
        }
        return isLast
    }

    /// Raises what the auditor found: to its next step, or, past the last one, rung again with supervisors.
    mutating func auditFound(_ id: AlertID, effects: inout [Effect]) {
        guard let state = alerts[id], isNeglected(state, at: clock.now) else { return }
        totals.auditsFound &+= 1
        state.alert.auditCount = state.alert.auditCount == .max ? .max : state.alert.auditCount + 1
        state.wait.progressAt = clock.now
        if takeStep(state, effects: &effects) { return }
        state.ring()
        requeue(state) { $0.alert.escalation = max($0.alert.escalation, .supervisors) }
        publish(state, effects: &effects)
    }
}
