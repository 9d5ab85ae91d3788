// A second, plain account of the rules that must never break, written without looking at the dispatcher.
// Slow, obvious, and only what the checkers need.

import AlertModel

/// Folds the journal into who has which alert.
struct ReferenceModel {
    struct OpenAlert: Hashable {
        let unit: UnitID
        var centre: CentreID
        var priority: Priority
        var owner: OfficerID?
        var hasArrived = false
        var presses = 1
        var level = EscalationLevel.none
        var rings: UInt16 = 0
    }

    private(set) var open: [AlertID: OpenAlert] = [:]
    private(set) var presses: Set<MessageID> = []
    /// The newest alert of each unit.
    private(set) var newest: [UnitID: AlertID] = [:]
    /// Alerts that an owner gave back at least once.
    private(set) var released: Set<AlertID> = []
    /// Whether each command must succeed.
    private(set) var mustSucceed: [CommandID: Bool] = [:]
    private var centreOfUnit: [UnitID: CentreID] = [:]
    private var defaultCentre: CentreID?
    private var centres: Set<CentreID> = []
    private(set) var waits = ReferenceWaits()

    /// Ticks of 50 ms that an event may take through lane, batches and sync.
    static let lateTicksMax = 60

    mutating func apply(_ event: Event, _ sequence: JournalSequence, at time: Instant) {
        waits.advance(to: time, isNewProcess: event.kind == .gatewayStarted)
        switch event {
        case .gatewayStarted(let started): defaultCentre = started.defaultCentre
        case .unitRegistered(let unit): centreOfUnit[unit.id] = unit.centre
        case .unitRemoved(let unit): centreOfUnit[unit] = nil
        case .centreRegistered(let centre): centres.insert(centre.id)
        case .policyChanged(let policy): waits.policies[policy.centre] = policy
        case .alertShown(let shown):
            if open[shown.alert]?.owner == nil { waits.seen(shown.alert) }
        case .timerFired(let fired):
            if let step = waits.fired(fired, level: open[fired.key.alert]?.level) { take(step, fired.key.alert) }
        case .auditFound(let alert): audited(alert)
        case .press(let press): apply(press, sequence)
        case .officerAction(let action): mustSucceed[action.command] = apply(action)
        default: break
        }
    }

    private mutating func apply(_ press: Press, _ sequence: JournalSequence) {
        guard presses.insert(press.id).inserted, press.category != .test else { return }
        let priority = press.category.defaultPriority
        if let known = open.first(where: { $0.value.unit == press.id.unit })?.key {
            open[known]?.presses += 1
            if let old = open[known]?.priority { open[known]?.priority = min(old, priority) }
        } else if let centre = centreOfUnit[press.id.unit] ?? defaultCentre {
            newest[press.id.unit] = AlertID(sequence.value)
            open[AlertID(sequence.value)] = OpenAlert(unit: press.id.unit, centre: centre, priority: priority)
            waits.begin(AlertID(sequence.value), centre: centre, isSeen: false)
        }
    }

    private mutating func apply(_ action: OfficerAction) -> Bool {
        guard let alert = open[action.alert] else { return false }
        if action.action == .claim {
            if alert.owner == nil {
                open[action.alert]?.owner = action.officer
                waits.end(action.alert)
            }
            return alert.owner == nil || alert.owner == action.officer
        }
        if action.action == .note { return !action.note.isEmpty }
        if action.action == .reRing {
            guard alert.owner == nil else { return false }
            open[action.alert]?.rings += 1
            waits.rung(action.alert)
            return true
        }
        guard alert.owner == action.officer else { return false }
        switch action.action {
        case .claim, .note, .reRing: break
        case .transfer:
            guard let to = action.to, centres.contains(to), to != alert.centre else { return false }
            released.insert(action.alert)
            open[action.alert]?.owner = nil
            open[action.alert]?.hasArrived = false
            open[action.alert]?.level = .none
            open[action.alert]?.centre = to
            waits.begin(action.alert, centre: to, isSeen: false)
        case .release:
            released.insert(action.alert)
            open[action.alert]?.owner = nil
            open[action.alert]?.hasArrived = false
            open[action.alert]?.level = .none
            waits.begin(action.alert, centre: alert.centre, isSeen: true)
        case .dispatch: return !alert.hasArrived
        case .arrive: open[action.alert]?.hasArrived = true
        case .close:
            if action.outcome == nil { return false }
            open[action.alert] = nil
            waits.end(action.alert)
        }
        return true
    }

    /// Where a step leads.
    private mutating func take(_ step: ReferenceWaits.Step, _ id: AlertID) {
        guard var alert = open[id] else { return }
        alert.level = step.level
        alert.rings += 1
        if let target = step.target, target != alert.centre {
            alert.centre = target
            waits.moved(id)
        }
        open[id] = alert
        waits.arm(id, level: step.level)
    }

    private mutating func audited(_ id: AlertID) {
        guard var alert = open[id], waits.audit(id, level: alert.level) else { return }
        if let step = waits.next(id, level: alert.level) { return take(step, id) }
        alert.rings += 1
        alert.level = max(alert.level, .supervisors)
        open[id] = alert
    }

    /// Alerts whose next step should have been in the journal long ago, and by how many milliseconds.
    func lateSteps(at now: Instant) -> [(AlertID, UInt64)] {
        waits.late(at: now, byMs: UInt64(Self.lateTicksMax) * 50)
    }
}
