// Which units are lost: decided by links and deadlines alone, so by the journal, so by one writer. The transport
// watches each link by every frame that comes; this watches units that have none. Docs/supervision.md.

import AlertModel

extension Dispatcher {
    /// So much earlier than its reporting time a unit counts as lost, seconds: the rest is for telling it.
    static var tellingS: UInt16 { 3 }
    /// How long a loss waits for others like it before it has an alert of its own, nanoseconds.
    static var lossHoldNs: UInt64 { 2_000_000_000 }

    /// Units that are lost now. O(n).
    public var lostUnitCount: Int { units.values.reduce(0) { $0 + ($1.supervision.lostAt == nil ? 0 : 1) } }

    static func absenceS(of record: UnitRecord) -> UInt16 {
        record.reportingTimeS > tellingS ? record.reportingTimeS - tellingS : 1
    }

    /// A link came up: whatever was thought of the unit, it is there.
    ///
    /// - Parameter isHalfOpen: it took the place of one that the unit had lost and whose end nobody will report.
    mutating func supervise(_ unit: UnitState, _ link: LinkUp, isNewBoot: Bool, isHalfOpen: Bool) {
        if isHalfOpen { countDown(unit, .peerClosed) }
        if isNewBoot { unit.supervision.pathsSeen = 0 }
        unit.supervision.pathsSeen |= LinkPair.bit(link.path) & ~1
        unit.supervision.firmware = link.firmware
        deadlines.disarm(TimerKey(.unitLost, unit.record.id))
        found(unit)
        if unit.supervision.pathsSeen & ~unit.links.paths == 0 {
            deadlines.disarm(TimerKey(.pathLost, unit.record.id))
            condition(.pathLost, of: unit, isActive: false)
        }
    }

    /// A link went down.
    mutating func supervise(_ unit: UnitState, _ link: LinkDown) {
        countDown(unit, link.end)
        guard unit.isSupervised else { return }
        if unit.links.isEmpty {
            deadlines.disarm(TimerKey(.pathLost, unit.record.id))
            // The transport has waited for a silent one already.
            let absence = link.end == .silent ? 0 : Self.absenceS(of: unit.record)
            deadlines.arm(TimerKey(.unitLost, unit.record.id), at: clock.now.advanced(bySeconds: absence))
        } else if unit.supervision.pathsSeen & ~unit.links.paths != 0 {
            let absence = link.end == .silent ? 0 : Self.absenceS(of: unit.record)
            deadlines.arm(TimerKey(.pathLost, unit.record.id), at: clock.now.advanced(bySeconds: absence))
        }
    }

    /// A new process: no unit has a link, and each gets its reporting time and a grace to come back.
    mutating func superviseAfterStart(_ unit: UnitState) {
        let id = unit.record.id
        deadlines.disarm(TimerKey(.pathLost, id))
        guard unit.isSupervised, unit.supervision.lostAt == nil else { return }
        let due = clock.now.advanced(bySeconds: Self.absenceS(of: unit.record))
        deadlines.arm(TimerKey(.unitLost, id), at: due.advanced(bySeconds: supervision.startGraceS))
    }

    /// The registry has a unit that was seen before: it is waited for from now on.
    mutating func beginSupervision(of unit: UnitState) {
        let key = TimerKey(.unitLost, unit.record.id)
        guard unit.isSupervised, unit.links.isEmpty, unit.supervision.lostAt == nil, deadlines.armed[key] == nil
        else { return }
        deadlines.arm(key, at: clock.now.advanced(bySeconds: Self.absenceS(of: unit.record)))
    }

    /// Nobody waits for a unit that is not in the registry any more.
    mutating func endSupervision(of unit: UnitState) {
        for kind in [TimerKind.unitLost, .pathLost, .testDue, .certificate] {
            deadlines.disarm(TimerKey(kind, unit.record.id))
        }
        found(unit)
        reviewSoon(unit)
    }

    /// A unit's reporting time is over, and it has no link.
    mutating func unitIsLost(_ id: UnitID) {
        guard let unit = units[id], unit.isSupervised, unit.links.isEmpty, unit.supervision.lostAt == nil else {
            return
        }
        totals.unitsLost &+= 1
        unit.supervision.lostAt = clock.now
        unit.supervision.isLossHeld = true
        census.lost(id)
        condition(.linkLost, of: unit, isActive: true)
        deadlines.arm(TimerKey(.faultReview, id), at: clock.now.advanced(byNanoseconds: Self.lossHoldNs))
        // Before the first of them would have an alert of its own.
        armOutageReview(inNs: Self.lossHoldNs - 500_000_000)
    }

    mutating func pathIsLost(_ id: UnitID) {
        guard let unit = units[id], unit.isSupervised, !unit.links.isEmpty else { return }
        condition(
            .pathLost, of: unit, isActive: true, detail: Int32(unit.supervision.pathsSeen & ~unit.links.paths))
    }

    /// It is there, or nobody waits for it any more.
    private mutating func found(_ unit: UnitState) {
        guard unit.supervision.lostAt != nil else { return }
        unit.supervision.lostAt = nil
        unit.supervision.isLossHeld = false
        leaveOutage(unit)
        condition(.linkLost, of: unit, isActive: false)
    }

    // MARK: Flapping

    /// Counts lost connections; a goodbye or a newer connection in its place is no loss.
    private mutating func countDown(_ unit: UnitState, _ end: LinkEnd) {
        let policy = supervision
        guard policy.flapDowns > 0, end == .peerClosed || end == .silent || end == .writeStalled else { return }
        let windowNs = UInt64(policy.flapWindowS) * 1_000_000_000
        if clock.now.nanosecondsSince(unit.supervision.downsSince) > windowNs {
            unit.supervision.downs = 0
            unit.supervision.downsSince = clock.now
        }
        unit.supervision.downs = unit.supervision.downs == .max ? .max : unit.supervision.downs + 1
        let isFlapping = unit.activeFaults.contains(.linkFlapping)
        guard isFlapping || unit.supervision.downs >= policy.flapDowns else { return }
        deadlines.arm(
            TimerKey(.linkCalm, unit.record.id), at: clock.now.advanced(bySeconds: policy.flapWindowS))
        condition(.linkFlapping, of: unit, isActive: true, detail: Int32(unit.supervision.downs))
    }

    mutating func linkIsCalm(_ id: UnitID) {
        guard let unit = units[id] else { return }
        unit.supervision.downs = 0
        condition(.linkFlapping, of: unit, isActive: false)
    }
}
