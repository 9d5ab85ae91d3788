// Everything a unit can say, as one closed list.

public import AlertModel

/// A message from a unit to a gateway.
public enum UnitMessage: Hashable, Sendable {
    /// Who I am; the first frame.
    case hello(Hello)
    /// I am alive, and this is how I am.
    case heartbeat(Heartbeat)
    /// Where I am.
    case position(Position)
    /// Somebody pressed the button.
    case press(PressMessage)
    /// The caller took a press back.
    case cancel(CancelMessage)
    /// A technical condition began.
    case faultBegin(FaultMessage)
    /// A technical condition ended.
    case faultEnd(FaultMessage)
    /// My lamp shows the stage.
    case stageConfirm(StageConfirm)
    /// Let us talk.
    case offer(SessionDescription)
    /// Yes, like this.
    case answer(SessionDescription)
    /// Try this address too.
    case candidate(SessionCandidate)
    /// The session is over.
    case sessionEnd(SessionEnd)
    /// What a command came to.
    case commandResult(UnitCommandResult)
    /// What the caller answered.
    case textReply(TextReply)
    /// I cannot take what you sent.
    case unable(Unable)
    /// I close.
    case goodbye(Goodbye)
}

extension UnitMessage {
    /// The type's number in the header.
    public var type: MessageType {
        switch self {
        case .hello: .hello
        case .heartbeat: .heartbeat
        case .position: .position
        case .press: .press
        case .cancel: .cancel
        case .faultBegin: .faultBegin
        case .faultEnd: .faultEnd
        case .stageConfirm: .stageConfirm
        case .offer: .offer
        case .answer: .answer
        case .candidate: .candidate
        case .sessionEnd: .sessionEnd
        case .commandResult: .commandResult
        case .textReply: .textReply
        case .unable: .unable
        case .goodbye: .goodbye
        }
    }

    /// Reads a frame that a unit sent. Allocates nothing for types that are ``MessageType/isFixed``; bytes
    /// behind the last known field are skipped.
    ///
    /// - Returns: nil for a type that is not known and may be skipped.
    /// - Throws: ``FrameError``: answer with `Unable(error, refusedType:)`, and close when
    ///   ``FrameError/endsConnection``.
    public init?(_ frame: Frame) throws(FrameError) {
        guard let type = try MessageType(frame) else { return nil }
        switch type {
        case .hello: self = .hello(try Hello(frame))
        case .heartbeat: self = .heartbeat(try HeartbeatBody(frame).heartbeat)
        case .position: self = .position(try PositionBody(frame).position)
        case .press: self = .press(try PressMessage(frame))
        case .cancel: self = .cancel(try CancelMessage(frame))
        case .faultBegin: self = .faultBegin(try FaultMessage(frame))
        case .faultEnd: self = .faultEnd(try FaultMessage(frame))
        case .stageConfirm: self = .stageConfirm(try StageConfirm(frame))
        case .offer: self = .offer(try SessionDescription(frame))
        case .answer: self = .answer(try SessionDescription(frame))
        case .candidate: self = .candidate(try SessionCandidate(frame))
        case .sessionEnd: self = .sessionEnd(try SessionEnd(frame))
        case .commandResult: self = .commandResult(try UnitCommandResult(frame))
        case .textReply: self = .textReply(try TextReply(frame))
        case .unable: self = .unable(try Unable(frame))
        case .goodbye: self = .goodbye(try Goodbye(frame))
        case .welcome, .redirect, .stage, .acknowledgement, .time, .command, .text:
            throw FrameError(.wrongDirection(type), offset: FrameHeader.typeOffset)
        }
    }

    /// Writes the whole frame.
    ///
    /// - Parameter buffer: ``Limits/frameBytesMax`` bytes hold any frame.
    /// - Returns: bytes written; nil when `buffer` is too small or a value is outside its range.
    public func encode(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        switch self {
        case .hello(let body): body.encode(type, into: buffer)
        case .heartbeat(let heartbeat): HeartbeatBody(heartbeat).encode(type, into: buffer)
        case .position(let position): PositionBody(position).encode(type, into: buffer)
        case .press(let body): body.encode(type, into: buffer)
        case .cancel(let body): body.encode(type, into: buffer)
        case .faultBegin(let body), .faultEnd(let body): body.encode(type, into: buffer)
        case .stageConfirm(let body): body.encode(type, into: buffer)
        case .offer(let body), .answer(let body): body.encode(type, into: buffer)
        case .candidate(let body): body.encode(type, into: buffer)
        case .sessionEnd(let body): body.encode(type, into: buffer)
        case .commandResult(let body): body.encode(type, into: buffer)
        case .textReply(let body): body.encode(type, into: buffer)
        case .unable(let body): body.encode(type, into: buffer)
        case .goodbye(let body): body.encode(type, into: buffer)
        }
    }
}
