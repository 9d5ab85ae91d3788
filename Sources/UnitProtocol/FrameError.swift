// Why a peer's bytes are not a message, where, and what to tell it.

/// A frame that cannot be taken as it is. A plain value: throwing it allocates nothing.
public struct FrameError: Error, Hashable, Sendable {
    /// What is wrong.
    public enum Reason: Hashable, Sendable {
        /// The header announces more than ``Limits/bodyBytesMax``.
        case oversized(bodyBytes: Int)
        /// The type is in no table and the flag *must understand* is set.
        case unknownType(UInt8)
        /// The type belongs to the other end.
        case wrongDirection(MessageType)
        /// The body ends before a field that the message must have.
        case truncated
        /// The hello speaks another major version.
        case unsupportedVersion(major: UInt8)
        /// A unit identifier is empty, too long or has a byte that is not allowed.
        case badIdentifier
        /// A number is outside its list or range.
        case valueOutOfRange
        /// A text or byte string is shorter or longer than its field allows.
        case badLength(bytes: Int)
        /// A text is not UTF-8, or has a character that its field does not allow.
        case badText
    }

    /// What is wrong.
    public let reason: Reason
    /// Where: bytes from the frame's first byte, header included; for a field, its first byte.
    public let offset: Int

    /// - Parameters:
    ///   - reason: what is wrong.
    ///   - offset: bytes from the frame's first byte.
    public init(_ reason: Reason, offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    /// Whether the connection has to end. When it does not, the frame's bounds are known and its message is
    /// merely not usable: answer UNABLE and go on with the next frame. Anything wrong with a hello ends the
    /// connection whatever this says.
    public var endsConnection: Bool {
        switch reason {
        case .oversized, .unknownType, .wrongDirection, .truncated, .unsupportedVersion, .badIdentifier: true
        case .valueOutOfRange, .badLength, .badText: false
        }
    }

    /// The code of the UNABLE that answers it.
    public var unableCode: UnableCode {
        switch reason {
        case .oversized: .oversized
        case .unknownType: .unknownType
        case .wrongDirection: .unexpected
        case .truncated: .notEnoughInformation
        case .unsupportedVersion: .version
        case .badIdentifier: .identity
        case .valueOutOfRange: .cannotProcess
        case .badLength, .badText: .corrupted
        }
    }
}

extension FrameError: CustomStringConvertible {
    /// One English line for the peer and the log, such as "the body ends inside a field (byte 9)". Allocates.
    public var description: String { "\(Self.text(of: reason)) (byte \(offset))" }

    private static func text(of reason: Reason) -> String {
        switch reason {
        case .oversized(let bodyBytes):
            "a body of \(bodyBytes) bytes is announced, at most \(Limits.bodyBytesMax) are allowed"
        case .unknownType(let type): "message type \(type) is not known and must be understood"
        case .wrongDirection(let type): "a \(type) is not for this end to send"
        case .truncated: "the body ends inside a field"
        case .unsupportedVersion(let major):
            "protocol version \(major) is not spoken here, version \(ProtocolVersion.current.major) is"
        case .badIdentifier: "not a unit identifier: 1 to 16 letters, digits, '-', '.' and '_'"
        case .valueOutOfRange: "the value is outside its range"
        case .badLength(let bytes): "a length of \(bytes) bytes is outside its range"
        case .badText: "the text is not UTF-8 or has a character that is not allowed here"
        }
    }
}
