// The four bytes in front of every body, and a frame as the scanner found it.

/// Bits of a header's last byte. Bits without a name are sent as zero and ignored when received.
public struct FrameFlags: OptionSet, Hashable, Sendable {
    /// The byte as it stands on the wire.
    public let rawValue: UInt8

    /// - Parameter rawValue: the byte; unknown bits are kept.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// A receiver that does not know the type must refuse the frame and close, not skip it.
    public static let mustUnderstand = FrameFlags(rawValue: 1 << 0)
}

/// A frame's header.
///
/// ```
///  byte 0       1       2       3
/// ┌───────────────┬───────┬───────┐
/// │ body length   │ type  │ flags │   length: u16, big-endian, without these four bytes
/// └───────────────┴───────┴───────┘
/// ```
public struct FrameHeader: Hashable, Sendable {
    /// Bytes of every header.
    public static let bytes = 4
    /// Where the type stands.
    static let typeOffset = 2

    /// Bytes behind the header, 0 to 65,535; more than ``Limits/bodyBytesMax`` is refused.
    public let bodyBytes: Int
    /// The message type's number; see ``MessageType``.
    public let type: UInt8
    /// See ``FrameFlags``.
    public let flags: FrameFlags

    /// Reads the first four bytes of `buffer`; nil when there are fewer.
    public init?(_ buffer: UnsafeRawBufferPointer) {
        guard buffer.count >= Self.bytes else { return nil }
        bodyBytes = Int(buffer[0]) << 8 | Int(buffer[1])
        type = buffer[2]
        flags = FrameFlags(rawValue: buffer[3])
    }
}

/// One whole frame in memory that somebody else owns.
public struct Frame {
    /// The frame's header.
    public let header: FrameHeader
    /// The bytes behind the header; borrowed from the buffer that was scanned.
    public let body: UnsafeRawBufferPointer

    /// - Parameters:
    ///   - header: says what the body is.
    ///   - body: `header.bodyBytes` bytes; borrowed, must outlive the frame.
    public init(header: FrameHeader, body: UnsafeRawBufferPointer) {
        self.header = header
        self.body = body
    }

    /// Bytes of header and body.
    public var totalBytes: Int { FrameHeader.bytes + body.count }
}
