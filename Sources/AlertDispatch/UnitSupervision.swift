// How one unit has been, as far as rules go by it: its loss, its paths, its button, its tests. Durable, every field.

import AlertModel

/// What supervision keeps of a unit beside its links and conditions.
struct UnitSupervision: Hashable, Sendable {
    /// Paths that the present boot has used, a bit each.
    var pathsSeen: UInt8 = 0
    /// When it was found lost; nil while it is not.
    var lostAt: JournalTime?
    /// Lost so lately that it may be one of many: no alert of its own yet.
    var isLossHeld = false
    /// The outage's alert that stands for its loss.
    var outage: AlertID?
    /// Conditions whose alert an officer closed while they lasted: they call again when they come again.
    var answered: FaultSet = []
    /// Conditions that the gateway found and the unit has not reported itself: the gateway ends them.
    var found: FaultSet = []
    /// Lost connections since ``downsSince``.
    var downs: UInt16 = 0
    var downsSince = JournalTime.zero
    /// Presses since ``pressesSince``.
    var presses: UInt16 = 0
    var pressesSince = JournalTime.zero
    /// What its last test call found; nil when it did not say.
    var lastTest: TestResults?
    /// From when the time for its next test call is counted; nil when none was ever asked of it.
    var testSince: JournalTime?
    /// End of the certificate it last came with, seconds since 1970; 0 when not known.
    var certificateEndsAtS: UInt32 = 0
    /// The firmware it last came with.
    var firmware: UInt32 = 0
    /// Until when it is under maintenance; nil when it is not.
    var maintenanceEndsAt: WallTime?
}

extension UnitSupervision {
    func write(to writer: inout StateWriter) {
        writer.byte(
            (lostAt == nil ? 0 : 1) | (isLossHeld ? 2 : 0) | (outage == nil ? 0 : 4) | (lastTest == nil ? 0 : 8)
                | (testSince == nil ? 0 : 16))
        writer.byte(pathsSeen)
        if let lostAt { writer.number(lostAt.nanoseconds) }
        if let outage { writer.number(outage.value) }
        if let lastTest { writer.byte(lastTest.rawValue) }
        writer.number(UInt64(answered.rawValue))
        writer.number(UInt64(found.rawValue))
        writer.number(UInt64(downs))
        writer.number(downsSince.nanoseconds)
        writer.number(UInt64(presses))
        writer.number(pressesSince.nanoseconds)
        writer.number(UInt64(certificateEndsAtS))
        writer.number(UInt64(firmware))
        writer.optional(maintenanceEndsAt)
        if let testSince { writer.number(testSince.nanoseconds) }
    }

    init(from reader: inout StateReader) throws(StateDecodingError) {
        let flags = try reader.byte()
        guard flags <= 31 else { throw reader.error(.badValue) }
        pathsSeen = try reader.byte()
        lostAt = flags & 1 == 0 ? nil : JournalTime(nanoseconds: try reader.number())
        isLossHeld = flags & 2 != 0
        outage = flags & 4 == 0 ? nil : AlertID(try reader.number())
        lastTest = flags & 8 == 0 ? nil : TestResults(rawValue: try reader.byte())
        answered = FaultSet(rawValue: try reader.number(UInt32.self))
        found = FaultSet(rawValue: try reader.number(UInt32.self))
        downs = try reader.number(UInt16.self)
        downsSince = JournalTime(nanoseconds: try reader.number())
        presses = try reader.number(UInt16.self)
        pressesSince = JournalTime(nanoseconds: try reader.number())
        certificateEndsAtS = try reader.number(UInt32.self)
        firmware = try reader.number(UInt32.self)
        maintenanceEndsAt = try reader.optionalTime()
        testSince = flags & 16 == 0 ? nil : JournalTime(nanoseconds: try reader.number())
    }

    func mix(into hasher: inout StateHasher) {
        hasher.mix(UInt64(pathsSeen) << 8 | (isLossHeld ? 1 : 0) | (lostAt == nil ? 0 : 2))
        hasher.mix(lostAt?.nanoseconds ?? 0)
        hasher.mix(outage?.value ?? 0)
        hasher.mix(UInt64(answered.rawValue) << 32 | UInt64(downs) << 16 | UInt64(presses))
        hasher.mix(UInt64(found.rawValue))
        hasher.mix(downsSince.nanoseconds)
        hasher.mix(pressesSince.nanoseconds)
        hasher.mix(lastTest.map { Int64($0.rawValue) })
        hasher.mix(UInt64(certificateEndsAtS) << 32 | UInt64(firmware))
        hasher.mix(maintenanceEndsAt?.nanoseconds)
        hasher.mix(testSince.map { Int64(clamping: $0.nanoseconds) })
    }
}
