// The one table of message type numbers with who sends them. Numbers are permanent and never used again.

/// What a frame is.
public enum MessageType: UInt8, CaseIterable, Hashable, Sendable {
    // The connection.
    case hello = 0x01
    case welcome = 0x02
    case heartbeat = 0x03
    case position = 0x04
    case goodbye = 0x05
    case redirect = 0x06

    // Alerts and faults.
    case press = 0x10
    case cancel = 0x11
    case faultBegin = 0x12
    case faultEnd = 0x13
    case stage = 0x14
    case stageConfirm = 0x15

    // Answers.
    case acknowledgement = 0x20
    case time = 0x21
    case unable = 0x22

    // Audio and video sessions.
    case offer = 0x30
    case answer = 0x31
    case candidate = 0x32
    case sessionEnd = 0x33

    // Commands and dialogue.
    case command = 0x40
    case commandResult = 0x41
    case text = 0x42
    case textReply = 0x43

    /// Which end may send it.
    public enum Sender: Hashable, Sendable {
        /// Units only.
        case unit
        /// Gateways only.
        case gateway
        /// Either end.
        case both
    }

    /// Which end may send the type; from the other one it is refused.
    public var sender: Sender {
        switch self {
        case .hello, .heartbeat, .position, .press, .cancel, .faultBegin, .faultEnd, .stageConfirm,
            .commandResult, .textReply:
            .unit
        case .welcome, .redirect, .stage, .acknowledgement, .time, .command, .text: .gateway
        case .goodbye, .unable, .offer, .answer, .candidate, .sessionEnd: .both
        }
    }

    /// Whether all its fields have a fixed place or fit the message itself, so that decoding allocates nothing.
    public var isFixed: Bool {
        switch self {
        case .hello, .welcome, .heartbeat, .position, .goodbye, .press, .cancel, .faultBegin, .faultEnd, .stage,
            .stageConfirm, .acknowledgement, .time, .sessionEnd:
            true
        case .redirect, .unable, .offer, .answer, .candidate, .command, .commandResult, .text, .textReply: false
        }
    }
}

extension MessageType {
    /// The type of a received frame; nil when it is not known and may be skipped.
    ///
    /// - Throws: ``FrameError`` when it is not known and must be understood.
    init?(_ frame: Frame) throws(FrameError) {
        if let type = MessageType(rawValue: frame.header.type) {
            self = type
        } else if frame.header.flags.contains(.mustUnderstand) {
            throw FrameError(.unknownType(frame.header.type), offset: FrameHeader.typeOffset)
        } else {
            return nil
        }
    }
}
