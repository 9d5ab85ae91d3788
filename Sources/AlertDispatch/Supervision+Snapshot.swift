// Supervision in a snapshot: its rules, kinds of unit, outages, maintenance.

import AlertModel

extension Dispatcher {
    func writeSupervision(to writer: inout StateWriter) {
        for value in supervision.values { writer.number(UInt64(value)) }
        writer.count(profiles.count)
        for profile in profiles.values.sorted(by: { $0.id < $1.id }) { profile.write(to: &writer) }
        writer.count(outages.count)
        for (_, outage) in outages.sorted(by: { $0.key < $1.key }) {
            writer.byte(outage.key.scope.rawValue)
            writer.number(outage.key.high)
            writer.number(outage.key.low)
            writer.id(outage.state.alert.unit)
            outage.state.write(to: &writer)
        }
        writer.count(maintenance.count)
        for (_, entry) in maintenance.sorted(by: { $0.key < $1.key }) { entry.write(to: &writer) }
    }

    func mixSupervision(into hasher: inout StateHasher) {
        for value in supervision.values { hasher.mix(UInt64(value)) }
        hasher.mix(
            sum(profiles.values) { hasher, profile in
                hasher.mix(profile.id)
                hasher.mix(profile.testEveryH.map(Int64.init))
                hasher.mix(profile.firmware.map(Int64.init))
                for kind in FaultKind.allCases {
                    hasher.mix(profile.severity(kind).map { Int64($0.rawValue) })
                }
            })
        hasher.mix(
            sum(outages) { hasher, entry in
                hasher.mix(entry.key.value)
                hasher.mix(UInt64(entry.value.key.scope.rawValue))
                hasher.mix(entry.value.key.high)
                hasher.mix(entry.value.key.low)
                hasher.mix(UInt64(entry.value.members.count))
            })
        hasher.mix(sum(maintenance.values) { hasher, entry in entry.mix(into: &hasher) })
    }
}

extension SupervisionPolicy {
    /// Every value in the order of the event's body.
    var values: [UInt16] {
        [
            testEveryH, displacedM, groupUnitsMin, groupSharePercent, flapDowns, flapWindowS, stormPresses,
            stormWindowS, startGraceS,
        ]
    }
}

extension ProfileRecord {
    fileprivate func write(to writer: inout StateWriter) {
        writer.id(id)
        writer.number(testEveryH.map { UInt64($0) + 1 } ?? 0)
        writer.number(firmware.map { UInt64($0) + 1 } ?? 0)
        writer.count(severities.count)
        for (kind, severity) in severities.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            writer.byte(kind.rawValue)
            if case .alert(let priority) = severity { writer.byte(priority.rawValue) } else { writer.byte(.max) }
        }
    }

    fileprivate init(from reader: inout StateReader) throws(StateDecodingError) {
        let id: ProfileID = try reader.id()
        let hours = try reader.number()
        let firmware = try reader.number()
        guard hours <= UInt64(UInt16.max) + 1, firmware <= UInt64(UInt32.max) + 1 else {
            throw reader.error(.badValue)
        }
        var severities: [FaultKind: Severity] = [:]
        for _ in 0..<(try reader.count(bytesMin: 2)) {
            let kind = try reader.listed(FaultKind.self)
            let value = try reader.byte()
            let priority = Priority(rawValue: value)
            guard value == .max || priority != nil else { throw reader.error(.badValue) }
            severities[kind] = priority.map(Severity.alert) ?? .recorded
        }
        self.init(
            id: id, testEveryH: hours == 0 ? nil : UInt16(hours - 1),
            firmware: firmware == 0 ? nil : UInt32(firmware - 1), severities: severities)
    }
}

/// What ``Dispatcher/writeSupervision(to:)`` wrote.
struct SupervisionParts {
    var policy = SupervisionPolicy()
    var profiles: [ProfileID: ProfileRecord] = [:]
    /// Without members: the units name the outage they are in.
    var outages: [AlertID: Outage] = [:]
    var maintenance: [JournalSequence: Maintenance] = [:]

    init(from reader: inout StateReader, units: [UnitID: UnitState]) throws(StateDecodingError) {
        policy.testEveryH = try reader.number(UInt16.self)
        policy.displacedM = try reader.number(UInt16.self)
        policy.groupUnitsMin = try reader.number(UInt16.self)
        policy.groupSharePercent = try reader.number(UInt16.self)
        policy.flapDowns = try reader.number(UInt16.self)
        policy.flapWindowS = try reader.number(UInt16.self)
        policy.stormPresses = try reader.number(UInt16.self)
        policy.stormWindowS = try reader.number(UInt16.self)
        policy.startGraceS = try reader.number(UInt16.self)
        for _ in 0..<(try reader.count(bytesMin: 19)) {
            let profile = try ProfileRecord(from: &reader)
            guard profiles.updateValue(profile, forKey: profile.id) == nil else { throw reader.error(.badValue) }
        }
        for _ in 0..<(try reader.count(bytesMin: 40)) {
            let key = OutageKey(scope: try reader.listed(), high: try reader.number(), low: try reader.number())
            let state = try AlertState(of: try reader.id(), from: &reader)
            let outage = Outage(key: key, state: state, members: [])
            guard outages.updateValue(outage, forKey: state.alert.id) == nil else { throw reader.error(.badValue) }
        }
        for (id, unit) in units {
            guard let outage = unit.supervision.outage else { continue }
            guard outages[outage]?.members.insert(id) != nil else { throw reader.error(.badValue) }
        }
        for _ in 0..<(try reader.count(bytesMin: 20)) {
            let entry = try Maintenance(from: &reader)
            guard maintenance.updateValue(entry, forKey: entry.id) == nil else { throw reader.error(.badValue) }
        }
    }
}
