// The reference model's account of escalation: the same rules from Docs/alert-life.md, written a second time, with
// plain numbers and no heap.

import AlertModel

/// Who waits, since when, and what must happen next.
struct ReferenceWaits {
    /// A step by the policy.
    struct Step {
        let level: EscalationLevel
        let target: CentreID?
        let afterNs: UInt64
    }

    private struct Wait {
        var policyCentre: CentreID
        var startedNs: UInt64
        var progressNs: UInt64
        var isSeen: Bool
        var audits = 0
        /// When the next step falls due by time, and because nobody saw the alert.
        var stepNs: UInt64?
        var unseenNs: UInt64?
        var starvesNs: UInt64?
    }

    var policies: [CentreID: CentrePolicy] = [:]
    private var waits: [AlertID: Wait] = [:]
    private var audits: [AlertID: Int] = [:]
    private(set) var nowNs: UInt64 = 0
    private var last: Instant?

    /// A second: a release ends the wait but keeps how often the auditor found the alert.
    private static let secondNs: UInt64 = 1_000_000_000

    mutating func advance(to time: Instant, isNewProcess: Bool) {
        defer { last = time }
        guard let last else { return }
        let elapsed =
            isNewProcess
            ? time.wall.nanoseconds - last.wall.nanoseconds
            : Int64(time.monotonic.nanoseconds) - Int64(last.monotonic.nanoseconds)
        nowNs += UInt64(max(0, elapsed))
    }

    /// What time it is at a moment of the running process.
    func timeNs(at now: Instant) -> UInt64 {
        guard let last else { return nowNs }
        let elapsed = Int64(now.monotonic.nanoseconds) - Int64(last.monotonic.nanoseconds)
        return nowNs + UInt64(max(0, elapsed))
    }

    func policy(_ centre: CentreID) -> CentrePolicy { policies[centre] ?? CentrePolicy(centre: centre) }

    /// The step behind `level`; of those at one time the last.
    func next(_ id: AlertID, level: EscalationLevel) -> Step? {
        guard let wait = waits[id] else { return nil }
        let policy = policy(wait.policyCentre)
        let all: [(EscalationLevel, UInt16, CentreID?, isThere: Bool)] = [
            (.reRing, policy.reRingS, nil, true), (.supervisors, policy.supervisorsS, nil, true),
            (.neighbour, policy.neighbourS, policy.neighbour, policy.neighbour != nil),
            (.failover, policy.failoverS, policy.failover, policy.failover != nil),
            (.dutyDesk, policy.dutyDeskS, policy.dutyDesk, policy.dutyDesk != nil),
        ]
        let left = all.filter { $0.isThere && $0.1 > 0 && $0.0 > level }
        guard let soonest = left.first?.1, let taken = left.last(where: { $0.1 == soonest }) else { return nil }
        return Step(level: taken.0, target: taken.2, afterNs: UInt64(soonest) * Self.secondNs)
    }

    mutating func begin(_ id: AlertID, centre: CentreID, isSeen: Bool, priority: Priority) {
        waits[id] = Wait(
            policyCentre: centre, startedNs: nowNs, progressNs: nowNs, isSeen: isSeen, audits: audits[id] ?? 0)
        arm(id, level: .none)
        let starvationS = policy(centre).starvationS
        if starvationS > 0, priority > .urgent {
            waits[id]?.starvesNs = nowNs + UInt64(starvationS) * Self.secondNs
        }
    }

    /// Whether an alert has waited too long.
    mutating func starves(_ id: AlertID, _ fired: TimerFired) -> Bool {
        guard waits[id]?.starvesNs == fired.due.nanoseconds else { return false }
        waits[id]?.starvesNs = nil
        return true
    }

    mutating func end(_ id: AlertID) {
        audits[id] = waits[id]?.audits
        waits[id] = nil
    }

    mutating func moved(_ id: AlertID) { waits[id]?.isSeen = false }

    mutating func rung(_ id: AlertID) { waits[id]?.progressNs = nowNs }

