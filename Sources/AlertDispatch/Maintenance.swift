// Planned work on units: for its time their conditions call nobody, and a deadline ends it. Presses always call.

public import AlertModel

/// One maintenance under way. Durable.
struct Maintenance: Hashable, Sendable {
    /// The journal record that began it.
    let id: JournalSequence
    let scope: MaintenanceScope
    /// By the gateway's clock, for people; the deadline is ``TimerKind/maintenanceEnd``.
    let endsAt: WallTime
    let reason: String
    let officer: OfficerID
}

extension Dispatcher {
    /// More at once is not planned work: a scope covers a whole road or centre.
    static var maintenanceMax: Int { 1_000 }

    /// Maintenance under way, in the order of its beginning.
    public var openMaintenance: [MaintenanceStatus] {
        maintenance.values.sorted { $0.id < $1.id }.map { $0.status(isOver: false) }
    }

    mutating func maintenanceSet(_ set: MaintenanceSet, at now: WallTime, effects: inout [Effect]) {
        if let reason = refusal(of: set) { return refuse(set.command, reason, effects: &effects) }
        let due = clock.now.advanced(byNanoseconds: UInt64(set.durationS) * 1_000_000_000)
        let begun = Maintenance(
            id: lastSequence, scope: set.scope, endsAt: clock.wall(of: due), reason: set.reason,
            officer: set.officer)
        maintenance[begun.id] = begun
        deadlines.arm(TimerKey(maintenance: begun.id), at: due)
        for id in unitIDs(coveredBy: begun.scope) {
            guard let unit = units[id] else { continue }
            let known = unit.supervision.maintenanceEndsAt
            if shelve(unit, until: known.map { max($0, begun.endsAt) } ?? begun.endsAt) {
                publish(unit, effects: &effects)
            }
        }
        effects.append(.feed(.maintenance(begun.status(isOver: false))))
        effects.append(.feed(.result(set.command, .done(AlertID(begun.id.value)))))
    }

    mutating func maintenanceEnded(_ ended: MaintenanceEnded, at now: WallTime, effects: inout [Effect]) {
        guard maintenance[ended.maintenance] != nil else {
            return refuse(ended.command, .maintenanceUnknown, effects: &effects)
        }
        deadlines.disarm(TimerKey(maintenance: ended.maintenance))
        maintenanceIsOver(ended.maintenance, at: now, effects: &effects)
        effects.append(.feed(.result(ended.command, .done(AlertID(ended.maintenance.value)))))
    }

    /// The time of a maintenance is over: what lasts of its units' conditions calls, where no other covers them.
    mutating func maintenanceIsOver(_ id: JournalSequence, at now: WallTime, effects: inout [Effect]) {
        guard let ended = maintenance.removeValue(forKey: id) else { return }
        for id in unitIDs(coveredBy: ended.scope) {
            guard let unit = units[id] else { continue }
            if shelve(unit, until: maintenanceEnd(of: unit)) { publish(unit, effects: &effects) }
        }
        effects.append(.feed(.maintenance(ended.status(isOver: true))))
    }

    /// A unit's record came, changed or went: it may be covered now, or not any more.
    mutating func maintenanceMayCover(_ unit: UnitState) { _ = shelve(unit, until: maintenanceEnd(of: unit)) }

    /// The latest end of all that cover the unit; nil when none does. O(maintenance under way).
    func maintenanceEnd(of unit: UnitState) -> WallTime? {
        guard unit.isRegistered else { return nil }
        return maintenance.values.filter { $0.scope.covers(unit.record) }.map(\.endsAt).max()
    }

    /// Registered units, in order of identifier. O(n) but for one unit.
    private func unitIDs(coveredBy scope: MaintenanceScope) -> [UnitID] {
        if case .unit(let id) = scope { return units[id]?.isRegistered == true ? [id] : [] }
        return units.values.filter { $0.isRegistered && scope.covers($0.record) }.map(\.record.id).sorted()
    }

    private func refusal(of set: MaintenanceSet) -> RefusalReason? {
        guard (1...MaintenanceSet.durationMaxS).contains(set.durationS) else { return .durationWrong }
        guard set.reason.contains(where: { !$0.isWhitespace }) else { return .reasonMissing }
        guard maintenance.count < Self.maintenanceMax else { return .maintenanceFull }
        switch set.scope {
        case .unit: return unitIDs(coveredBy: set.scope).isEmpty ? .unitUnknown : nil
        case .road: return unitIDs(coveredBy: set.scope).isEmpty ? .roadUnknown : nil
        case .centre(let centre): return centresByID[centre] == nil ? .centreUnknown : nil
        }
    }

