// The whole durable state as bytes, so that a start need not fold the journal from its beginning. The same
// state gives the same bytes in every process. Docs/journal-format.md, section "Snapshots", has the layout.

import AlertModel

extension Dispatcher {
    /// The version that ``snapshot()`` writes.
    static var snapshotVersion: UInt64 { 4 }

    /// The durable state; routine reports are not part of it. O(n log n), one allocation that grows: about 12
    /// bytes a press and 100 a unit. Not for the alert path's thread.
    public func snapshot() -> [UInt8] {
        var writer = StateWriter()
        writer.number(Self.snapshotVersion)
        writer.number(lastSequence.value)
        writer.number(lastAlertChange.value)
        Self.write(totals, to: &writer)
        writer.optional(defaultCentre)
        let centres = centres
        writer.count(centres.count)
        for centre in centres { centre.write(to: &writer) }
        let queueCentres = queueCentres
        writer.count(queueCentres.count)
        for centre in queueCentres { writer.id(centre) }
        writer.count(units.count)
        var kept = 0
        for id in unitIDs {
            guard let unit = units[id] else { continue }
            unit.write(to: &writer)
            kept += (unit.latestAlert == nil ? 0 : 1) + (unit.technicalAlert == nil ? 0 : 1)
        }
        precondition(kept + outages.count == alerts.count, "every alert that is kept is its unit's or an outage's")
        writeClosedAlerts(to: &writer)
        writePolicies(to: &writer)
        writeSituations(to: &writer)
        writeSupervision(to: &writer)
        areaTable.write(to: &writer)
        clock.write(to: &writer)
        deadlines.write(to: &writer)
        return writer.bytes
    }

    private static func write(_ totals: DispatchTotals, to writer: inout StateWriter) {
        writer.number(totals.pressesStored)
        writer.number(totals.pressesRepeated)
        writer.number(totals.testCalls)
        writer.number(totals.alertsRaised)
        writer.number(totals.alertsClaimed)
        writer.number(totals.alertsClosed)
        writer.number(totals.commandsRefused)
        writer.number(totals.timersFired)
        writer.number(totals.escalations)
        writer.number(totals.auditsFound)
        writer.number(totals.unitsLost)
        writer.number(totals.technicalAlerts)
        writer.number(totals.outages)
        writer.number(totals.testsMissed)
        writer.number(totals.unitCommands)
        writer.number(totals.unitCommandsTimedOut)
    }

    private func writeClosedAlerts(to writer: inout StateWriter) {
        writer.count(closedAlerts.count)
        var lastID: UInt64 = 0
        var lastAt: Int64 = 0
        for (id, closed) in closedAlerts.sorted(by: { $0.key < $1.key }) {
            writer.number(id.value &- lastID)
            writer.signed(closed.closedAt.nanoseconds &- lastAt)
            writer.optional(closed.owner)
            lastID = id.value
            lastAt = closed.closedAt.nanoseconds
        }
    }
}

extension Dispatcher {
    /// Rebuilds the state that ``snapshot()`` wrote.
    ///
    /// Checks everything that can be checked, also what contradicts itself; O(n log n).
    /// - Throws: ``StateDecodingError``; use an older snapshot, or the journal alone.
    public static func restored(from bytes: [UInt8]) throws(StateDecodingError) -> Dispatcher {
        var dispatcher = Dispatcher()
        var failure: StateDecodingError?
        bytes.withUnsafeBytes { buffer in
            do throws(StateDecodingError) { dispatcher = try read(buffer) } catch { failure = error }
        }
        if let failure { throw failure }
        return dispatcher
    }

