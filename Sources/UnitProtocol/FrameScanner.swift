// Cuts a stream of bytes into frames. Knows headers only, never what is in a body.

/// Finds whole frames in the bytes that a connection delivered so far.
///
/// The caller keeps the bytes: it scans, handles each frame, drops ``consumedBytes`` bytes from the front of its
/// buffer and reads on. A buffer of ``Limits/frameBytesMax`` bytes always makes progress. Allocates nothing and
/// copies nothing.
public struct FrameScanner {
    private let bytes: UnsafeRawBufferPointer
    /// Bytes of the frames handed out so far.
    public private(set) var consumedBytes = 0

    /// What the scanner found.
    public enum Step {
        /// The rest is less than a frame; at least this many bytes more are needed.
        case needMore(bytes: Int)
        /// The next frame; borrows the scanned buffer.
        case frame(Frame)
    }

    /// - Parameter bytes: what was received and not consumed; borrowed, must outlive the scanner and its frames.
    public init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Whether the rest begins a frame; then the frame's deadline runs.
    public var isInsideFrame: Bool { consumedBytes < bytes.count }

    /// The next frame.
    ///
    /// - Throws: ``FrameError`` with reason oversized as soon as the length is there: answer UNABLE and close,
    ///   there is no way to find the next frame.
    public mutating func next() throws(FrameError) -> Step {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[consumedBytes...])
        if rest.count >= 2 {
            let bodyBytes = Int(rest[0]) << 8 | Int(rest[1])
            guard bodyBytes <= Limits.bodyBytesMax else {
                throw FrameError(.oversized(bodyBytes: bodyBytes), offset: 0)
            }
        }
        guard let header = FrameHeader(rest) else { return .needMore(bytes: FrameHeader.bytes - rest.count) }
        let total = FrameHeader.bytes + header.bodyBytes
        guard rest.count >= total else { return .needMore(bytes: total - rest.count) }
        consumedBytes += total
        let body = UnsafeRawBufferPointer(rebasing: rest[FrameHeader.bytes..<total])
        return .frame(Frame(header: header, body: body))
    }
}
