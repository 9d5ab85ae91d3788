// A number that is the same for the same state, in every process and on every machine.

import AlertModel

/// Mixes words into 64 bits; not for secrets. The standard library's hasher is seeded per process, and
/// so of no use here.
struct StateHasher {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func mix(_ word: UInt64) {
        value ^= word
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        value ^= value >> 31
    }

    mutating func mix(_ number: Int64?) {
        mix(number == nil ? 0 : 1)
        mix(UInt64(bitPattern: number ?? 0))
    }

    mutating func mix<Tag>(_ id: ShortID<Tag>?) {
        mix(id?.high ?? 0)
        mix(id?.low ?? 0)
    }

    mutating func mix(_ message: MessageID?) {
        mix(message?.unit)
        mix(UInt64(message?.boot ?? 0) << 32 | UInt64(message?.counter ?? 0))
        mix(message == nil ? 0 : 1)
    }

    mutating func mix(_ text: String) {
        mix(UInt64(text.utf8.count))
        for byte in text.utf8 { mix(UInt64(byte)) }
    }

    mutating func mix(_ point: GeoPoint?) {
        mix(point.map { Int64($0.latitudeE7) })
        mix(point.map { Int64($0.longitudeE7) })
    }
}

extension Dispatcher {
    /// The same for two dispatchers exactly when (but for a chance of 2⁻⁶⁴) their durable state is the
    /// same. Routine reports do not count. O(n); entries of a table are added up, so that their order in
    /// memory does not matter.
    public func stateHash() -> UInt64 {
        var hasher = StateHasher()
        hasher.mix(lastSequence.value)
        hasher.mix(defaultCentre)
        hasher.mix(sum(centresByID.values) { hasher, centre in centre.mix(into: &hasher) })
        hasher.mix(areaTable.hash)
        hasher.mix(sum(units.values) { hasher, unit in Self.mix(unit, into: &hasher) })
        hasher.mix(sum(alerts.values) { hasher, state in Self.mix(state, into: &hasher) })
        hasher.mix(units.values.reduce(0) { $0 &+ sumOfPresses($1) })
        hasher.mix(
            sum(closedAlerts) { hasher, entry in
                hasher.mix(entry.key.value)
                hasher.mix(entry.value.closedAt.nanoseconds)
                hasher.mix(entry.value.owner)
            })
        hasher.mix(sum(policies.values) { hasher, policy in Self.mix(policy, into: &hasher) })
        hasher.mix(
            sum(situations) { hasher, entry in
                hasher.mix(entry.key)
                hasher.mix(
                    UInt64(entry.value.state.rawValue) << 2 | (entry.value.isUnreachable ? 1 : 0)
                        | (entry.value.isRemoved ? 2 : 0))
                hasher.mix(entry.value.changedAt?.nanoseconds)
                hasher.mix(entry.value.consoles.map(Int64.init))
            })
        hasher.mix(clock.now.nanoseconds)
        hasher.mix(clock.latest?.wall.nanoseconds)
        hasher.mix(clock.latest?.monotonic.nanoseconds ?? 0)
        hasher.mix(UInt64(deadlines.lastSerial))
        hasher.mix(
            sum(deadlines.armed) { hasher, entry in
                hasher.mix(UInt64(entry.key.kind.rawValue) << 32 | UInt64(entry.value.serial))
                hasher.mix(entry.key.high)
                hasher.mix(entry.key.low)
                hasher.mix(entry.value.due.nanoseconds)
            })
        mixSupervision(into: &hasher)
        hasher.mix(lastAlertChange.value)
        for total in [
            totals.pressesStored, totals.pressesRepeated, totals.testCalls, totals.alertsRaised,
            totals.alertsClaimed, totals.alertsClosed, totals.commandsRefused, totals.timersFired,
            totals.escalations, totals.auditsFound, totals.unitsLost, totals.technicalAlerts, totals.outages,
            totals.testsMissed, totals.unitCommands, totals.unitCommandsTimedOut,
        ] { hasher.mix(total) }
        return hasher.value
    }

    private func sumOfPresses(_ unit: UnitState) -> UInt64 {
        sum(unit.presses) { hasher, entry in
            hasher.mix(MessageID(unit: unit.record.id, key: entry.key))
            hasher.mix(entry.value.alert.value)
            hasher.mix(entry.value.storedAt.nanoseconds)
        }
    }

    func sum<Entries: Sequence>(
        _ entries: Entries, _ mix: (inout StateHasher, Entries.Element) -> Void
    ) -> UInt64 {
        var total: UInt64 = 0
        for entry in entries {
            var hasher = StateHasher()
            mix(&hasher, entry)
            total &+= hasher.value
        }
        return total
    }