    private static func read(_ bytes: UnsafeRawBufferPointer) throws(StateDecodingError) -> Dispatcher {
        var reader = StateReader(bytes)
        let version = try reader.number()
        guard version == snapshotVersion else { throw reader.error(.newerVersion(version)) }
        let lastSequence = JournalSequence(try reader.number())
        // Counting on from here cannot overflow.
        guard lastSequence.value <= 1 << 62 else { throw reader.error(.badValue) }
        let lastAlertChange = JournalSequence(try reader.number())
        var totals = DispatchTotals(
            pressesStored: try reader.number(), pressesRepeated: try reader.number(),
            testCalls: try reader.number(), alertsRaised: try reader.number(),
            alertsClaimed: try reader.number(), alertsClosed: try reader.number(),
            commandsRefused: try reader.number(), timersFired: try reader.number(),
            escalations: try reader.number(), auditsFound: try reader.number())
        totals.unitsLost = try reader.number()
        totals.technicalAlerts = try reader.number()
        totals.outages = try reader.number()
        totals.testsMissed = try reader.number()
        totals.unitCommands = try reader.number()
        totals.unitCommandsTimedOut = try reader.number()
        let defaultCentre = try reader.optionalID(CentreID.self)
        let centres = try readCentres(&reader)
        var queues = try readQueueCentres(&reader)
        let units = try readUnits(&reader)
        let closedAlerts = try readClosedAlerts(&reader)
        let policies = try readPolicies(&reader)
        let situations = try readSituations(&reader)
        let supervision = try SupervisionParts(from: &reader, units: units)
        let areaTable = try AreaTable(from: &reader)
        let clock = try JournalClock(from: &reader)
        let deadlines = try Deadlines(from: &reader)
        guard reader.remaining == 0 else { throw reader.error(.trailingBytes) }
        var alerts: [AlertID: AlertState] = [:]
        var states = supervision.outages.values.map(\.state)
        for unit in units.values {
            for case let state? in [unit.latestAlert, unit.technicalAlert] { states.append(state) }
        }
        for state in states {
            guard alerts.updateValue(state, forKey: state.alert.id) == nil else { throw reader.error(.badValue) }
            if state.alert.isOpen { queues[state.alert.centre, default: AlertQueue()].insert(state.key) }
        }
        let dispatcher = Dispatcher(
            defaultCentre: defaultCentre, centresByID: centres, units: units, alerts: alerts, queues: queues,
            closedAlerts: closedAlerts, policies: policies, situations: situations,
            supervision: supervision.policy, profiles: supervision.profiles, outages: supervision.outages,
            maintenance: supervision.maintenance, areaTable: areaTable, clock: clock, deadlines: deadlines,
            totals: totals, lastSequence: lastSequence,
            lastAlertChange: lastAlertChange)
        if let wrong = dispatcher.checkInvariants().first { throw reader.error(.inconsistent(wrong)) }
        return dispatcher
    }

    private static func readCentres(
        _ reader: inout StateReader
    ) throws(StateDecodingError) -> [CentreID: CentreRecord] {
        var centres: [CentreID: CentreRecord] = [:]
        for _ in 0..<(try reader.count(bytesMin: 20)) {
            let centre = try CentreRecord(from: &reader)
            guard centres.updateValue(centre, forKey: centre.id) == nil else { throw reader.error(.badValue) }
        }
        return centres
    }

    private static func readQueueCentres(
        _ reader: inout StateReader
    ) throws(StateDecodingError) -> [CentreID: AlertQueue] {
        var queues: [CentreID: AlertQueue] = [:]
        for _ in 0..<(try reader.count(bytesMin: 16)) {
            guard queues.updateValue(AlertQueue(), forKey: try reader.id()) == nil else {
                throw reader.error(.badValue)
            }
        }
        return queues
    }

    private static func readUnits(
        _ reader: inout StateReader
    ) throws(StateDecodingError) -> [UnitID: UnitState] {
        let count = try reader.count(bytesMin: UnitState.snapshotBytesMin)
        var units: [UnitID: UnitState] = [:]
        units.reserveCapacity(count)
        for _ in 0..<count {
            let unit = try UnitState(from: &reader)
            guard units.updateValue(unit, forKey: unit.record.id) == nil else { throw reader.error(.badValue) }
        }
        return units
    }

    private static func readClosedAlerts(
        _ reader: inout StateReader
    ) throws(StateDecodingError) -> [AlertID: ClosedAlert] {
        let count = try reader.count(bytesMin: 18)
        var alerts: [AlertID: ClosedAlert] = [:]
        alerts.reserveCapacity(count)
        var lastID: UInt64 = 0
        var lastAt: Int64 = 0
        for _ in 0..<count {
            lastID &+= try reader.number()
            lastAt &+= try reader.signed()
            let closed = ClosedAlert(
                closedAt: WallTime(nanoseconds: lastAt), owner: try reader.optionalID(OfficerID.self))
            guard alerts.updateValue(closed, forKey: AlertID(lastID)) == nil else {
                throw reader.error(.badValue)
            }
        }
        return alerts
    }
}
