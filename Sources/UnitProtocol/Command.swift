// An order to a unit and what came of it (after RFC 8147).

public import AlertModel

/// COMMAND, gateway to unit. Answered by one or more COMMAND RESULT.
///
/// ```
///  0        1        2        3
/// ┌───────────────────────────────────┐
/// │ command id                        │
/// │                                   │
/// ├─────────────────┬────────┬────────┤
/// │ valid for, s    │ kind   │ 0      │
/// ├─────────────────┴────────┴────────┤
/// │ arguments of the kind             …
/// └───────────────────────────────────┘
/// ```
public struct Command: Hashable, Sendable {
    /// Echoed in the result; a repeat with the same one is not done again.
    public let id: CommandID
    /// Seconds from its arrival after which the unit must not begin it; 0 means no limit.
    public let validForS: UInt16
    /// What to do.
    public let action: CommandAction

    /// - Parameter action: one with a value outside its range cannot be encoded.
    public init(id: CommandID, validForS: UInt16, action: CommandAction) {
        self.id = id
        self.validForS = validForS
        self.action = action
    }
}

extension Command: FrameBody {
    init(from reader: inout FrameReader) throws(FrameError) {
        id = CommandID(try reader.read())
        validForS = try reader.read()
        let kind = try reader.read(UInt8.self)
        _ = try reader.read(UInt8.self)
        action = try CommandAction(kind: kind, from: &reader)
    }

    func encode(to writer: inout FrameWriter) {
        writer.write(id.value)
        writer.write(validForS)
        writer.write(action.kind)
        writer.write(UInt8(0))
        action.encode(to: &writer)
    }
}

/// COMMAND RESULT, unit to gateway.
///
/// ```
///  0        1        2        3
/// ┌───────────────────────────────────┐
/// │ command id                        │
/// │                                   │
/// ├───────────────────────────────────┤
/// │ value                             │
/// ├────────┬─────────────────┬────────┤
/// │ status │ length          │ detail …   0 to 1,000 bytes
/// └────────┴─────────────────┴────────┘
/// ```
public struct UnitCommandResult: Hashable, Sendable {
    /// What a command came to.
    public enum Status: UInt8, CaseIterable, Hashable, Sendable {
        /// Done, or begun for as long as was asked.
        case done = 1
        /// Begun; another result follows.
        case started = 2
        /// Not done, because the unit may not or will not.
        case refused = 3
        /// Tried, and it did not work.
        case failed = 4
        /// The unit cannot do this, or does not know the kind.
        case notSupported = 5
        /// Not begun, because it came or would begin too late.
        case expired = 6
    }

    /// As the command said it.
    public let id: CommandID
    /// What it came to.
    public let status: Status
    /// For a self-test ``UnitParts`` that failed, else 0.
    public let value: UInt32
    /// For people; at most ``Limits/resultDetailBytesMax`` bytes.
    public let detail: String

    /// - Parameter detail: one that is too long cannot be encoded.
    public init(id: CommandID, status: Status, value: UInt32 = 0, detail: String = "") {
        self.id = id
        self.status = status
        self.value = value
        self.detail = detail
    }
}

extension UnitCommandResult: FrameBody {
    init(from reader: inout FrameReader) throws(FrameError) {
        id = CommandID(try reader.read())
        value = try reader.read()
        status = try reader.readListed()
        detail = try reader.readText(.resultDetail)
    }

    func encode(to writer: inout FrameWriter) {
        writer.write(id.value)
        writer.write(value)
        writer.write(status.rawValue)
        writer.write(detail, .resultDetail)
    }
}