    private static func mix(_ policy: CentrePolicy, into hasher: inout StateHasher) {
        hasher.mix(policy.centre)
        for seconds in [
            policy.reRingS, policy.supervisorsS, policy.neighbourS, policy.failoverS, policy.dutyDeskS,
            policy.unseenS, policy.starvationS,
        ] { hasher.mix(UInt64(seconds)) }
        hasher.mix(policy.neighbour)
        hasher.mix(policy.failover)
        hasher.mix(policy.dutyDesk)
        for priority in policy.priorities.values { hasher.mix(UInt64(priority.rawValue)) }
    }

    private static func mix(_ unit: UnitState, into hasher: inout StateHasher) {
        hasher.mix(unit.record.id)
        hasher.mix(unit.record.centre)
        hasher.mix(unit.record.place)
        hasher.mix(unit.record.point)
        hasher.mix(UInt64(unit.record.reportingTimeS))
        hasher.mix(unit.record.profile)
        hasher.mix(unit.record.carrier)
        hasher.mix(unit.record.secondCarrier)
        hasher.mix(unit.record.road)
        hasher.mix(UInt64((unit.isRegistered ? 1 : 0) | (unit.isShown ? 2 : 0)))
        hasher.mix(UInt64(unit.links.count))
        hasher.mix(unit.links.older?.value ?? 0)
        hasher.mix(unit.links.newer?.value ?? 0)
        hasher.mix(UInt64(unit.links.olderPath) << 8 | UInt64(unit.links.newerPath))
        hasher.mix(unit.linkChangedAt?.nanoseconds)
        hasher.mix(UInt64(unit.boots.count))
        for boot in unit.boots { hasher.mix(UInt64(boot)) }
        hasher.mix(unit.latestAlert.map { $0.alert.id.value } ?? 0)
        hasher.mix(unit.lastTestAt?.nanoseconds)
        unit.supervision.mix(into: &hasher)
        hasher.mix(unit.technicalAlert.map { $0.alert.id.value } ?? 0)
        hasher.mix(UInt64(unit.capabilities))
        for command in unit.commands { command.mix(into: &hasher) }
        for fault in unit.faults {
            hasher.mix(UInt64(fault.kind.rawValue) << 1 | (fault.isActive ? 1 : 0))
            hasher.mix(fault.report)
            hasher.mix(fault.changedAt.nanoseconds)
            hasher.mix(Int64(fault.detail))
        }
    }

    private static func mix(_ state: AlertState, into hasher: inout StateHasher) {
        let alert = state.alert
        hasher.mix(alert.id.value)
        hasher.mix(alert.unit)
        hasher.mix(alert.centre)
        hasher.mix(UInt64(alert.category.rawValue) << 16 | UInt64(alert.priority.rawValue) << 8)
        hasher.mix(UInt64(alert.stage.rawValue) << 8 | UInt64(state.furthestStage.rawValue))
        hasher.mix(alert.changedBy.value)
        hasher.mix(alert.press)
        hasher.mix(UInt64(alert.pressCount))
        hasher.mix(alert.position?.point)
        hasher.mix(UInt64(alert.position?.accuracyCm ?? 0) << 16 | UInt64(alert.position?.ageS ?? 0))
        for time in [
            alert.pressedAt, alert.receivedAt, alert.storedAt, alert.lastPressAt, alert.ringingAt,
            alert.answeredAt, alert.dispatchedAt, alert.arrivedAt, alert.closedAt, alert.cancelledAt,
            state.stageAt,
        ] { hasher.mix(time?.nanoseconds) }
        hasher.mix(alert.owner)
        hasher.mix(UInt64(alert.confirmedStage?.rawValue ?? 0) << 8 | UInt64(alert.outcome?.rawValue ?? 0))
        hasher.mix(alert.note)
        hasher.mix(state.latestPress)
        hasher.mix(state.cancelledBy)
        hasher.mix(
            UInt64(alert.escalation.rawValue) << 32 | UInt64(alert.ringCount) << 16 | UInt64(alert.auditCount))
        hasher.mix(UInt64(alert.queuePriority.rawValue))
        hasher.mix(state.takenFrom)
        hasher.mix(alert.formerCentre)
        hasher.mix(alert.nextStepAt?.nanoseconds)
        hasher.mix(state.wait.centre)
        hasher.mix(state.wait.startedAt.nanoseconds)
        hasher.mix(state.wait.progressAt.nanoseconds)
        hasher.mix(state.wait.isSeen ? 1 : 0)
        hasher.mix(UInt64(alert.faults.rawValue))
        hasher.mix(alert.clearedAt?.nanoseconds)
        hasher.mix(alert.outage.map { UInt64($0.scope.rawValue) << 32 | UInt64($0.lost) } ?? 0)
        hasher.mix(alert.outage?.name ?? "")
        hasher.mix(UInt64(alert.outage?.peak ?? 0))
    }
}
