// One unit in a snapshot, with its alert and its presses.

import AlertModel

extension UnitState {
    /// The smallest unit: two identifiers and a byte for each other value.
    static let snapshotBytesMin = 57

    func write(to writer: inout StateWriter) {
        writer.id(record.id)
        writer.id(record.centre)
        writer.text(record.place)
        writer.optional(record.point)
        writer.number(UInt64(record.reportingTimeS))
        writer.optional(record.profile)
        writer.optional(record.carrier)
        writer.optional(record.secondCarrier)
        writer.optional(record.road)
        writer.byte((isRegistered ? 1 : 0) | (isShown ? 2 : 0))
        writer.count(links.count)
        links.forEach { writer.number($0.value) }
        if !links.isEmpty { writer.byte(links.olderPath << 4 | links.newerPath) }
        writer.optional(linkChangedAt)
        writer.count(boots.count)
        for boot in boots { writer.number(UInt64(boot)) }
        writer.optional(lastTestAt)
        writer.count(faults.count)
        for fault in faults { fault.write(to: &writer) }
        writer.byte(latestAlert == nil ? 0 : 1)
        latestAlert?.write(to: &writer)
        supervision.write(to: &writer)
        writer.byte(technicalAlert == nil ? 0 : 1)
        technicalAlert?.write(to: &writer)
        writer.number(UInt64(capabilities))
        writer.count(commands.count)
        for command in commands { command.write(to: &writer) }
        writePresses(to: &writer)
    }

    /// In order of boot and counter, each as the difference to the one before: a unit's presses follow each
    /// other in every number.
    private func writePresses(to writer: inout StateWriter) {
        writer.count(presses.count)
        var last = PressKey(boot: 0, counter: 0)
        var lastAlert: Int64 = 0
        var lastAt: Int64 = 0
        for (key, press) in presses.sorted(by: { $0.key < $1.key }) {
            writer.number(UInt64(key.boot - last.boot))
            writer.number(UInt64(key.boot == last.boot ? key.counter - last.counter : key.counter))
            let alert = Int64(bitPattern: press.alert.value)
            writer.signed(alert &- lastAlert)
            writer.signed(press.storedAt.nanoseconds &- lastAt)
            last = key
            lastAlert = alert
            lastAt = press.storedAt.nanoseconds
        }
    }

    convenience init(from reader: inout StateReader) throws(StateDecodingError) {
        let record = UnitRecord(
            id: try reader.id(), centre: try reader.id(), place: try reader.text(),
            point: try reader.optionalPoint(), reportingTimeS: try reader.number(UInt16.self),
            profile: try reader.optionalID(), carrier: try reader.optionalID(),
            secondCarrier: try reader.optionalID(), road: try reader.optionalID())
        let flags = try reader.byte()
        guard flags <= 3 else { throw reader.error(.badValue) }
        let links = try LinkPair(from: &reader)
        let linkChangedAt = try reader.optionalTime()
        let boots = try Self.readBoots(&reader)
        let lastTestAt = try reader.optionalTime()
        let faults = try UnitFault.readAll(of: record.id, &reader)
        let alert = try reader.flag() ? try AlertState(of: record.id, from: &reader) : nil
        let supervision = try UnitSupervision(from: &reader)
        let technical = try reader.flag() ? try AlertState(of: record.id, from: &reader) : nil
        let capabilities = try reader.number(UInt32.self)
        var commands: [UnitCommandUnderway] = []
        for _ in 0..<(try reader.count(bytesMin: 22)) { commands.append(try UnitCommandUnderway(from: &reader)) }
        self.init(
            record: record, isRegistered: flags & 1 != 0, isShown: flags & 2 != 0, links: links,
            linkChangedAt: linkChangedAt, boots: boots, latestAlert: alert, lastTestAt: lastTestAt, faults: faults,
            presses: try Self.readPresses(&reader), supervision: supervision, technicalAlert: technical,
            capabilities: capabilities, commands: commands)
    }

    private static func readBoots(_ reader: inout StateReader) throws(StateDecodingError) -> [UInt32] {
        let count = try reader.count(bytesMin: 1)
        guard count <= bootsMax else { throw reader.error(.badValue) }
        var boots: [UInt32] = []
        for _ in 0..<count {
            let boot = try reader.number(UInt32.self)
            guard !boots.contains(boot) else { throw reader.error(.badValue) }
            boots.append(boot)
        }
        return boots
    }

    private static func readPresses(
        _ reader: inout StateReader
    ) throws(StateDecodingError) -> [PressKey: StoredPress] {
        let count = try reader.count(bytesMin: 4)
        var presses: [PressKey: StoredPress] = [:]
        presses.reserveCapacity(count)
        var boot: UInt32 = 0
        var counter: UInt32 = 0
        var alert: Int64 = 0
        var storedAt: Int64 = 0
        for _ in 0..<count {
            let boots = try reader.number(UInt32.self)
            let counters = try reader.number(UInt32.self)
            let (nextBoot, bootOverflow) = boot.addingReportingOverflow(boots)
            let (nextCounter, counterOverflow) = (boots == 0 ? counter : 0).addingReportingOverflow(counters)
            guard !bootOverflow, !counterOverflow else { throw reader.error(.badValue) }
            boot = nextBoot
            counter = nextCounter
            alert &+= try reader.signed()
            storedAt &+= try reader.signed()
            let press = StoredPress(
                alert: AlertID(UInt64(bitPattern: alert)), storedAt: WallTime(nanoseconds: storedAt))
            guard presses.updateValue(press, forKey: PressKey(boot: boot, counter: counter)) == nil else {
                throw reader.error(.badValue)
            }
        }
        return presses
    }
}

extension LinkPair {
    init(from reader: inout StateReader) throws(StateDecodingError) {
        self.init()
        let count = try reader.count(bytesMin: 1)
        guard count <= Self.linksMax else { throw reader.error(.badValue) }
        var links: [LinkID] = []
        for _ in 0..<count { links.append(LinkID(try reader.number())) }
        guard count > 0 else { return }
        let paths = try reader.byte()
        for (index, link) in links.enumerated() {
            let path = index == 0 ? paths >> 4 : paths & 15
            guard !contains(link), path == 0 || index == 0 || path != olderPath else {
                throw reader.error(.badValue)
            }
            _ = add(link, path: path)
        }
    }
}

extension UnitFault {
    fileprivate func write(to writer: inout StateWriter) {
        writer.byte(kind.rawValue)
        writer.byte(isActive ? 1 : 0)
        writer.key(report.key)
        writer.time(changedAt)
        writer.signed(Int64(detail))
    }

    fileprivate static func readAll(
        of unit: UnitID, _ reader: inout StateReader
    ) throws(StateDecodingError) -> [UnitFault] {
        var faults: [UnitFault] = []
        for _ in 0..<(try reader.count(bytesMin: 6)) {
            let kind = try reader.listed(FaultKind.self)
            let isActive = try reader.flag()
            let report = MessageID(unit: unit, key: try reader.key())
            let changedAt = try reader.time()
            guard let detail = Int32(exactly: try reader.signed()) else { throw reader.error(.badValue) }
            faults.append(
                UnitFault(kind: kind, isActive: isActive, report: report, changedAt: changedAt, detail: detail))
        }
        return faults
    }
}
