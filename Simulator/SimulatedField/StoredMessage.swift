// What a unit keeps and repeats until the gateway has it on disk. Docs/unit-protocol.md, sections 5 and 6.

import AlertModel
public import UnitProtocol

/// A message that is named for ever by its unit, boot and counter.
public enum StoredMessage: Hashable, Sendable {
    /// A button went down; answered by a stage.
    case press(PressMessage)
    /// The caller took a press back; answered by an acknowledgement.
    case cancel(CancelMessage)
    /// A condition began; answered by an acknowledgement.
    case faultBegin(FaultMessage)
    /// A condition ended; answered by an acknowledgement.
    case faultEnd(FaultMessage)

    /// The boot in which it was made.
    public var boot: UInt32 {
        switch self {
        case .press(let body): body.boot
        case .cancel(let body): body.boot
        case .faultBegin(let body), .faultEnd(let body): body.boot
        }
    }

    /// Its number within the boot.
    public var counter: UInt32 {
        switch self {
        case .press(let body): body.counter
        case .cancel(let body): body.counter
        case .faultBegin(let body), .faultEnd(let body): body.counter
        }
    }

    /// Whether a caller waits behind it; test calls count as presses on the wire.
    public var isPress: Bool { if case .press = self { true } else { false } }

    /// For people.
    public var name: String {
        switch self {
        case .press(let body): body.category == .test ? "test call" : "press"
        case .cancel: "cancel"
        case .faultBegin(let body): "begin of \(body.fault)"
        case .faultEnd(let body): "end of \(body.fault)"
        }
    }

    /// The frame; the same bytes at every repeat.
    public var frame: UnitMessage {
        switch self {
        case .press(let body): .press(body)
        case .cancel(let body): .cancel(body)
        case .faultBegin(let body): .faultBegin(body)
        case .faultEnd(let body): .faultEnd(body)
        }
    }
}

extension StoredMessage {
    /// The stored message in a frame that leaves; nil for other frames.
    public init?(_ message: UnitMessage) {
        switch message {
        case .press(let body): self = .press(body)
        case .cancel(let body): self = .cancel(body)
        case .faultBegin(let body): self = .faultBegin(body)
        case .faultEnd(let body): self = .faultEnd(body)
        default: return nil
        }
    }
}
