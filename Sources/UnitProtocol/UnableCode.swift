// The numbers an UNABLE carries. 100 to 103 are those of RFC 8876, 200 and on are ours; all are permanent.

/// Why a peer was refused. An open list: a number that is not listed is kept and shown as it is.
public struct UnableCode: RawRepresentable, Hashable, Sendable {
    /// The number on the wire.
    public let rawValue: UInt16

    /// - Parameter rawValue: any number.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// A value is outside its list or range; the frame was skipped (RFC 8876, 100).
    public static let cannotProcess = UnableCode(rawValue: 100)
    /// What the frame refers to is not there, such as a session that ended (RFC 8876, 101).
    public static let payloadMissing = UnableCode(rawValue: 101)
    /// The body is shorter than its fields (RFC 8876, 102).
    public static let notEnoughInformation = UnableCode(rawValue: 102)
    /// A text is damaged; the frame was skipped (RFC 8876, 103).
    public static let corrupted = UnableCode(rawValue: 103)
    /// The protocol version is not spoken here.
    public static let version = UnableCode(rawValue: 200)
    /// The hello names another unit than the certificate, or no valid one.
    public static let identity = UnableCode(rawValue: 201)
    /// The frame is longer than allowed.
    public static let oversized = UnableCode(rawValue: 202)
    /// A type that must be understood is not known.
    public static let unknownType = UnableCode(rawValue: 203)
    /// A hello or the rest of a frame did not come in time.
    public static let deadline = UnableCode(rawValue: 204)
    /// Known, and not done here.
    public static let notSupported = UnableCode(rawValue: 205)
    /// The message is not allowed now or from this end, such as anything before the hello.
    public static let unexpected = UnableCode(rawValue: 206)
    /// The gateway cannot store at the moment: keep the message and send it again, here or elsewhere.
    public static let cannotStore = UnableCode(rawValue: 207)
    /// The certificate, or an authority above it, is revoked or not trusted any more.
    public static let revoked = UnableCode(rawValue: 208)
}
