// The tables of accounts.sqlite. A migration that shipped is never edited; a change is a new one behind it.

internal import GRDB

extension Accounts {
    /// Every step from an empty file to today's tables.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("accounts-1") { database in
            try database.execute(
                sql: """
                    CREATE TABLE account (
                        officer TEXT NOT NULL PRIMARY KEY,
                        name TEXT NOT NULL,
                        role TEXT NOT NULL,
                        password_hash TEXT NOT NULL
                    ) STRICT;
                    CREATE TABLE account_centre (
                        officer TEXT NOT NULL REFERENCES account ON DELETE CASCADE,
                        position INTEGER NOT NULL,
                        centre TEXT NOT NULL,
                        PRIMARY KEY (officer, position)
                    ) STRICT;
                    CREATE TABLE console_session (
                        token_sha256 TEXT NOT NULL PRIMARY KEY,
                        officer TEXT NOT NULL REFERENCES account ON DELETE CASCADE,
                        created_ns INTEGER NOT NULL,
                        expires_ns INTEGER NOT NULL
                    ) STRICT;
                    CREATE INDEX console_session_by_officer ON console_session (officer);
                    CREATE TABLE audit (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        at_ns INTEGER NOT NULL,
                        officer TEXT NOT NULL,
                        act TEXT NOT NULL,
                        alert INTEGER,
                        allowed INTEGER NOT NULL,
                        detail TEXT NOT NULL,
                        peer TEXT NOT NULL
                    ) STRICT;
                    CREATE TRIGGER audit_keeps_rows BEFORE DELETE ON audit
                        BEGIN SELECT RAISE(ABORT, 'the audit record only grows'); END;
                    CREATE TRIGGER audit_keeps_values BEFORE UPDATE ON audit
                        BEGIN SELECT RAISE(ABORT, 'the audit record only grows'); END;
                    """)
        }
        return migrator
    }
}
