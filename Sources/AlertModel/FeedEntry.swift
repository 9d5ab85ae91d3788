// What the dispatcher tells the control path: consoles, history, waiting commands.

/// A unit as consoles see it.
public struct UnitStatus: Hashable, Sendable {
    public let record: UnitRecord
    /// Whether at least one connection is up.
    public let isOnline: Bool
    /// Whether it stands in the registry; false for a valid certificate that nobody registered.
    public let isRegistered: Bool
    /// When the link last came up or went down, by the gateway's clock; nil when never seen.
    public let linkChangedAt: WallTime?
    /// Conditions that last.
    public let faults: FaultSet
    /// Until when its conditions call nobody; nil when it is not under maintenance.
    public let maintenanceEndsAt: WallTime?
    /// When its last test call was stored.
    public let lastTestAt: WallTime?
    /// The outage's alert that stands for its lost link.
    public let outage: AlertID?

    public init(
        record: UnitRecord, isOnline: Bool, isRegistered: Bool, linkChangedAt: WallTime?, faults: FaultSet = [],
        maintenanceEndsAt: WallTime? = nil, lastTestAt: WallTime? = nil, outage: AlertID? = nil
    ) {
        self.faults = faults
        self.maintenanceEndsAt = maintenanceEndsAt
        self.lastTestAt = lastTestAt
        self.outage = outage
        self.record = record
        self.isOnline = isOnline
        self.isRegistered = isRegistered
        self.linkChangedAt = linkChangedAt
    }
}

/// Why an officer's action was not done.
public enum RefusalReason: UInt8, CaseIterable, Error, Hashable, Sendable {
    case alertUnknown = 1
    /// Another officer was first; the result names them.
    case alreadyClaimed = 2
    /// Only the owner may do this.
    case notOwner = 3
    case alreadyClosed = 4
    /// The alert must be claimed first.
    case notClaimed = 5
    case outcomeMissing = 6
    /// The alert is already past this stage.
    case stagePassed = 7
    /// A transfer to a centre that nobody registered, or to none; or a state for one.
    case centreUnknown = 8
    /// A transfer to the centre where the alert is.
    case alreadyThere = 9
    case noteMissing = 10
    /// A transfer to a centre that takes nothing.
    case centreNotTaking = 11
    /// No maintenance of this number is under way.
    case maintenanceUnknown = 12
    /// Maintenance without an end, or for longer than ``MaintenanceSet/durationMaxS``.
    case durationWrong = 13
    /// Maintenance without a reason.
    case reasonMissing = 14
    /// Maintenance of a unit, or a command for one, that nobody registered.
    case unitUnknown = 15
    /// Maintenance of a road at which no unit is registered.
    case roadUnknown = 16
    /// As much maintenance is under way as there may be.
    case maintenanceFull = 17
    /// A command that the unit cannot do.
    case unitNotCapable = 18
    /// As many commands of the unit are under way as there may be.
    case unitCommandsFull = 19
    /// A command with an argument or a time outside its range.
    case unitCommandWrong = 20
}

/// What became of an officer's action.
public enum CommandResult: Hashable, Sendable {
    /// Done and durable. The alert's number is zero when the act was on a centre; of maintenance and of a command to a
    /// unit it is that of the journal record that began it.
    case done(AlertID)
    /// Not done; `owner` is who has the alert now.
    case refused(RefusalReason, owner: OfficerID?)
}

/// One entry of the console feed.
public enum FeedEntry: Hashable, Sendable {
    case centre(CentreRecord)
    case unit(UnitStatus)
    /// A unit left the registry and has no link.
    case unitGone(UnitID)
    case alert(Alert)
    case result(CommandID, CommandResult)
    /// How a centre stands changed.
    case centreSituation(CentreStatus)
    /// Maintenance began or ended.
    case maintenance(MaintenanceStatus)
    /// A command to a unit was given or came further.
    case unitCommand(UnitCommandStatus)

    /// The entry's number in the feed ring.
    public enum Kind: UInt8, CaseIterable, Sendable {
        case centre = 1
        case unit = 2
        case unitGone = 3
        case alert = 4
        case result = 5
        case centreSituation = 6
        case maintenance = 7
        case unitCommand = 8
    }

