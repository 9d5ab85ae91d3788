// Which protocol is spoken and how two ends agree on it: the major version is part of the ALPN name, the
// minor one is the smaller of both.

/// A version of the unit protocol.
public struct ProtocolVersion: Hashable, Comparable, Sendable {
    /// Changes when an older peer could misunderstand a frame; both ends must have the same.
    public let major: UInt8
    /// Counts additions that an older peer can skip or never gets to see.
    public let minor: UInt8

    /// - Parameters:
    ///   - major: 1 for this document.
    ///   - minor: 0 to 255.
    public init(major: UInt8, minor: UInt8) {
        self.major = major
        self.minor = minor
    }

    /// What this code speaks.
    public static let current = ProtocolVersion(major: 1, minor: 0)
    /// The name of major version 1 in ALPN (RFC 7301).
    public static let applicationProtocol = "sos-unit/1"
    /// The name that a unit with a press pending may offer behind it; never selected.
    public static let pressPendingProtocol = "sos-unit/1;press"

    /// The version that two ends use together: the smaller minor version; nil when the major ones differ.
    public func negotiated(with peer: ProtocolVersion) -> ProtocolVersion? {
        major == peer.major ? min(self, peer) : nil
    }

    /// Older before newer.
    public static func < (left: Self, right: Self) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }
}
