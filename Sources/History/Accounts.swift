// Local accounts. They cannot be made again from anything, so every write is synced before it counts.

public import AlertModel
internal import GRDB

/// Accounts, console sessions and the audit record in one file of their own.
///
/// They are apart from ``History`` because nothing can rebuild them: this file is synced at every commit and
/// belongs into every backup. Any task or process may use it at the same time; `sosctl` does beside a running
/// daemon.
public final class Accounts: Sendable {
    let store: Store

    /// Opens the file, and makes it when there is none.
    ///
    /// - Parameter path: in a directory that exists.
    /// - Throws: ``HistoryError``: say it and stop; without accounts nobody can sign in.
    public init(path: String) throws(HistoryError) {
        store = try Store(path: path, durability: .atCommit, migrator: Self.migrator)
    }

    /// The account with this sign-in name; nil when there is none.
    ///
    /// - Throws: ``HistoryError``.
    public func account(_ officer: OfficerID) async throws(HistoryError) -> OfficerAccount? {
        let path = store.path
        return try await store.read { database in
            let row = try Row.fetchOne(
                database, sql: "SELECT * FROM account WHERE officer = ?", arguments: [officer.description])
            return try row.map { try Self.account(from: RowReader(row: $0, path: path), in: database) }
        }
    }

    /// Every account in the order of sign-in names.
    ///
    /// - Throws: ``HistoryError``.
    public func accounts() async throws(HistoryError) -> [OfficerAccount] {
        let path = store.path
        return try await store.read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM account ORDER BY officer").map {
                try Self.account(from: RowReader(row: $0, path: path), in: database)
            }
        }
    }

    /// Makes an account or replaces the one with the same sign-in name.
    ///
    /// A new password, role or list of centres ends the officer's sessions: what they may do is decided at
    /// sign-in.
    ///
    /// - Returns: whether the account is new.
    /// - Throws: ``HistoryError``; then nothing changed.
    @discardableResult
    public func save(_ account: OfficerAccount) async throws(HistoryError) -> Bool {
        let path = store.path
        return try await store.write { database in
            let officer = account.id.description
            let row = try Row.fetchOne(
                database, sql: "SELECT * FROM account WHERE officer = ?", arguments: [officer])
            let old = try row.map { try Self.account(from: RowReader(row: $0, path: path), in: database) }
            try database.execute(
                sql: """
                    INSERT INTO account (officer, name, role, password_hash) VALUES (?, ?, ?, ?)
                    ON CONFLICT (officer) DO UPDATE SET
                        name = excluded.name, role = excluded.role, password_hash = excluded.password_hash
                    """,
                arguments: [officer, account.name.storable, account.role.rawValue, account.passwordHash])
            try database.execute(sql: "DELETE FROM account_centre WHERE officer = ?", arguments: [officer])
            for (position, centre) in account.centres.enumerated() {
                try database.execute(
                    sql: "INSERT INTO account_centre (officer, position, centre) VALUES (?, ?, ?)",
                    arguments: [officer, position, centre.description])
            }
            if let old,
                old.passwordHash != account.passwordHash || old.role != account.role
                    || old.centres != account.centres
            {
                try database.execute(sql: "DELETE FROM console_session WHERE officer = ?", arguments: [officer])
            }
            return old == nil
        }
    }

    private static func account(from row: RowReader, in database: Database) throws -> OfficerAccount {
        let id: OfficerID = try row.id("officer")
        let centres = try Row.fetchAll(
            database, sql: "SELECT centre FROM account_centre WHERE officer = ? ORDER BY position",
            arguments: [id.description]
        ).map { try RowReader(row: $0, path: row.path).id("centre", CentreID.self) }
        return OfficerAccount(
            id: id, name: try row.text("name"), role: try row.word("role"), centres: centres,
            passwordHash: try row.text("password_hash"))
    }
}
