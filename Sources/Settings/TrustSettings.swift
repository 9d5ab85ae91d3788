// How strictly the unit side's TLS is set: the section `units.tls`.

/// The section `units.tls`; without it everything is its default.
public struct TrustSettings: Hashable, Sendable {
    /// The oldest TLS that units may speak.
    public enum Version: String, CaseIterable, Hashable, Sendable {
        case tls12 = "1.2"
        case tls13 = "1.3"
    }

    /// What an authority's revocation list that is overdue, or missing, means for its units.
    public enum Overdue: String, CaseIterable, Hashable, Sendable {
        /// They are served, the last list holds on, and the gateway raises an alarm.
        case serve
        /// They are refused when they come; links that stand go on.
        case refuse
    }

    /// The oldest TLS that units may speak.
    public var minimum: Version
    /// Files of revocation lists, PEM or DER.
    public var revocationLists: [String]
    /// What an overdue or missing list means.
    public var overdue: Overdue
    /// The file with the keys of session tickets; nil for the one in the state directory.
    public var ticketKeysFile: String?
    /// After how many hours this gateway replaces the key that seals; 0 when another gateway does.
    public var ticketRotationHours: Int

    /// A key seals for half a day and opens for a whole one.
    public static let ticketRotationHoursDefault = 12

    /// Where not given, values are the file's defaults.
    public init(
        minimum: Version = .tls13, revocationLists: [String] = [], overdue: Overdue = .serve,
        ticketKeysFile: String? = nil, ticketRotationHours: Int = ticketRotationHoursDefault
    ) {
        self.minimum = minimum
        self.revocationLists = revocationLists
        self.overdue = overdue
        self.ticketKeysFile = ticketKeysFile
        self.ticketRotationHours = ticketRotationHours
    }

    /// Lists that one configuration may name.
    static let revocationListsMax = 1_000
}
