// The reference model's account of technical alerts. That the gateway raised one is learnt from the feed; whether it had
// to, and what officers do to it, is decided here.

import AlertModel

/// An alert of the gateway's own, for one unit or for an outage.
struct TechnicalAlert: Hashable {
    let unit: UnitID
    var centre: CentreID
    var stage: Stage
    var owner: OfficerID?
    var faults: FaultSet
    let isOutage: Bool
    var isCleared: Bool
}

struct ReferenceTechnical {
    private(set) var open: [AlertID: TechnicalAlert] = [:]
    /// Conditions of each unit whose alert an officer closed while they lasted.
    private(set) var answered: [UnitID: FaultSet] = [:]
    private(set) var profiles: [ProfileID: ProfileRecord] = [:]

    mutating func know(_ profile: ProfileRecord) { profiles[profile.id] = profile }

    /// The alert of one unit alone.
    func alert(of unit: UnitID) -> TechnicalAlert? { open.values.first { $0.unit == unit && !$0.isOutage } }

    /// Takes what the gateway tells of an alert.
    ///
    /// - Returns: what is wrong with it.
    mutating func heard(_ alert: Alert) -> String? {
        let known = open[alert.id]
        let told = TechnicalAlert(
            unit: alert.unit, centre: alert.centre, stage: alert.stage, owner: alert.owner, faults: alert.faults,
            isOutage: alert.outage != nil, isCleared: alert.clearedAt != nil)
        if !alert.isOpen {
            open[alert.id] = nil
            // Closed by nobody is closed because its conditions ended; closed by an officer was noted as an act.
            return known != nil && alert.clearedAt == nil ? "closes by itself while its conditions last" : nil
        }
        open[alert.id] = told
        guard let known else { return told.owner == nil ? nil : "begins with an owner" }
        if known.owner != told.owner || known.stage != told.stage {
            return "is \(told.stage) of \(told.owner?.description ?? "nobody"), "
                + "not \(known.stage) of \(known.owner?.description ?? "nobody")"
        }
        return nil
    }

    mutating func shown(_ id: AlertID) {
        guard let alert = open[id], alert.owner == nil, alert.stage == .stored else { return }
        open[id]?.stage = .ringing
    }

    /// An officer's act that must be done.
    mutating func apply(_ action: OfficerAction) {
        guard var alert = open[action.alert] else { return }
        switch action.action {
        case .note, .reRing: break
        case .claim:
            if alert.owner == nil { alert.stage = .answered }
            alert.owner = action.officer
        case .dispatch: alert.stage = .dispatched
        case .arrive: alert.stage = .arrived
        case .release, .transfer:
            alert.owner = nil
            alert.stage = .ringing
            if action.action == .transfer { alert.centre = action.to ?? alert.centre }
        case .close:
            if !alert.isCleared, !alert.isOutage { answered[alert.unit, default: []].formUnion(alert.faults) }
        }
        open[action.alert] = action.action == .close ? nil : alert
    }

    /// What ended calls again when it begins again.
    mutating func lasts(_ faults: FaultSet, of unit: UnitID) { answered[unit]?.formIntersection(faults) }

    /// Units of which anything was answered.
    var answeredUnits: [UnitID] { answered.filter { !$0.value.isEmpty }.keys.sorted() }

    /// Conditions that must call somebody, as the documents say.
    func calling(_ status: UnitStatus) -> FaultSet {
        guard status.isRegistered, status.maintenanceEndsAt == nil else { return [] }
        let profile = status.record.profile.flatMap { profiles[$0] }
        let alert = alert(of: status.record.id)
        let flapsOn = status.faults.contains(.linkFlapping) && alert?.faults.contains(.linkLost) == true
        var calling = FaultSet()
        for kind in status.faults.kinds {
            let isExplained = status.faults.kinds.contains { Self.explains($0, kind) }
            if isExplained || Self.isRecordedOnly(kind, profile) { continue }
            if kind == .linkLost, status.outage != nil { continue }
            calling.insert(FaultSet(kind))
        }
        if flapsOn { calling.insert(FaultSet(.linkLost)) }
        return calling
    }

    private static func isRecordedOnly(_ kind: FaultKind, _ profile: ProfileRecord?) -> Bool {
        switch profile?.severities[kind] ?? .standing {
        case .recorded: return true
        case .alert: return false
        case .standing:
            return [.charger, .clockWrong, .certificateExpiring, .firmwareMismatch, .linkFlapping].contains(kind)
        }
    }

    private static func explains(_ cause: FaultKind, _ kind: FaultKind) -> Bool {
        switch cause {
        case .linkLost: ![.linkLost, .displaced, .doorOpen].contains(kind)
        case .mainsLost: [.batteryLow, .charger, .gpsLost, .gpsFrozen, .camera].contains(kind)
        case .jamming: [.gpsLost, .gpsFrozen, .pathLost, .linkFlapping].contains(kind)
        case .gpsLost: kind == .gpsFrozen
        case .linkFlapping: kind == .pathLost
        default: false
        }
    }
}