    mutating func seen(_ id: AlertID) {
        guard waits[id]?.isSeen == false else { return }
        waits[id]?.isSeen = true
        waits[id]?.progressNs = nowNs
        waits[id]?.unseenNs = nil
    }

    mutating func arm(_ id: AlertID, level: EscalationLevel) {
        guard var wait = waits[id] else { return }
        let unseenNs = UInt64(policy(wait.policyCentre).unseenS) * Self.secondNs
        wait.progressNs = nowNs
        wait.stepNs = nil
        wait.unseenNs = nil
        if let step = next(id, level: level) {
            wait.stepNs = wait.startedNs + step.afterNs
            if level > .none {
                wait.stepNs = max(wait.startedNs + step.afterNs, nowNs + max(unseenNs, Self.secondNs))
            }
            if !wait.isSeen, unseenNs > 0 { wait.unseenNs = nowNs + unseenNs }
        }
        waits[id] = wait
    }

    /// Counts anew until somebody of the centre where it is now sees it.
    mutating func armUnseen(_ id: AlertID) {
        guard let wait = waits[id] else { return }
        let unseenNs = UInt64(policy(wait.policyCentre).unseenS) * Self.secondNs
        waits[id]?.progressNs = nowNs
        waits[id]?.unseenNs = wait.stepNs != nil && !wait.isSeen && unseenNs > 0 ? nowNs + unseenNs : nil
    }

    /// What a firing does; nil when it came for nothing.
    mutating func fired(_ fired: TimerFired, level: EscalationLevel?) -> Step? {
        guard let level, let wait = waits[fired.key.alert] else { return nil }
        let due = fired.key.kind == .escalation ? wait.stepNs : wait.unseenNs
        guard due == fired.due.nanoseconds else { return nil }
        guard let step = next(fired.key.alert, level: level) else {
            endSteps(fired.key.alert)
            return nil
        }
        return step
    }

    /// The policy has lost its steps since one was armed.
    mutating func endSteps(_ id: AlertID) {
        waits[id]?.stepNs = nil
        waits[id]?.unseenNs = nil
    }

    /// Whether the auditor was right; notes that it came.
    mutating func audit(_ id: AlertID, level: EscalationLevel, isWatched: Bool) -> Bool {
        guard var wait = waits[id] else { return false }
        let quietNs = nowNs - wait.progressNs
        guard quietNs > (wait.audits == 0 ? 5_500_000_000 : 30_000_000_000) else { return false }
        let policy = policy(wait.policyCentre)
        let step = next(id, level: level)
        let waitedS = (nowNs - wait.startedNs) / Self.secondNs
        let isOverdue = step.map {
            waitedS > $0.afterNs / Self.secondNs + 2 && quietNs > (UInt64(policy.unseenS) + 2) * Self.secondNs
        }
        guard !wait.isSeen || !isWatched || step == nil || isOverdue == true else { return false }
        wait.audits += 1
        wait.progressNs = nowNs
        waits[id] = wait
        return true
    }

    /// Alerts that nobody looks at, unseen, on no console or past their last step, for 10 s and a bound.
    func unnoticed(
        at now: Instant, byMs: UInt64, _ facts: (AlertID) -> (level: EscalationLevel, isWatched: Bool)
    ) -> [AlertID] {
        let timeNs = timeNs(at: now)
        return waits.keys.sorted().filter { id in
            guard let wait = waits[id], wait.audits == 0 else { return false }
            let (level, isWatched) = facts(id)
            guard !wait.isSeen || !isWatched || next(id, level: level) == nil else { return false }
            return timeNs > wait.progressNs + 10_000_000_000 + byMs * 1_000_000
        }
    }

    func late(at now: Instant, byMs: UInt64) -> [(AlertID, UInt64)] {
        let timeNs = timeNs(at: now)
        return waits.keys.sorted().compactMap { id in
            let due = [waits[id]?.stepNs, waits[id]?.unseenNs].compactMap { $0 }.min()
            guard let due, timeNs > due + byMs * 1_000_000 else { return nil }
            return (id, (timeNs - due) / 1_000_000)
        }
    }
}
