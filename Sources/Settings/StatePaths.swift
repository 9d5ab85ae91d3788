// The names of everything in the state directory, agreed in this one place by daemon and tools.

/// Paths inside the state directory.
public struct StatePaths: Hashable, Sendable {
    /// The state directory itself.
    public let directory: String

    /// - Parameter directory: the state directory, without a slash at its end.
    public init(directory: String) { self.directory = directory }

    /// The journal's segments: the truth.
    public var journalDirectory: String { "\(directory)/journal" }
    /// Records that must stay although their time is over; written by people.
    public var legalHoldsFile: String { "\(directory)/legal-holds" }
    /// One file a follower of the journal, such as a replica, with the last sequence it has.
    public var followersDirectory: String { "\(directory)/followers" }
    /// Alerts for looking back: made again from the journal when lost.
    public var historyDatabase: String { "\(directory)/history.sqlite" }
    /// Accounts, sessions and the audit record: not in the journal, so it belongs into every backup.
    public var accountsDatabase: String { "\(directory)/accounts.sqlite" }
    /// Centres, units and all that they name, changed by `sosctl registry import`: belongs into every backup.
    public var registryDatabase: String { "\(directory)/registry.sqlite" }
    /// Copies of the revocation lists last in force.
    public var revocationsDirectory: String { "\(directory)/revocations" }
    /// The keys of session tickets, unless the configuration names another file.
    public var ticketKeysFile: String { "\(directory)/ticket-keys" }
    /// Locked by the daemon while it serves; has its process number.
    public var processFile: String { "\(directory)/sosgatewayd.pid" }
    /// Addresses really bound, written by the daemon when it is ready.
    public var endpointsFile: String { "\(directory)/endpoints.json" }
}
