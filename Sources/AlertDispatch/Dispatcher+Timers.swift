// Deadlines of the dispatcher: which are due is asked from outside, what they do happens when the journal has
// the event. Docs/alert-life.md, section "Deadlines".

public import AlertModel

extension Dispatcher {
    /// When ``dueTimers(at:max:into:)`` will next have something, by the running process's monotonic clock; nil
    /// when nothing is armed. May be past. Amortised O(log n).
    public var nextDeadline: MonotonicTime? {
        mutating get {
            if !findings.isEmpty { return clock.moment(of: clock.now) }
            return deadlines.first().map { clock.moment(of: $0.due) }
        }
    }

    /// Appends an event for each deadline that is due, in the order in which they fell due. Changes nothing that
    /// is durable: each event is to be journaled and then applied, and is handed out once by a process.
    ///
    /// - Parameters:
    ///   - moment: of the running process.
    ///   - max: how many at most; the rest stays due.
    ///   - events: where they go.
    public mutating func dueTimers(at moment: MonotonicTime, max: Int, into events: inout [Event]) {
        let now = clock.time(at: moment)
        var taken = min(max, findings.count)
        if taken > 0 {
            events += findings.prefix(taken)
            findings.removeFirst(taken)
        }
        while taken < max, let (key, armed, due) = deadlines.first(), due <= now {
            deadlines.removeFirst()
            events.append(.timerFired(TimerFired(key: key, serial: armed.serial, due: armed.due)))
            taken += 1
        }
    }

    /// Applies a deadline that fell due, if it still stands.
    mutating func timerFired(_ fired: TimerFired, at now: WallTime, effects: inout [Effect]) {
        guard deadlines.isArmed(fired) else { return }
        deadlines.disarm(fired.key)
        totals.timersFired &+= 1
        switch fired.key.kind {
        case .escalation, .unseen: stepIsDue(fired.key.alert, effects: &effects)
        case .starvation: standsHigher(fired.key.alert, effects: &effects)
        case .centreUnwatched:
            if let centre = fired.key.id(CentreID.self) { centreIsUnwatched(centre, effects: &effects) }
        case .outageReview: outageReviewIsDue(at: now, effects: &effects)
        case .maintenanceEnd: maintenanceIsOver(JournalSequence(fired.key.low), at: now, effects: &effects)
        case .unitLost, .pathLost, .linkCalm, .testDue, .stormCalm, .certificate, .faultReview, .unitCommandDue:
            guard let unit = fired.key.id(UnitID.self) else { return }
            unitTimerFired(fired.key.kind, unit, at: now, effects: &effects)
        }
    }

    private mutating func unitTimerFired(
        _ kind: TimerKind, _ unit: UnitID, at now: WallTime, effects: inout [Effect]
    ) {
        switch kind {
        case .unitLost: unitIsLost(unit)
        case .pathLost: pathIsLost(unit)
        case .linkCalm: linkIsCalm(unit)
        case .testDue: testIsDue(unit, effects: &effects)
        case .stormCalm: stormIsOver(unit)
        case .certificate: certificateIsDue(unit)
        case .faultReview: faultReviewIsDue(unit, at: now, effects: &effects)
        case .unitCommandDue: unitCommandIsDue(unit, at: now, effects: &effects)
        case .escalation, .unseen, .starvation, .centreUnwatched, .outageReview, .maintenanceEnd: break
        }
    }
}
