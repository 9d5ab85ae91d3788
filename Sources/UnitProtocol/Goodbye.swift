// The end of a connection that somebody wanted.

/// GOODBYE, either end: the sender closes behind it.
///
/// ```
///  0
/// ┌────────┐
/// │ reason │
/// └────────┘
/// ```
public struct Goodbye: Hashable, Sendable {
    /// Why. A number that is not listed is read as ``other``: the goodbye counts, not the reason.
    public enum Reason: UInt8, CaseIterable, Hashable, Sendable {
        /// Any other reason.
        case other = 0
        /// The unit is switched off.
        case powerOff = 1
        /// The unit starts anew.
        case restart = 2
        /// The unit installs firmware.
        case update = 3
        /// The unit goes to another gateway or path.
        case moving = 4
        /// The gateway stops; come back by the usual backoff.
        case gatewayStopping = 5
        /// A newer connection of the same unit took this one's place.
        case replaced = 6
        /// Nothing was heard for the reporting time.
        case silent = 7
    }

    /// Why.
    public let reason: Reason

    /// - Parameter reason: why.
    public init(_ reason: Reason) { self.reason = reason }
}

extension Goodbye: FrameBody {
    init(from reader: inout FrameReader) throws(FrameError) {
        reason = Reason(rawValue: try reader.read()) ?? .other
    }

    func encode(to writer: inout FrameWriter) { writer.write(reason.rawValue) }
}
