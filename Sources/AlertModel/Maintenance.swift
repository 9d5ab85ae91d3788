// Work on units that is planned: for its time their technical conditions call nobody. Presses always do.

/// What maintenance covers.
public enum MaintenanceScope: Hashable, Sendable {
    case unit(UnitID)
    case road(RoadID)
    case centre(CentreID)
}

/// Maintenance begins; its number is the journal record's.
public struct MaintenanceSet: Hashable, Sendable {
    public let command: CommandID
    public let scope: MaintenanceScope
    /// How long at most, seconds; never without an end.
    public let durationS: UInt32
    /// At most ``reasonBytesMax`` bytes of UTF-8; mandatory.
    public let reason: String
    public let officer: OfficerID
    public static let reasonBytesMax = 200
    /// A month: what lasts longer is not maintenance.
    public static let durationMaxS: UInt32 = 31 * 86_400

    public init(
        command: CommandID, scope: MaintenanceScope, durationS: UInt32, reason: String, officer: OfficerID
    ) {
        self.command = command
        self.scope = scope
        self.durationS = durationS
        self.reason = reason
        self.officer = officer
    }
}

/// Maintenance ends before its time.
public struct MaintenanceEnded: Hashable, Sendable {
    public let command: CommandID
    /// The journal record that began it.
    public let maintenance: JournalSequence
    public let officer: OfficerID

    public init(command: CommandID, maintenance: JournalSequence, officer: OfficerID) {
        self.command = command
        self.maintenance = maintenance
        self.officer = officer
    }
}

/// Maintenance as consoles see it.
public struct MaintenanceStatus: Hashable, Sendable {
    /// The journal record that began it.
    public let id: JournalSequence
    public let scope: MaintenanceScope
    /// When it ends at the latest, by the gateway's clock.
    public let endsAt: WallTime
    public let reason: String
    /// Who began it.
    public let officer: OfficerID
    /// It has ended, by its time or before.
    public let isOver: Bool

    public init(
        id: JournalSequence, scope: MaintenanceScope, endsAt: WallTime, reason: String, officer: OfficerID,
        isOver: Bool
    ) {
        self.id = id
        self.scope = scope
        self.endsAt = endsAt
        self.reason = reason
        self.officer = officer
        self.isOver = isOver
    }
}

extension MaintenanceStatus {
    /// Number, scope, end, officer, whether it is over, reason.
    func encode(to writer: inout ByteWriter) {
        writer.write(id.value)
        scope.encode(to: &writer)
        writer.write(endsAt.nanoseconds)
        writer.write(officer)
        writer.write(UInt8(isOver ? 1 : 0))
        writer.write(reason, bytesMax: MaintenanceSet.reasonBytesMax)
    }
    init(from reader: inout ByteReader) throws(DecodeError) {
        id = JournalSequence(try reader.read())
        scope = try MaintenanceScope(from: &reader)
        endsAt = WallTime(nanoseconds: try reader.read())
        officer = try reader.read()
        isOver = try reader.read(UInt8.self) != 0
        reason = try reader.readText()
    }
}

extension MaintenanceScope {
    /// Kind 1 (1 unit, 2 road, 3 centre), identifier 16.
    public func encode(to writer: inout ByteWriter) {
        switch self {
        case .unit(let id):
            writer.write(UInt8(1))
            writer.write(id)
        case .road(let id):
            writer.write(UInt8(2))
            writer.write(id)
        case .centre(let id):
            writer.write(UInt8(3))
            writer.write(id)
        }
    }
    public init(from reader: inout ByteReader) throws(DecodeError) {
        let offset = reader.offset
        switch try reader.read(UInt8.self) {
        case 1: self = .unit(try reader.read())
        case 2: self = .road(try reader.read())
        case 3: self = .centre(try reader.read())
        default: throw DecodeError(.badValue, offset: offset)
        }
    }
}

extension MaintenanceSet {
    func encode(to writer: inout ByteWriter) {
        writer.write(command.value)
        scope.encode(to: &writer)
        writer.write(durationS)
        writer.write(officer)
        writer.write(reason, bytesMax: Self.reasonBytesMax)
    }
    init(from reader: inout ByteReader) throws(DecodeError) {
        let command = CommandID(try reader.read())
        let scope = try MaintenanceScope(from: &reader)
        let durationS = try reader.read(UInt32.self)
        let officer: OfficerID = try reader.read()
        self.init(
            command: command, scope: scope, durationS: durationS, reason: try reader.readText(), officer: officer)
    }
}

extension MaintenanceEnded {
    func encode(to writer: inout ByteWriter) {
        writer.write(command.value)
        writer.write(maintenance.value)
        writer.write(officer)
    }
    init(from reader: inout ByteReader) throws(DecodeError) {
        self.init(
            command: CommandID(try reader.read()), maintenance: JournalSequence(try reader.read()),
            officer: try reader.read())
    }
}
