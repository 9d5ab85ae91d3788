// One more address to try for a session: trickle ICE (RFC 8838).

/// CANDIDATE, either end.
///
/// ```
///  0        1        2        3
/// ┌───────────────────────────────────┐
/// │ session                           │
/// ├─────────────────┬────────┬────────┤
/// │ media line      │ length │ mid    …   0 to 64 bytes
/// ├─────────────────┼────────┴────────┤
/// │ length          │ candidate       …   0 to 1,024 bytes
/// └─────────────────┴─────────────────┘
/// ```
public struct SessionCandidate: Hashable, Sendable {
    /// Which session.
    public let session: SessionID
    /// Index of the media description in the SDP, from 0 (`sdpMLineIndex`).
    public let mediaLine: UInt16
    /// The media description's `mid`; may be empty.
    public let mediaID: String
    /// The candidate line without `a=`; empty means that no more follow.
    public let candidate: String

    /// - Parameters:
    ///   - mediaID: at most ``Limits/mediaIDBytesMax`` bytes, or it cannot be encoded.
    ///   - candidate: at most ``Limits/candidateBytesMax`` bytes, or it cannot be encoded.
    public init(session: SessionID, mediaLine: UInt16, mediaID: String, candidate: String) {
        self.session = session
        self.mediaLine = mediaLine
        self.mediaID = mediaID
        self.candidate = candidate
    }
}

extension SessionCandidate: FrameBody {
    init(from reader: inout FrameReader) throws(FrameError) {
        session = SessionID(try reader.read())
        mediaLine = try reader.read()
        mediaID = try reader.readText(.mediaID)
        candidate = try reader.readText(.candidate)
    }

    func encode(to writer: inout FrameWriter) {
        writer.write(session.value)
        writer.write(mediaLine)
        writer.write(mediaID, .mediaID)
        writer.write(candidate, .candidate)
    }
}
