// What a policy says comes next, as pure functions. Docs/alert-life.md shows the same to people.

public import AlertModel

/// One step of an unclaimed alert.
public struct EscalationStep: Hashable, Sendable {
    /// The level it comes to.
    public let level: EscalationLevel
    /// When, in seconds from the start of the wait.
    public let afterS: UInt16
}

extension CentrePolicy {
    /// Where an alert goes at a level; nil when it stays where it is.
    public func target(at level: EscalationLevel) -> CentreID? {
        switch level {
        case .none, .reRing, .supervisors: nil
        case .neighbour: neighbour
        case .failover: failover
        case .dutyDesk: dutyDesk
        }
    }

    /// When a level is reached, in seconds; nil when the policy has no such step.
    public func afterS(_ level: EscalationLevel) -> UInt16? {
        let seconds =
            switch level {
            case .none: UInt16(0)
            case .reRing: reRingS
            case .supervisors: supervisorsS
            case .neighbour: neighbour == nil ? 0 : neighbourS
            case .failover: failover == nil ? 0 : failoverS
            case .dutyDesk: dutyDesk == nil ? 0 : dutyDeskS
            }
        return seconds == 0 ? nil : seconds
    }

    /// The step behind `level`; nil when that was the last. Of steps at one time the furthest is taken.
    public func step(after level: EscalationLevel) -> EscalationStep? {
        var found: EscalationStep?
        for candidate in EscalationLevel.allCases where candidate > level {
            guard let seconds = afterS(candidate) else { continue }
            if let found, seconds > found.afterS { return found }
            found = EscalationStep(level: candidate, afterS: found?.afterS ?? seconds)
        }
        return found
    }
}

/// How an alert has been waiting since it was raised or released last. Durable.
struct Wait: Hashable, Sendable {
    /// Whose policy it goes by: the centre in whose queue the wait began.
    var centre: CentreID
    var startedAt: JournalTime
    /// When anything last happened for it: raised, shown, a step, found by the auditor.
    var progressAt: JournalTime
    /// Whether a console of the present centre has shown it.
    var isSeen: Bool
}
