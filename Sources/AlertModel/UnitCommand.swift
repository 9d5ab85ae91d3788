// Commands to units: given by an officer, durable before they are sent, and over by a result or by their time.
// The model is RFC 8147's vehicle control. Docs/unit-commands.md.

/// An officer gives a unit a command; its number is the journal record's, on the wire and for consoles.
public struct UnitCommand: Hashable, Sendable {
    /// By which the officer's console waits for the answer.
    public let command: CommandID
    public let unit: UnitID
    public let officer: OfficerID
    /// Seconds until it is over without a result, 1 to ``timeoutMaxS``; the unit does not begin it later.
    public let timeoutS: UInt16
    public let action: CommandAction
    /// An hour: so long a unit remembers which commands it has done (Docs/unit-protocol.md, command).
    public static let timeoutMaxS: UInt16 = 3_600

    public init(
        command: CommandID, unit: UnitID, officer: OfficerID, timeoutS: UInt16, action: CommandAction
    ) {
        self.command = command
        self.unit = unit
        self.officer = officer
        self.timeoutS = timeoutS
        self.action = action
    }
}

/// How far a command has come.
public enum UnitCommandState: UInt8, CaseIterable, Hashable, Comparable, Sendable {
    /// The unit has no link; it is sent when one comes up.
    case waiting = 1
    /// Sent on every link of the unit.
    case sent = 2
    /// The unit has begun; a result follows.
    case started = 3
    case done = 4
    /// The unit may not or will not.
    case refused = 5
    /// Tried, and it did not work.
    case failed = 6
    case notSupported = 7
    /// It came to the unit too late.
    case expired = 8
    /// No result came in time: whether it was done is not known.
    case timedOut = 9

    /// Nothing more will come of it.
    public var isOver: Bool { self > .started }
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// What a unit says of a command.
public struct UnitCommandAnswer: Hashable, Sendable {
    public let unit: UnitID
    /// The command's number.
    public let id: JournalSequence
    /// ``UnitCommandState/started`` or one that ends it, but for ``UnitCommandState/timedOut``.
    public let state: UnitCommandState
    /// Of a self-test ``UnitParts`` that failed, else 0.
    public let value: UInt32
    /// For people; what a unit says beyond ``detailBytesMax`` bytes of UTF-8 is cut.
    public let detail: String
    public static let detailBytesMax = 200
    /// Of an encoded answer.
    public static let bodyBytesMax = 31 + detailBytesMax

    public init(unit: UnitID, id: JournalSequence, state: UnitCommandState, value: UInt32, detail: String) {
        self.unit = unit
        self.id = id
        self.state = state
        self.value = value
        self.detail = detail
    }
}

/// A command as consoles see it.
public struct UnitCommandStatus: Hashable, Sendable {
    public let id: JournalSequence
    public let unit: UnitID
    public let officer: OfficerID
    /// Without a setting's value.
    public let action: CommandAction
    public let state: UnitCommandState
    /// As in ``UnitCommandAnswer``.
    public let value: UInt32
    public let detail: String
    /// By the gateway's clock.
    public let givenAt: WallTime
    /// When it is over at the latest.
    public let dueAt: WallTime
    /// When it came to its state.
    public let changedAt: WallTime

    public init(
        id: JournalSequence, unit: UnitID, officer: OfficerID, action: CommandAction, state: UnitCommandState,
        value: UInt32, detail: String, givenAt: WallTime, dueAt: WallTime, changedAt: WallTime
    ) {
        self.id = id
        self.unit = unit
        self.officer = officer
        self.action = action.withoutSecrets
        self.state = state
        self.value = value
        self.detail = detail
        self.givenAt = givenAt
        self.dueAt = dueAt
        self.changedAt = changedAt
    }
}

extension UnitCommand {
    /// ```
    /// 0 command 8 | 8 unit 16 | 24 officer 16 | 40 timeout s 2 | 42 kind 1 | 43 arguments
    /// ```
    func encode(to writer: inout ByteWriter) {
        writer.write(command.value)
        writer.write(unit)
        writer.write(officer)
        writer.write(timeoutS)
        action.encode(to: &writer)
    }
    init(from reader: inout ByteReader) throws(DecodeError) {
        let command = CommandID(try reader.read())
        let unit: UnitID = try reader.read()
        let officer: OfficerID = try reader.read()
        self.init(
            command: command, unit: unit, officer: officer, timeoutS: try reader.read(),
            action: try CommandAction(from: &reader))
    }
}

extension UnitCommandAnswer {
    /// ```
    /// 0 unit 16 | 16 number 8 | 24 state 1 | 25 value 4 | 29 detail
    /// ```
    func encode(to writer: inout ByteWriter) {
        writer.write(unit)
        writer.write(id.value)
        writer.write(state.rawValue)
        writer.write(value)
        writer.write(detail, bytesMax: Self.detailBytesMax)
    }
    init(from reader: inout ByteReader) throws(DecodeError) {
        let unit: UnitID = try reader.read()
        let id = JournalSequence(try reader.read())
        let state: UnitCommandState = try reader.read()
        self.init(unit: unit, id: id, state: state, value: try reader.read(), detail: try reader.readText())
    }
}

extension UnitCommandStatus {
    func encode(to writer: inout ByteWriter) {
        writer.write(id.value)
        writer.write(unit)
        writer.write(officer)
        writer.write(state.rawValue)
        writer.write(value)
        for time in [givenAt, dueAt, changedAt] { writer.write(time.nanoseconds) }
        writer.write(detail, bytesMax: UnitCommandAnswer.detailBytesMax)
        action.encode(to: &writer)
    }
    init(from reader: inout ByteReader) throws(DecodeError) {
        let id = JournalSequence(try reader.read())
        let unit: UnitID = try reader.read()
        let officer: OfficerID = try reader.read()
        let state: UnitCommandState = try reader.read()
        let value = try reader.read(UInt32.self)
        let givenAt = WallTime(nanoseconds: try reader.read())
        let dueAt = WallTime(nanoseconds: try reader.read())
        let changedAt = WallTime(nanoseconds: try reader.read())
        let detail = try reader.readText()
        self.init(
            id: id, unit: unit, officer: officer, action: try CommandAction(from: &reader), state: state,
            value: value, detail: detail, givenAt: givenAt, dueAt: dueAt, changedAt: changedAt)
    }
}
