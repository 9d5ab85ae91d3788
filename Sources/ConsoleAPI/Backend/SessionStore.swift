// Where sessions outlive the process, so that an officer does not sign in again because the daemon restarted.

public import AlertModel
import Synchronization

/// One sign-in as it is kept: never the token, only its SHA-256.
public struct StoredSession: Hashable, Sendable {
    /// SHA-256 of the token, 32 bytes.
    public let tokenHash: [UInt8]
    /// Who signed in.
    public let officer: OfficerID
    /// When it ends at the latest.
    public let expiresAt: WallTime

    /// Puts a session together.
    public init(tokenHash: [UInt8], officer: OfficerID, expiresAt: WallTime) {
        self.tokenHash = tokenHash
        self.officer = officer
        self.expiresAt = expiresAt
    }
}

/// Keeps sessions by the hash of their token. Every function may be called from any task at any time.
///
/// A failure never opens a door: what cannot be loaded is not signed in; what cannot be saved ends with the
/// process.
public protocol SessionStore: Sendable {
    /// Keeps a session, replacing one with the same hash.
    func save(_ session: StoredSession) async throws
    /// The session of a hash; nil when there is none. Callers check the expiry.
    func load(tokenHash: [UInt8]) async throws -> StoredSession?
    /// Forgets a session; does nothing when there is none.
    func delete(tokenHash: [UInt8]) async throws
    /// Forgets every session that ended at `now` or before.
    func deleteExpired(now: WallTime) async throws
}

/// Sessions that end with the process: for tests and for a gateway without a database.
public final class MemorySessionStore: SessionStore {
    private let sessions = Mutex<[[UInt8]: StoredSession]>([:])

    public init() {}

    public func save(_ session: StoredSession) async { sessions.withLock { $0[session.tokenHash] = session } }

    public func load(tokenHash: [UInt8]) async -> StoredSession? { sessions.withLock { $0[tokenHash] } }

    public func delete(tokenHash: [UInt8]) async { sessions.withLock { $0[tokenHash] = nil } }

    public func deleteExpired(now: WallTime) async {
        sessions.withLock { sessions in sessions = sessions.filter { $0.value.expiresAt > now } }
    }
}
