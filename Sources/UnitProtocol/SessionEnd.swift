// The end of a session, by either side. The alert lives on.

/// SESSION END, either end.
///
/// ```
///  0        1        2        3        4
/// ┌───────────────────────────────────┬────────┐
/// │ session                           │ reason │
/// └───────────────────────────────────┴────────┘
/// ```
public struct SessionEnd: Hashable, Sendable {
    /// Why a session ends. A number that is not listed is read as ``other``: the end counts, not the reason.
    public enum Reason: UInt8, CaseIterable, Hashable, Sendable {
        /// Any other reason.
        case other = 0
        /// Both have spoken.
        case finished = 1
        /// The other side does not take the offer.
        case refused = 2
        /// No media came through, or they stopped.
        case mediaFailed = 3
        /// Another session took its place.
        case replaced = 4
        /// The unit or console cannot do it.
        case notSupported = 5
        /// Nobody answered the offer in time.
        case noAnswer = 6
    }

    /// Which session.
    public let session: SessionID
    /// Why.
    public let reason: Reason

    /// - Parameters:
    ///   - session: which one.
    ///   - reason: why.
    public init(session: SessionID, reason: Reason) {
        self.session = session
        self.reason = reason
    }
}

extension SessionEnd: FrameBody {
    init(from reader: inout FrameReader) throws(FrameError) {
        session = SessionID(try reader.read())
        reason = Reason(rawValue: try reader.read()) ?? .other
    }

    func encode(to writer: inout FrameWriter) {
        writer.write(session.value)
        writer.write(reason.rawValue)
    }
}
