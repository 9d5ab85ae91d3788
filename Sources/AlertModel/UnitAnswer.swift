// What the dispatcher tells a unit, on its way to the session agent that holds the connection.

/// One answer for one link.
public enum UnitAnswer: Hashable, Sendable {
    /// A cancel or a fault with this boot and counter is stored.
    case acknowledged(LinkID, boot: UInt32, counter: UInt32)
    /// An alert came to a stage; `boot` and `counter` name the press the unit knows it by.
    case stage(LinkID, boot: UInt32, counter: UInt32, alert: AlertID, stage: Stage, at: WallTime)
    /// Close the connection.
    case close(LinkID, LinkEnd)
    /// Do this, within so many seconds.
    case command(LinkID, id: JournalSequence, validForS: UInt16, action: CommandAction)

    /// The answer's number in the answer ring.
    public enum Kind: UInt8, CaseIterable, Sendable {
        case acknowledged = 1
        case stage = 2
        case close = 3
        case command = 4
    }

    public var kind: Kind {
        switch self {
        case .acknowledged: .acknowledged
        case .stage: .stage
        case .close: .close
        case .command: .command
        }
    }

    /// The connection it is for.
    public var link: LinkID {
        switch self {
        case .acknowledged(let link, _, _), .stage(let link, _, _, _, _, _), .close(let link, _),
            .command(let link, _, _, _):
            link
        }
    }

    /// The largest body, by kind: all but a command fit one 64-byte slot.
    public var bodyBytesMax: Int { if case .command = self { Event.bodyBytesMax } else { 56 } }

    /// - Returns: bytes written; nil when `buffer` is too small.
    public func encode(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        var writer = ByteWriter(buffer)
        writer.write(link.value)
        switch self {
        case .acknowledged(_, let boot, let counter):
            writer.write(boot)
            writer.write(counter)
        case .stage(_, let boot, let counter, let alert, let stage, let at):
            writer.write(boot)
            writer.write(counter)
            writer.write(alert.value)
            writer.write(stage.rawValue)
            writer.write(at.nanoseconds)
        case .close(_, let end):
            writer.write(end.rawValue)
        case .command(_, let id, let validForS, let action):
            writer.write(id.value)
            writer.write(validForS)
            action.encode(to: &writer)
        }
        return writer.overflowed ? nil : writer.count
    }

    /// - Throws: ``DecodeError`` with reason and offset.
    public init(kind rawKind: UInt8, body: UnsafeRawBufferPointer) throws(DecodeError) {
        guard let kind = Kind(rawValue: rawKind) else { throw DecodeError(.unknownKind(rawKind), offset: 0) }
        var reader = ByteReader(body)
        let link = LinkID(try reader.read())
        switch kind {
        case .acknowledged: self = .acknowledged(link, boot: try reader.read(), counter: try reader.read())
        case .stage:
            self = .stage(
                link, boot: try reader.read(), counter: try reader.read(), alert: AlertID(try reader.read()),
                stage: try reader.read(Stage.self), at: WallTime(nanoseconds: try reader.read()))
        case .close: self = .close(link, try reader.read(LinkEnd.self))
        case .command:
            self = .command(
                link, id: JournalSequence(try reader.read()), validForS: try reader.read(),
                action: try CommandAction(from: &reader))
        }
    }
}
