// The registry's database: units, centres and all that they name, changed by imports as a whole or not at all.

public import AlertModel
internal import GRDB

/// One change of the registry.
public struct RegistryRevision: Hashable, Sendable {
    /// From 1, one for each import that changed something.
    public let number: Int64
    /// When, by the clock of the machine.
    public let at: WallTime
    /// Who, such as `os:root(0)`.
    public let by: String
    /// Such as `units +2000 ~17 -3`.
    public let what: String
}

/// Why an import did not happen; nothing was changed.
public enum RegistryImportError: Error, Sendable {
    /// The files are wrong.
    case refused(RegistryRefusal)
    /// A database failed: the registry's, or the audit record's.
    case failed(HistoryError)
}

/// `registry.sqlite`: synced at every commit, since nothing can rebuild it. Any process may read it beside a running
/// daemon; imports take turns.
public final class RegistryStore: Sendable {
    /// The open file.
    let store: Store

    /// Opens the file, and makes it when there is none: without units and centres, with the roles.
    ///
    /// - Parameter path: in a directory that exists.
    /// - Throws: ``HistoryError``.
    public init(path: String) throws(HistoryError) {
        store = try Store(path: path, durability: .atCommit, migrator: Self.migrator)
    }

    /// Everything, as of one moment. Blocks the calling thread; 200,000 units take seconds.
    ///
    /// - Throws: ``HistoryError``, `damaged` with table and column when a value is none that an import makes.
    public func contents() throws(HistoryError) -> RegistryContents {
        let path = store.path
        return try store.readNow { try Self.contents($0, path: path) }
    }

    /// What an import would do. Blocks the calling thread.
    ///
    /// - Parameters:
    ///   - files: read already.
    ///   - replaces: whether rows that no file of their table names are removed.
    ///   - defaultCentre: a centre that the configuration names, so that it must not be removed.
    /// - Throws: ``RegistryImportError``.
    public func plan(
        _ files: [RegistryFile], replaces: Bool, defaultCentre: String? = nil
    ) throws(RegistryImportError) -> RegistryPlan {
        let known: RegistryContents
        do throws(HistoryError) {
            known = try contents()
        } catch {
            throw .failed(error)
        }
        do throws(RegistryRefusal) {
            return try RegistryPlan.make(
                files, into: known, replaces: replaces, defaultCentre: defaultCentre)
        } catch {
            throw .refused(error)
        }
    }

    /// Imports files as a whole or not at all: in one transaction, planned inside it, so that two imports at once
    /// cannot undo each other. Blocks the calling thread.
    ///
    /// - Parameters:
    ///   - files: read already.
    ///   - replaces: whether rows that no file of their table names are removed.
    ///   - defaultCentre: a centre that the configuration names, so that it must not be removed.
    ///   - by: who imports, such as `os:root(0)`.
    ///   - at: when.
    ///   - audit: called inside the transaction with what changes; the import fails with it. Not called when
    ///     nothing changes.
    /// - Returns: what was done.
    /// - Throws: ``RegistryImportError``; then nothing was changed.
    public func importFiles(
        _ files: [RegistryFile], replaces: Bool, defaultCentre: String? = nil, by: String, at: WallTime,
        audit: (RegistryPlan) throws(HistoryError) -> Void
    ) throws(RegistryImportError) -> RegistryPlan {
        let path = store.path
        var refusal: RegistryRefusal?
        do throws(HistoryError) {
            return try store.writeNow { database in
                let known = try Self.contents(database, path: path)
                let plan: RegistryPlan
                do throws(RegistryRefusal) {
                    plan = try RegistryPlan.make(
                        files, into: known, replaces: replaces, defaultCentre: defaultCentre)
                } catch {
                    refusal = error
                    throw error
                }
                if plan.changes.isEmpty { return plan }
                try Self.write(plan, known: known, to: database)
                try database.execute(
                    sql: "INSERT INTO revisions (at_ns, by, what) VALUES (?, ?, ?)",
                    arguments: [at.nanoseconds, by.storable, plan.summary])
                try audit(plan)
                return plan
            }
        } catch {
            if let refusal { throw .refused(refusal) }
            throw .failed(error)
        }
    }

    /// The latest changes, the newest first.
    ///
    /// - Parameter limit: how many at most.
    /// - Throws: ``HistoryError``.
    public func revisions(limit: Int) throws(HistoryError) -> [RegistryRevision] {
        let path = store.path
        return try store.readNow { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM revisions ORDER BY number DESC LIMIT ?", arguments: [max(0, limit)]
            ).map {
                let row = RowReader(row: $0, path: path)
                return RegistryRevision(
                    number: try row.integer("number"), at: try row.time("at_ns"), by: try row.text("by"),
                    what: try row.text("what"))
            }
        }
    }

    /// Asks SQLite whether the file is whole; one line a fault, none when it is.
    ///
    /// - Throws: ``HistoryError``.
    public func faults() throws(HistoryError) -> [String] {
        try store.readNow { database in
            let integrity = try String.fetchAll(database, sql: "PRAGMA integrity_check(20)")
            let references = try Row.fetchAll(database, sql: "PRAGMA foreign_key_check").map { row in
                "a row of \(row[0] as String? ?? "?") names a row of \(row[2] as String? ?? "?") that is not there"
            }
            return integrity.filter { $0 != "ok" } + references
        }
    }

    private static func contents(_ database: Database, path: String) throws -> RegistryContents {
        var contents = RegistryContents()
        for table in RegistryTable.allCases {
            let columns = table.columns
            let names = columns.map(\.stored).joined(separator: ", ")
            var rows: [String: RegistryRow] = [:]
            let cursor = try Row.fetchCursor(database, sql: "SELECT \(names) FROM \(table.rawValue)")
            while let row = try cursor.next() {
                let reader = RowReader(row: row, path: path)
                var cells: [String?] = []
                cells.reserveCapacity(columns.count)
                for column in columns { cells.append(try column.text(reader)) }
                let made = RegistryRow(cells: cells)
                rows[made.id] = made
            }
            contents.tables[table] = rows
        }
        return contents
    }

    /// Writes what changes and nothing else: tables in order for new rows, in the opposite order for old ones.
    private static func write(_ plan: RegistryPlan, known: RegistryContents, to database: Database) throws {
        for change in plan.changes {
            let columns = change.table.columns
            let names = columns.map(\.stored)
            let marks = [String](repeating: "?", count: names.count).joined(separator: ", ")
            let updates = names.dropFirst().map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
            let statement = try database.makeStatement(
                sql: """
                    INSERT INTO \(change.table.rawValue) (\(names.joined(separator: ", "))) VALUES (\(marks))
                    ON CONFLICT (id) DO UPDATE SET \(updates)
                    """)
            for id in change.added + change.changed {
                guard let row = plan.contents[change.table][id] else { continue }
                let values = zip(columns, row.cells).map { column, text in column.databaseValue(text) }
                try statement.execute(arguments: StatementArguments(values))
            }
        }
        for change in plan.changes.reversed() where !change.removed.isEmpty {
            let statement = try database.makeStatement(sql: "DELETE FROM \(change.table.rawValue) WHERE id = ?")
            for id in change.removed { try statement.execute(arguments: [id]) }
        }
    }
}