    mutating func refuse(_ command: CommandID, _ reason: RefusalReason, effects: inout [Effect]) {
        totals.commandsRefused &+= 1
        effects.append(.feed(.result(command, .refused(reason, owner: nil))))
    }

    /// - Returns: whether that is another time than before.
    private mutating func shelve(_ unit: UnitState, until endsAt: WallTime?) -> Bool {
        let former = unit.supervision.maintenanceEndsAt
        guard former != endsAt else { return false }
        unit.supervision.maintenanceEndsAt = endsAt
        if former == nil { leaveOutage(unit) }
        if endsAt == nil { loseAnew(unit) }
        if unit.technicalAlert != nil || !unit.activeFaults.isEmpty { reviewSoon(unit) }
        return true
    }

    /// A unit that was lost under maintenance and is lost still counts from the end on: many together are an outage.
    private mutating func loseAnew(_ unit: UnitState) {
        guard unit.supervision.lostAt != nil else { return }
        unit.supervision.lostAt = clock.now
        unit.supervision.isLossHeld = true
        census.lost(unit.record.id)
        deadlines.arm(
            TimerKey(.faultReview, unit.record.id), at: clock.now.advanced(byNanoseconds: Self.lossHoldNs))
        armOutageReview(inNs: Self.lossHoldNs - 500_000_000)
    }

    /// Units are covered by what is under way and by nothing else, and all of it ends.
    func checkMaintenance(_ wrong: inout [String]) {
        for id in maintenance.keys where deadlines.armed[TimerKey(maintenance: id)] == nil {
            wrong.append("maintenance \(id.value) has no end")
        }
        for key in deadlines.armed.keys where key.kind == .maintenanceEnd {
            if maintenance[JournalSequence(key.low)] == nil {
                wrong.append("maintenance \(key.low) is over and ends once more")
            }
        }
        for (id, unit) in units where unit.supervision.maintenanceEndsAt != maintenanceEnd(of: unit) {
            wrong.append("unit \(id) is under maintenance by mistake, or not")
        }
    }
}

extension TimerKey {
    /// The end of a maintenance, by the journal record that began it.
    init(maintenance id: JournalSequence) { self.init(kind: .maintenanceEnd, high: 0, low: id.value) }
}

extension MaintenanceScope {
    func covers(_ record: UnitRecord) -> Bool {
        switch self {
        case .unit(let unit): record.id == unit
        case .road(let road): record.road == road
        case .centre(let centre): record.centre == centre
        }
    }
}

extension Maintenance {
    func status(isOver: Bool) -> MaintenanceStatus {
        MaintenanceStatus(
            id: id, scope: scope, endsAt: endsAt, reason: reason, officer: officer, isOver: isOver)
    }
}

extension Maintenance {
    func write(to writer: inout StateWriter) {
        writer.number(id.value)
        switch scope {
        case .unit(let unit):
            writer.byte(1)
            writer.id(unit)
        case .road(let road):
            writer.byte(2)
            writer.id(road)
        case .centre(let centre):
            writer.byte(3)
            writer.id(centre)
        }
        writer.time(endsAt)
        writer.text(reason)
        writer.id(officer)
    }

    init(from reader: inout StateReader) throws(StateDecodingError) {
        let id = JournalSequence(try reader.number())
        let scope: MaintenanceScope
        switch try reader.byte() {
        case 1: scope = .unit(try reader.id())
        case 2: scope = .road(try reader.id())
        case 3: scope = .centre(try reader.id())
        default: throw reader.error(.badValue)
        }
        self.init(
            id: id, scope: scope, endsAt: try reader.time(), reason: try reader.text(), officer: try reader.id())
    }

    func mix(into hasher: inout StateHasher) {
        hasher.mix(id.value)
        switch scope {
        case .unit(let unit): hasher.mix(unit)
        case .road(let road): hasher.mix(road)
        case .centre(let centre): hasher.mix(centre)
        }
        hasher.mix(endsAt.nanoseconds)
        hasher.mix(reason)
        hasher.mix(officer)
    }
}
