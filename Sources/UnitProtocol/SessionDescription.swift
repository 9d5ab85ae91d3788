// One half of the offer and answer of a WebRTC session (RFC 9429), relayed between unit and console.

public import AlertModel

/// The number of an audio and video session on one unit: its own are below 2³¹, a gateway's from there on, so
/// that both may start one at the same time.
public struct SessionID: Hashable, Sendable {
    /// The number on the wire.
    public let value: UInt32
    /// - Parameter value: any number; see the type for who takes which.
    public init(_ value: UInt32) { self.value = value }
    /// Whether a gateway began it.
    public var isGateways: Bool { value >= 1 << 31 }
}

/// OFFER or ANSWER, either end; the frame's type says which.
///
/// ```
///  0        1        2        3
/// ┌───────────────────────────────────┐
/// │ session                           │
/// ├───────────────────────────────────┤
/// │ alert, 0 for none                 │
/// │                                   │
/// ├─────────────────┬─────────────────┤
/// │ length          │ SDP, 1 to 16,384 bytes …
/// └─────────────────┴─────────────────┘
/// ```
public struct SessionDescription: Hashable, Sendable {
    /// Which session; an answer repeats the offer's.
    public let session: SessionID
    /// The alert it belongs to; nil for a call from the centre without one.
    public let alert: AlertID?
    /// The session description (RFC 8866); 1 to ``Limits/sdpBytesMax`` bytes of UTF-8.
    public let sdp: String

    /// - Parameters:
    ///   - alert: an answer repeats the offer's.
    ///   - sdp: one that is empty or too long cannot be encoded.
    public init(session: SessionID, alert: AlertID?, sdp: String) {
        self.session = session
        self.alert = alert
        self.sdp = sdp
    }
}

extension SessionDescription: FrameBody {
    init(from reader: inout FrameReader) throws(FrameError) {
        session = SessionID(try reader.read())
        let number = try reader.read(UInt64.self)
        alert = number == 0 ? nil : AlertID(number)
        sdp = try reader.readText(.sdp)
    }

    func encode(to writer: inout FrameWriter) {
        writer.write(session.value)
        writer.write(alert?.value ?? 0)
        writer.write(sdp, .sdp)
    }
}
