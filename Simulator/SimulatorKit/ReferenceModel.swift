// A second, plain account of the rules that must never break, written without looking at the dispatcher.
// Slow, obvious, and only what the checkers need.

import AlertModel

/// Folds the journal into who has which alert.
struct ReferenceModel {
    struct OpenAlert: Hashable {
        let unit: UnitID
        var centre: CentreID
        var priority: Priority
        var stage = Stage.stored
        var owner: OfficerID?
        var presses = 1
        var level = EscalationLevel.none
        var rings: UInt16 = 0
        var queuePriority: Priority
    }

    /// What a command must come to.
    struct Verdict {
        let alert: AlertID
        /// Why not; nil when it is done.
        var reason: RefusalReason?
        /// Whose the alert is, as the refused are told.
        var owner: OfficerID?
    }

    private(set) var open: [AlertID: OpenAlert] = [:]
    /// The alert that each press belongs to; of a test call nil.
    private(set) var presses: [MessageID: AlertID?] = [:]
    /// The newest alert of each unit.
    private(set) var newest: [UnitID: AlertID] = [:]
    /// Alerts that an owner gave back at least once.
    private(set) var released: Set<AlertID> = []
    /// What each command must come to.
    private(set) var verdicts: [CommandID: Verdict] = [:]
    private(set) var units = ReferenceUnits()
    private(set) var technical = ReferenceTechnical()
    private(set) var maintenance = ReferenceMaintenance()
    private(set) var commands = ReferenceCommands()
    /// Conditions that the gateway found itself, or found ended.
    private(set) var findings: UInt64 = 0
    /// Whose each alert ever was.
    private(set) var unitOfAlert: [AlertID: UnitID] = [:]
    /// Who closed each closed alert; nobody did when its conditions ended.
    private var closedBy: [AlertID: OfficerID?] = [:]
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
            units.loseAllLinks()
        case .centreStateSet(let set): change(set.centre) { $0.set(set) }
        case .centreWatched(let watched):
            let nowNs = waits.nowNs
            change(watched.centre) { $0.watch(watched, nowNs: nowNs) }
        case .linkUp(let link): units.linkUp(link)
        case .linkDown(let link): units.linkDown(link)
        case .cancel(let cancel): apply(cancel)
        case .unitRegistered(let unit):
            centreOfUnit[unit.id] = unit.centre
            maintenance.know(unit)
        case .unitRemoved(let unit):
            centreOfUnit[unit] = nil
            maintenance.forget(unit)
        case .maintenanceSet(let set):
            let reason = maintenance.begin(set, sequence, nowNs: waits.nowNs, centres: centres)
            verdicts[set.command] = Verdict(alert: AlertID(sequence.value), reason: reason)
        case .maintenanceEnded(let ended):
            let reason = maintenance.end(ended)
            verdicts[ended.command] = Verdict(alert: AlertID(ended.maintenance.value), reason: reason)
        case .unitCommanded(let given):
            let isRegistered = maintenance.records[given.unit] != nil
            let reason = commands.give(given, sequence, nowNs: waits.nowNs, isRegistered: isRegistered)
            verdicts[given.command] = Verdict(alert: AlertID(sequence.value), reason: reason)
        case .unitCommandAnswered(let answer): commands.answered(answer)
        case .centreRegistered(let centre): centres.insert(centre.id)
        case .policyChanged(let policy): waits.policies[policy.centre] = policy
        case .conditionFound: findings += 1
        case .profileRegistered(let profile): technical.know(profile)
        case .alertShown(let shown):
            technical.shown(shown.alert)
            if let alert = open[shown.alert], alert.owner == nil {
                waits.seen(shown.alert)
                if alert.stage == .stored { open[shown.alert]?.stage = .ringing }
            }
        case .timerFired(let fired):
            if fired.key.kind == .centreUnwatched, let centre = fired.key.id(CentreID.self) {
                change(centre) { $0.unwatched(centre, fired) }
            } else if fired.key.kind == .maintenanceEnd {
                maintenance.fired(fired)
            } else if fired.key.kind == .unitCommandDue {
                commands.fired(fired, nowNs: waits.nowNs)
            } else if fired.key.kind == .starvation {
                starve(fired)
            } else if fired.key.kind.rawValue < 16,
                let step = waits.fired(fired, level: open[fired.key.alert]?.level)
            {
                take(step, fired.key.alert)
            }
        case .auditFound(let alert): audited(alert)
        case .press(let press): apply(press, sequence)
        case .officerAction(let action):
            let owner = standing(action.alert)?.owner ?? closedBy[action.alert] ?? nil
            let reason = refusal(of: action)
            verdicts[action.command] = Verdict(alert: action.alert, reason: reason, owner: owner)
            if reason == nil {
                apply(action)
                technical.apply(action)
                if action.action == .close { closedBy[action.alert] = action.officer }
            }
        default: break
        }
    }

    private mutating func apply(_ press: Press, _ sequence: JournalSequence) {
        guard presses[press.id] == nil else { return }
        presses[press.id] = .some(nil)
        if press.category == .test { return }
        if let known = open.first(where: { $0.value.unit == press.id.unit })?.key, let centre = open[known]?.centre
        {
            let priority = waits.policy(centre).priorities[press.category]
            open[known]?.presses += 1
            presses[press.id] = known
            units.said(press.id, of: known, isCancel: false)
            if let old = open[known]?.priority { open[known]?.priority = min(old, priority) }
            if let old = open[known]?.queuePriority { open[known]?.queuePriority = min(old, priority) }
        } else if let own = centreOfUnit[press.id.unit] ?? defaultCentre {
            let id = AlertID(sequence.value)
            let priority = waits.policy(own).priorities[press.category]
            let centre = desks.takesPresses(own) ? own : substitute(own) ?? own
            if centre != own { takenFrom[id] = own }
            newest[press.id.unit] = id
            unitOfAlert[id] = press.id.unit
            presses[press.id] = id
            units.said(press.id, of: id, isCancel: false)
            open[id] = OpenAlert(
                unit: press.id.unit, centre: centre, priority: priority, queuePriority: priority)
            waits.begin(id, centre: centre, isSeen: false, priority: priority)
        }
    }

    /// A cancel counts for the alert of the press that it names, while that is open.
    private mutating func apply(_ cancel: Cancel) {
        let named = MessageID(unit: cancel.id.unit, boot: cancel.id.boot, counter: cancel.pressCounter)
        guard let alert = presses[named] ?? nil, open[alert] != nil else { return }
        units.said(cancel.id, of: alert, isCancel: true)
    }

    /// Takes what the feed says of a technical alert.
    ///
    /// - Returns: what is wrong with it.
    mutating func heard(_ alert: Alert) -> String? {
        unitOfAlert[alert.id] = alert.unit
        if !alert.isOpen, closedBy[alert.id] == nil { closedBy[alert.id] = .some(nil) }
        return technical.heard(alert)
    }

    /// Conditions of a unit that last now.
    mutating func lasts(_ faults: FaultSet, of unit: UnitID) { technical.lasts(faults, of: unit) }

    /// What decides who may do what to an open alert, a caller's or a technical one.
    private func standing(_ id: AlertID) -> (owner: OfficerID?, stage: Stage, centre: CentreID)? {
        if let alert = open[id] { return (alert.owner, alert.stage, alert.centre) }
        return technical.open[id].map { ($0.owner, $0.stage, $0.centre) }
    }

    /// Why an action is not done; nil when it is.
    private func refusal(of action: OfficerAction) -> RefusalReason? {
        guard let alert = standing(action.alert) else {
            return closedBy[action.alert] == nil ? .alertUnknown : .alreadyClosed
        }
        let isFree = alert.owner == nil
        let isOwn = alert.owner == action.officer
        switch action.action {
        case .note: return action.note.isEmpty ? .noteMissing : nil
        case .claim: return isFree || isOwn ? nil : .alreadyClaimed
        case .reRing: return isFree ? nil : .alreadyClaimed
        case .release, .dispatch, .arrive, .close, .transfer: break
        }
        if !isOwn { return isFree ? .notClaimed : .notOwner }
        if action.action == .dispatch, alert.stage == .arrived { return .stagePassed }
        if action.action == .close, action.outcome == nil { return .outcomeMissing }
        if action.action == .transfer {
            guard let to = action.to, centres.contains(to) else { return .centreUnknown }
            if to == alert.centre { return .alreadyThere }
            if !desks.takesOthers(to) { return .centreNotTaking }
        }
        return nil
    }

    /// An action that must be done.
    private mutating func apply(_ action: OfficerAction) {
        let id = action.alert
        guard var alert = open[id] else { return }
        switch action.action {
        case .note: break
        case .claim:
            if alert.owner == nil {
                alert.owner = action.officer
                alert.stage = .answered
                waits.end(id)
            }
        case .reRing:
            alert.rings += 1
            waits.rung(id)
        case .dispatch: alert.stage = .dispatched
        case .arrive: alert.stage = .arrived
        case .release, .transfer:
            released.insert(id)
            alert.owner = nil
            alert.stage = .ringing
            alert.level = .none
            alert.queuePriority = alert.priority
            if action.action == .transfer {
                takenFrom[id] = nil
                alert.centre = action.to ?? alert.centre
            }
            let isSeen = action.action == .release
            waits.begin(id, centre: alert.centre, isSeen: isSeen, priority: alert.priority)
        case .close: waits.end(id)
        }
        open[id] = action.action == .close ? nil : alert
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
        waits.endSteps(id)
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

    /// Alerts that the auditor should have found.
    func unnoticed(at now: Instant) -> [AlertID] {
        waits.unnoticed(at: now, byMs: UInt64(Self.lateTicksMax) * 50) { id in
            guard let alert = open[id] else { return (level: .none, isWatched: true) }
            return (alert.level, desks.consoles(alert.centre) != 0)
        }
    }

    /// Maintenance that should have ended.
    func lateMaintenance(at now: Instant) -> [JournalSequence] {
        maintenance.late(atNs: waits.timeNs(at: now), byMs: UInt64(Self.lateTicksMax) * 50)
    }

    /// Commands to units that should be over.
    func lateCommands(at now: Instant) -> [JournalSequence] {
        commands.late(atNs: waits.timeNs(at: now), byMs: UInt64(Self.lateTicksMax) * 50)
    }

    /// Alerts whose next step should have been in the journal long ago, and by how many milliseconds.
    func lateSteps(at now: Instant) -> [(AlertID, UInt64)] {
        waits.late(at: now, byMs: UInt64(Self.lateTicksMax) * 50)
    }
}