    public var kind: Kind {
        switch self {
        case .centre: .centre
        case .unit: .unit
        case .unitGone: .unitGone
        case .alert: .alert
        case .result: .result
        case .centreSituation: .centreSituation
        case .maintenance: .maintenance
        case .unitCommand: .unitCommand
        }
    }

    /// The largest body behind the sequence: a command with its longest text, or an alert with its longest note.
    public static let bodyBytesMax = 900

    /// Writes the journal sequence that caused the entry, then the entry.
    ///
    /// - Returns: bytes written; nil when `buffer` is too small.
    public func encode(sequence: JournalSequence, into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        var writer = ByteWriter(buffer)
        writer.write(sequence.value)
        switch self {
        case .centre(let centre): centre.encode(to: &writer)
        case .unit(let status): status.encode(to: &writer)
        case .unitGone(let unit): writer.write(unit)
        case .alert(let alert): alert.encode(to: &writer)
        case .result(let command, let result):
            writer.write(command.value)
            result.encode(to: &writer)
        case .centreSituation(let status): status.encode(to: &writer)
        case .maintenance(let status): status.encode(to: &writer)
        case .unitCommand(let status): status.encode(to: &writer)
        }
        return writer.overflowed ? nil : writer.count
    }

    /// - Throws: ``DecodeError`` with reason and offset.
    public static func decode(
        kind rawKind: UInt8, body: UnsafeRawBufferPointer
    ) throws(DecodeError) -> (sequence: JournalSequence, entry: FeedEntry) {
        guard let kind = Kind(rawValue: rawKind) else { throw DecodeError(.unknownKind(rawKind), offset: 0) }
        var reader = ByteReader(body)
        let sequence = JournalSequence(try reader.read())
        switch kind {
        case .centre: return (sequence, .centre(try CentreRecord(from: &reader)))
        case .unit: return (sequence, .unit(try UnitStatus(from: &reader)))
        case .unitGone: return (sequence, .unitGone(try reader.read()))
        case .alert: return (sequence, .alert(try Alert(from: &reader)))
        case .result:
            return (sequence, .result(CommandID(try reader.read()), try CommandResult(from: &reader)))
        case .centreSituation: return (sequence, .centreSituation(try CentreStatus(from: &reader)))
        case .maintenance: return (sequence, .maintenance(try MaintenanceStatus(from: &reader)))
        case .unitCommand: return (sequence, .unitCommand(try UnitCommandStatus(from: &reader)))
        }
    }
}

extension UnitStatus {
    func encode(to writer: inout ByteWriter) {
        record.encode(to: &writer)
        writer.write(UInt8((isOnline ? 1 : 0) | (isRegistered ? 2 : 0)))
        writer.write(optional: linkChangedAt)
        writer.write(faults.rawValue)
        writer.write(optional: maintenanceEndsAt)
        writer.write(optional: lastTestAt)
        writer.write(outage?.value ?? 0)
    }
    init(from reader: inout ByteReader) throws(DecodeError) {
        record = try UnitRecord(from: &reader)
        let flags = try reader.read(UInt8.self)
        isOnline = flags & 1 != 0
        isRegistered = flags & 2 != 0
        linkChangedAt = try reader.readOptionalTime()
        faults = FaultSet(rawValue: try reader.read())
        maintenanceEndsAt = try reader.readOptionalTime()
        lastTestAt = try reader.readOptionalTime()
        let outage = try reader.read(UInt64.self)
        self.outage = outage == 0 ? nil : AlertID(outage)
    }
}

extension CommandResult {
    func encode(to writer: inout ByteWriter) {
        switch self {
        case .done(let alert):
            writer.write(UInt8(0))
            writer.write(alert.value)
        case .refused(let reason, let owner):
            writer.write(reason.rawValue)
            writer.write(optional: owner)
        }
    }
    init(from reader: inout ByteReader) throws(DecodeError) {
        if let reason = try reader.readOptional(RefusalReason.self) {
            self = .refused(reason, owner: try reader.readOptional(OfficerID.self))
        } else {
            self = .done(AlertID(try reader.read()))
        }
    }
}
