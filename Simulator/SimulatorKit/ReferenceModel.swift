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
        var queuePriority: Priority
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
    private var desks = ReferenceCentres()
    /// The centre that could not serve an alert.
    private var takenFrom: [AlertID: CentreID] = [:]
    private(set) var waits = ReferenceWaits()

    /// Ticks of 50 ms that an event may take through lane, batches and sync.
    static let lateTicksMax = 60

    mutating func apply(_ event: Event, _ sequence: JournalSequence, at time: Instant) {
        waits.advance(to: time, isNewProcess: event.kind == .gatewayStarted)
        switch event {
        case .gatewayStarted(let started):
            defaultCentre = started.defaultCentre
            desks.forgetConsoles(nowNs: waits.nowNs)
        case .centreStateSet(let set): change(set.centre) { $0.set(set) }
        case .centreWatched(let watched):
            let nowNs = waits.nowNs
            change(watched.centre) { $0.watch(watched, nowNs: nowNs) }
        case .unitRegistered(let unit): centreOfUnit[unit.id] = unit.centre
        case .unitRemoved(let unit): centreOfUnit[unit] = nil
        case .centreRegistered(let centre): centres.insert(centre.id)
        case .policyChanged(let policy): waits.policies[policy.centre] = policy
        case .alertShown(let shown):
            if open[shown.alert]?.owner == nil { waits.seen(shown.alert) }
        case .timerFired(let fired):
            if fired.key.kind == .centreUnwatched, let centre = fired.key.id(CentreID.self) {
                change(centre) { $0.unwatched(centre, fired) }
            } else if fired.key.kind == .starvation {
                starve(fired)
            } else if fired.key.kind.rawValue < 16,
                let step = waits.fired(fired, level: open[fired.key.alert]?.level)
            {
                take(step, fired.key.alert)
            }
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
            if let old = open[known]?.queuePriority { open[known]?.queuePriority = min(old, priority) }
        } else if let own = centreOfUnit[press.id.unit] ?? defaultCentre {
            let id = AlertID(sequence.value)
            let centre = desks.takesPresses(own) ? own : substitute(own) ?? own
            if centre != own { takenFrom[id] = own }
            newest[press.id.unit] = id
            open[id] = OpenAlert(
                unit: press.id.unit, centre: centre, priority: priority, queuePriority: priority)
            waits.begin(id, centre: centre, isSeen: false, priority: priority)
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
            guard let to = action.to, centres.contains(to), to != alert.centre, desks.takesOthers(to) else {
                return false
            }
            takenFrom[action.alert] = nil
            open[action.alert]?.queuePriority = alert.priority
            released.insert(action.alert)
            open[action.alert]?.owner = nil
            open[action.alert]?.hasArrived = false
            open[action.alert]?.level = .none
            open[action.alert]?.centre = to
            waits.begin(action.alert, centre: to, isSeen: false, priority: alert.priority)
        case .release:
            released.insert(action.alert)
            open[action.alert]?.owner = nil
            open[action.alert]?.hasArrived = false
            open[action.alert]?.level = .none
            open[action.alert]?.queuePriority = alert.priority
            waits.begin(action.alert, centre: alert.centre, isSeen: true, priority: alert.priority)
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
        if let target = step.target, desks.takesOthers(target) {
            takenFrom[id] = nil
            if target != alert.centre { waits.moved(id) }
            alert.centre = target
        }
        open[id] = alert
        waits.arm(id, level: step.level)
    }

    private mutating func audited(_ id: AlertID) {
        guard var alert = open[id] else { return }
        guard waits.audit(id, level: alert.level, isWatched: desks.consoles(alert.centre) != 0) else { return }
        if let step = waits.next(id, level: alert.level) { return take(step, id) }
        alert.rings += 1
        alert.level = max(alert.level, .supervisors)
        open[id] = alert
    }

    /// Fail-over centre, neighbour, duty desk, default centre: the first that takes it.
    private func substitute(_ centre: CentreID) -> CentreID? {
        let policy = waits.policy(centre)
        return [policy.failover, policy.neighbour, policy.dutyDesk, defaultCentre].compactMap { $0 }
            .first { $0 != centre && desks.takesOthers($0) }
    }

    private mutating func change(_ centre: CentreID, _ body: (inout ReferenceCentres) -> Void) {
        let (kept, took) = (desks.keepsAlerts(centre), desks.takesPresses(centre))
        body(&desks)
        for id in open.keys.sorted() where open[id]?.owner == nil {
            if kept, !desks.keepsAlerts(centre), open[id]?.centre == centre, let target = substitute(centre) {
                takenFrom[id] = takenFrom[id] ?? centre
                relocate(id, to: target)
            }
            if !took, desks.takesPresses(centre), takenFrom[id] == centre {
                takenFrom[id] = nil
                if open[id]?.centre != centre { relocate(id, to: centre) }
            }
        }
    }

    private mutating func relocate(_ id: AlertID, to centre: CentreID) {
        open[id]?.centre = centre
        waits.moved(id)
        waits.armUnseen(id)
    }

    private mutating func starve(_ fired: TimerFired) {
        let id = fired.key.alert
        guard let alert = open[id], waits.starves(id, fired), alert.priority > .urgent,
            let higher = Priority(rawValue: alert.priority.rawValue - 1)
        else { return }
        open[id]?.queuePriority = min(alert.queuePriority, higher)
    }

    /// Alerts whose next step should have been in the journal long ago, and by how many milliseconds.
    func lateSteps(at now: Instant) -> [(AlertID, UInt64)] {
        waits.late(at: now, byMs: UInt64(Self.lateTicksMax) * 50)
    }
}
