// The reference model's account of maintenance: what is under way, whom it covers, and when it must end.

import AlertModel

struct ReferenceMaintenance {
    private struct Work {
        let scope: MaintenanceScope
        let dueNs: UInt64
    }

    private var open: [JournalSequence: Work] = [:]
    private(set) var records: [UnitID: UnitRecord] = [:]

    mutating func know(_ record: UnitRecord) { records[record.id] = record }
    mutating func forget(_ unit: UnitID) { records[unit] = nil }

    /// What is under way, oldest first.
    var all: [JournalSequence] { open.keys.sorted() }

    /// - Returns: why it does not begin; nil when it does.
    mutating func begin(
        _ set: MaintenanceSet, _ sequence: JournalSequence, nowNs: UInt64, centres: Set<CentreID>
    ) -> RefusalReason? {
        if set.durationS == 0 || set.durationS > 31 * 86_400 { return .durationWrong }
        if set.reason.allSatisfy(\.isWhitespace) { return .reasonMissing }
        switch set.scope {
        case .unit(let unit): if records[unit] == nil { return .unitUnknown }
        case .road(let road): if !records.values.contains(where: { $0.road == road }) { return .roadUnknown }
        case .centre(let centre): if !centres.contains(centre) { return .centreUnknown }
        }
        open[sequence] = Work(scope: set.scope, dueNs: nowNs + UInt64(set.durationS) * 1_000_000_000)
        return nil
    }

    mutating func end(_ ended: MaintenanceEnded) -> RefusalReason? {
        open.removeValue(forKey: ended.maintenance) == nil ? .maintenanceUnknown : nil
    }

    mutating func fired(_ fired: TimerFired) {
        let id = JournalSequence(fired.key.low)
        if open[id]?.dueNs == fired.due.nanoseconds { open[id] = nil }
    }

    /// Whether a unit is under maintenance.
    func covers(_ unit: UnitID) -> Bool {
        guard let record = records[unit] else { return false }
        return open.values.contains { work in
            switch work.scope {
            case .unit(let id): id == unit
            case .road(let road): record.road == road
            case .centre(let centre): record.centre == centre
            }
        }
    }

    /// What should have ended long ago.
    func late(atNs nowNs: UInt64, byMs: UInt64) -> [JournalSequence] {
        all.filter { id in (open[id]?.dueNs ?? .max) + byMs * 1_000_000 < nowNs }
    }
}
