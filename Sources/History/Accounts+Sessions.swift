// Console sessions, so that a restart of the daemon signs nobody out.

public import AlertModel
internal import GRDB

/// A signed-in console. The token itself is only with the console; here is its hash.
public struct ConsoleSession: Hashable, Sendable {
    /// SHA-256 of the token, in lower-case hexadecimal digits.
    public let tokenSHA256: String
    /// Who signed in.
    public let officer: OfficerID
    /// When, by the gateway's clock.
    public let createdAt: WallTime
    /// From when on it is no longer valid.
    public let expiresAt: WallTime

    /// - Parameters:
    ///   - tokenSHA256: hash of the token in lower-case hexadecimal digits.
    ///   - officer: an account's sign-in name.
    ///   - createdAt: by the gateway's clock.
    ///   - expiresAt: from when on it is no longer valid.
    public init(tokenSHA256: String, officer: OfficerID, createdAt: WallTime, expiresAt: WallTime) {
        self.tokenSHA256 = tokenSHA256
        self.officer = officer
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}

extension Accounts {
    /// Keeps a session; one with the same token is replaced.
    ///
    /// - Throws: ``HistoryError``, also when the officer has no account.
    public func save(_ session: ConsoleSession) async throws(HistoryError) {
        try await store.write { database in
            try database.execute(
                sql: """
                    INSERT INTO console_session (token_sha256, officer, created_ns, expires_ns) VALUES (?, ?, ?, ?)
                    ON CONFLICT (token_sha256) DO UPDATE SET
                        officer = excluded.officer, created_ns = excluded.created_ns,
                        expires_ns = excluded.expires_ns
                    """,
                arguments: [
                    session.tokenSHA256, session.officer.description, session.createdAt.nanoseconds,
                    session.expiresAt.nanoseconds,
                ])
        }
    }

    /// The session of a token that is still valid at `now`; nil when there is none.
    ///
    /// - Throws: ``HistoryError``.
    public func session(tokenSHA256: String, now: WallTime) async throws(HistoryError) -> ConsoleSession? {
        let path = store.path
        return try await store.read { database in
            let row = try Row.fetchOne(
                database, sql: "SELECT * FROM console_session WHERE token_sha256 = ? AND expires_ns > ?",
                arguments: [tokenSHA256, now.nanoseconds])
            return try row.map { try Self.session(from: RowReader(row: $0, path: path)) }
        }
    }

    /// Every session that is still valid at `now`, the oldest first.
    ///
    /// - Throws: ``HistoryError``.
    public func sessions(now: WallTime) async throws(HistoryError) -> [ConsoleSession] {
        let path = store.path
        return try await store.read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT * FROM console_session WHERE expires_ns > ? ORDER BY created_ns, token_sha256",
                arguments: [now.nanoseconds]
            ).map { try Self.session(from: RowReader(row: $0, path: path)) }
        }
    }

    /// Ends the session of a token; nothing happens when there is none.
    ///
    /// - Throws: ``HistoryError``.
    public func deleteSession(tokenSHA256: String) async throws(HistoryError) {
        try await store.write { database in
            try database.execute(
                sql: "DELETE FROM console_session WHERE token_sha256 = ?", arguments: [tokenSHA256])
        }
    }

    /// Forgets the sessions that are no longer valid at `now`.
    ///
    /// - Throws: ``HistoryError``.
    public func deleteExpiredSessions(now: WallTime) async throws(HistoryError) {
        try await store.write { database in
            try database.execute(
                sql: "DELETE FROM console_session WHERE expires_ns <= ?", arguments: [now.nanoseconds])
        }
    }

    private static func session(from row: RowReader) throws(HistoryError) -> ConsoleSession {
        ConsoleSession(
            tokenSHA256: try row.text("token_sha256"), officer: try row.id("officer"),
            createdAt: try row.time("created_ns"), expiresAt: try row.time("expires_ns"))
    }
}
