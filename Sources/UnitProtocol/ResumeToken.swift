// What lets a unit continue where its last connection broke off.

/// Up to 32 opaque bytes that a gateway gives in WELCOME and the unit shows in its next HELLO.
///
/// Kept inline, so that a hello is decoded without a heap.
public struct ResumeToken: Hashable, Sendable {
    /// Number of bytes, 0 to ``Limits/resumeTokenBytesMax``.
    public let count: Int
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// No token: the unit starts anew.
    public static let none = ResumeToken()

    private init() {
        count = 0
        words = (0, 0, 0, 0)
    }

    /// nil when there are more than ``Limits/resumeTokenBytesMax`` bytes.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count <= Limits.resumeTokenBytesMax else { return nil }
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
        self.words = words
        count = bytes.count
    }

    /// Lends the bytes for the length of `body`.
    public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        withUnsafeBytes(of: words) { body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }

    /// Equal bytes.
    public static func == (left: Self, right: Self) -> Bool {
        left.count == right.count && left.words == right.words
    }

    /// Hashes the bytes.
    public func hash(into hasher: inout Hasher) { withBytes { hasher.combine(bytes: $0) } }
}

extension ResumeToken {
    init(from reader: inout FrameReader) throws(FrameError) {
        let start = reader.offset
        let bytes = try reader.readBytes(max: Limits.resumeTokenBytesMax)
        guard let token = ResumeToken(bytes) else {
            throw FrameError(.badLength(bytes: bytes.count), offset: start)
        }
        self = token
    }

    func encode(to writer: inout FrameWriter) {
        writer.write(UInt8(truncatingIfNeeded: count))
        withBytes { bytes in
            for byte in bytes { writer.write(byte) }
        }
    }
}
