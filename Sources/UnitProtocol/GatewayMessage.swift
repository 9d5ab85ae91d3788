// Everything a gateway can say, as one closed list.

/// A message from a gateway to a unit.
public enum GatewayMessage: Hashable, Sendable {
    /// You are connected.
    case welcome(Welcome)
    /// A cancel or fault is stored.
    case acknowledgement(Acknowledgement)
    /// Your clock is wrong.
    case time(ClockNotice)
    /// I cannot take what you sent.
    case unable(Unable)
    /// An alert came to a stage; *stored* answers a press.
    case stage(StageNotice)
    /// Let us talk.
    case offer(SessionDescription)
    /// Yes, like this.
    case answer(SessionDescription)
    /// Try this address too.
    case candidate(SessionCandidate)
    /// The session is over.
    case sessionEnd(SessionEnd)
    /// Do this.
    case command(Command)
    /// Ask the caller this.
    case text(TextQuestion)
    /// Go there.
    case redirect(Redirect)
    /// I close.
    case goodbye(Goodbye)
}

extension GatewayMessage {
    /// The type's number in the header.
    public var type: MessageType {
        switch self {
        case .welcome: .welcome
        case .acknowledgement: .acknowledgement
        case .time: .time
        case .unable: .unable
        case .stage: .stage
        case .offer: .offer
        case .answer: .answer
        case .candidate: .candidate
        case .sessionEnd: .sessionEnd
        case .command: .command
        case .text: .text
        case .redirect: .redirect
        case .goodbye: .goodbye
        }
    }

    /// Reads a frame that a gateway sent. Allocates nothing for types that are ``MessageType/isFixed``; bytes
    /// behind the last known field are skipped.
    ///
    /// - Returns: nil for a type that is not known and may be skipped.
    /// - Throws: ``FrameError``: answer with `Unable(error, refusedType:)`, and close when
    ///   ``FrameError/endsConnection``.
    public init?(_ frame: Frame) throws(FrameError) {
        guard let type = try MessageType(frame) else { return nil }
        switch type {
        case .welcome: self = .welcome(try Welcome(frame))
        case .acknowledgement: self = .acknowledgement(try Acknowledgement(frame))
        case .time: self = .time(try ClockNotice(frame))
        case .unable: self = .unable(try Unable(frame))
        case .stage: self = .stage(try StageNotice(frame))
        case .offer: self = .offer(try SessionDescription(frame))
        case .answer: self = .answer(try SessionDescription(frame))
        case .candidate: self = .candidate(try SessionCandidate(frame))
        case .sessionEnd: self = .sessionEnd(try SessionEnd(frame))
        case .command: self = .command(try Command(frame))
        case .text: self = .text(try TextQuestion(frame))
        case .redirect: self = .redirect(try Redirect(frame))
        case .goodbye: self = .goodbye(try Goodbye(frame))
        case .hello, .heartbeat, .position, .press, .cancel, .faultBegin, .faultEnd, .stageConfirm,
            .commandResult, .textReply:
            throw FrameError(.wrongDirection(type), offset: FrameHeader.typeOffset)
        }
    }

    /// Writes the whole frame.
    ///
    /// - Parameter buffer: ``Limits/frameBytesMax`` bytes hold any frame.
    /// - Returns: bytes written; nil when `buffer` is too small or a value is outside its range.
    public func encode(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        switch self {
        case .welcome(let body): body.encode(type, into: buffer)
        case .acknowledgement(let body): body.encode(type, into: buffer)
        case .time(let body): body.encode(type, into: buffer)
        case .unable(let body): body.encode(type, into: buffer)
        case .stage(let body): body.encode(type, into: buffer)
        case .offer(let body), .answer(let body): body.encode(type, into: buffer)
        case .candidate(let body): body.encode(type, into: buffer)
        case .sessionEnd(let body): body.encode(type, into: buffer)
        case .command(let body): body.encode(type, into: buffer)
        case .text(let body): body.encode(type, into: buffer)
        case .redirect(let body): body.encode(type, into: buffer)
        case .goodbye(let body): body.encode(type, into: buffer)
        }
    }
}
