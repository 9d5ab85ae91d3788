// Frames as bytes, built and read here by hand: the conformance kit must not share a mistake with the gateway's own
// decoder, and has to send what no encoder would make.

public import UnitProtocol

/// One frame, whatever is in it.
public struct RawFrame: Hashable, Sendable {
    public let type: UInt8
    public let flags: UInt8
    public let body: [UInt8]

    /// - Parameter body: at most 65,535 bytes; what is longer is cut off.
    public init(_ type: MessageType, flags: UInt8 = 0, _ body: [UInt8] = []) {
        self.init(number: type.rawValue, flags: flags, body)
    }

    /// - Parameter number: of the type; also one that does not exist.
    public init(number: UInt8, flags: UInt8 = 0, _ body: [UInt8] = []) {
        type = number
        self.flags = flags
        self.body = Array(body.prefix(Int(UInt16.max)))
    }

    /// Header and body.
    public var bytes: [UInt8] { Self.header(body.count, type, flags) + body }

    /// Whether it is of this type.
    public func isA(_ other: MessageType) -> Bool { type == other.rawValue }

    /// A big-endian number of the body.
    ///
    /// - Parameter offset: in the body.
    /// - Returns: nil when the body ends before it.
    public func number(at offset: Int, bytes count: Int) -> UInt64? {
        guard offset >= 0, count <= 8, offset + count <= body.count else { return nil }
        return body[offset..<(offset + count)].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The four bytes in front of a body.
    public static func header(_ bodyBytes: Int, _ type: UInt8, _ flags: UInt8 = 0) -> [UInt8] {
        BigEndian.u16(UInt16(truncatingIfNeeded: bodyBytes)) + [type, flags]
    }

    /// Takes the first frame off the front.
    ///
    /// - Returns: nil while it is not whole.
    public static func take(from bytes: inout [UInt8]) -> RawFrame? {
        guard bytes.count >= 4 else { return nil }
        let length = Int(bytes[0]) << 8 | Int(bytes[1])
        guard bytes.count >= 4 + length else { return nil }
        let frame = RawFrame(number: bytes[2], flags: bytes[3], Array(bytes[4..<(4 + length)]))
        bytes.removeFirst(4 + length)
        return frame
    }
}

/// Numbers as the wire has them.
public enum BigEndian {
    public static func u16(_ value: UInt16) -> [UInt8] { bytes(UInt64(value), 2) }
    public static func u32(_ value: UInt32) -> [UInt8] { bytes(UInt64(value), 4) }
    public static func u64(_ value: UInt64) -> [UInt8] { bytes(value, 8) }

    private static func bytes(_ value: UInt64, _ count: UInt64) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
}
