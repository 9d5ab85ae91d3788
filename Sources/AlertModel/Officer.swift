// Who may sign in on a console, and the record of what they did.

/// What an officer may do.
public enum Role: String, CaseIterable, Hashable, Sendable {
    /// Answers alerts of their centres.
    case officer
    /// Sees and does everything in their centres.
    case supervisor
}

/// A local account.
public struct OfficerAccount: Hashable, Sendable {
    public let id: OfficerID
    /// The name people read.
    public let name: String
    public let role: Role
    /// The centres whose alerts the officer sees and handles; never empty.
    public let centres: [CentreID]
    /// `Credentials` makes and checks it; never logged.
    public let passwordHash: String

    public init(id: OfficerID, name: String, role: Role, centres: [CentreID], passwordHash: String) {
        self.id = id
        self.name = name
        self.role = role
        self.centres = centres
        self.passwordHash = passwordHash
    }
}

/// One line of the audit record: who did or tried what, and whether it was allowed.
public struct AuditEntry: Hashable, Sendable {
    public enum Act: String, CaseIterable, Hashable, Sendable {
        case signIn = "sign-in"
        case signOut = "sign-out"
        case claim, release, dispatch, arrive, close, note, transfer
        case reRing = "re-ring"
        case read
        /// A supervisor began maintenance or ended it before its time; `detail` says of what.
        case maintenance
        /// A supervisor said how a centre stands; `detail` names centre and state.
        case centreState = "centre-state"
        /// A command to a unit; `detail` names both, never a setting's value.
        case unitCommand = "unit-command"
        /// The gateway itself removed a journal segment whose time was over.
        case retire
        /// The registry was changed, or a changed one came into force; `detail` says what.
        case registry
        /// Certificates, authorities or revocation lists were read again; `detail` says what came into force or why not.
        case trust
        /// A supervisor began to empty the gateway or took that back; `detail` says where units are sent.
        case drain
    }
    public let at: WallTime
    /// The sign-in name as typed; at most 64 bytes are kept.
    public let officer: String
    public let act: Act
    public let alert: AlertID?
    public let isAllowed: Bool
    /// Why not, or with which result.
    public let detail: String
    /// The peer's network address.
    public let peer: String

    public init(
        at: WallTime, officer: String, act: Act, alert: AlertID?, isAllowed: Bool, detail: String, peer: String
    ) {
        self.at = at
        self.officer = officer
        self.act = act
        self.alert = alert
        self.isAllowed = isAllowed
        self.detail = detail
        self.peer = peer
    }
}
