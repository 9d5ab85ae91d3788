// Alerts for looking back. A read model: the journal is the truth, this is made from it and made again when lost.

public import AlertModel
internal import GRDB

/// Every alert that ever was, as of the last applied feed entry.
///
/// Applying is idempotent and remembers how far it came in the same transaction, so after a crash or a power
/// cut the entries behind ``lastSequence()`` are simply applied again. That is why commits need not wait for
/// the disk.
public final class History: Sendable {
    let store: Store

    /// A console shows a page, not the archive.
    public static let pageMax = 500

    /// Opens the file, and makes it when there is none.
    ///
    /// - Parameter path: in a directory that exists.
    /// - Throws: ``HistoryError``; when the reason is `damaged`, the file may be deleted: it is made again.
    public init(path: String) throws(HistoryError) {
        store = try Store(path: path, durability: .atCheckpoint, migrator: Self.migrator)
    }

    /// Writes what the dispatcher told, in its order, in one transaction.
    ///
    /// An alert is replaced only by one that a later record changed; applying anything twice changes nothing.
    /// Blocks the calling thread for the transaction: call it on a thread that may wait.
    ///
    /// - Throws: ``HistoryError``; then nothing of the batch is written and it may be applied again.
    public func apply(_ batch: [(JournalSequence, FeedEntry)]) throws(HistoryError) {
        guard let last = batch.map(\.0).max() else { return }
        try store.writeNow { database in
            let statement = try database.cachedStatement(sql: AlertRow.upsert)
            for case (_, .alert(let alert)) in batch {
                try statement.execute(arguments: AlertRow.arguments(alert))
            }
            try database.execute(
                sql: "UPDATE progress SET last_sequence = max(last_sequence, ?)",
                arguments: [Int64(bitPattern: last.value)])
        }
    }

    /// The latest record whose entries are applied; zero for a new file.
    ///
    /// Blocks the calling thread shortly.
    /// - Throws: ``HistoryError``.
    public func lastSequence() throws(HistoryError) -> JournalSequence {
        try store.readNow { database in
            let value = try Int64.fetchOne(database, sql: "SELECT last_sequence FROM progress") ?? 0
            return JournalSequence(UInt64(bitPattern: value))
        }
    }

    /// Copies the database beside itself and empties it: for a journal that is not the one this history was made
    /// from, which shows when ``lastSequence()`` is behind the journal's end.
    ///
    /// Blocks the calling thread for the copy.
    /// - Returns: the copy's path, `history….sqlite.before-<last sequence>[-<n>]`.
    /// - Throws: ``HistoryError``; then nothing was removed.
    public func setAside() throws(HistoryError) -> String {
        let last = try lastSequence()
        let copy = try store.copyAside(suffix: "before-\(last.value)")
        try removeAll()
        return copy
    }

    /// Forgets everything.
    ///
    /// Blocks the calling thread for the transaction.
    /// - Throws: ``HistoryError``; then nothing changed.
    public func removeAll() throws(HistoryError) {
        try store.writeNow { database in
            try database.execute(sql: "DELETE FROM alert; UPDATE progress SET last_sequence = 0")
        }
    }

    /// One alert, open or closed, as of the last applied entry; nil when there is none.
    ///
    /// - Throws: ``HistoryError``.
    public func alert(_ id: AlertID) async throws(HistoryError) -> Alert? {
        let path = store.path
        return try await store.read { database in
            try Row.fetchOne(
                database, sql: "SELECT * FROM alert WHERE id = ?", arguments: [Int64(bitPattern: id.value)]
            ).map { try AlertRow.alert(RowReader(row: $0, path: path)) }
        }
    }

    /// Closed alerts of a centre, the latest raised first.
    ///
    /// - Parameters:
    ///   - centre: whose queue they were closed in.
    ///   - before: only alerts raised before this one: the last of the page before; nil for the first page.
    ///   - limit: how many at most; held at ``pageMax``.
    /// - Throws: ``HistoryError``.
    public func closedAlerts(
        centre: CentreID, before: AlertID? = nil, limit: Int
    ) async throws(HistoryError) -> [Alert] {
        let path = store.path
        let first = before.map { Int64(bitPattern: $0.value) } ?? .max
        return try await store.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM alert WHERE centre = ? AND stage = \(Stage.closed.rawValue) AND id < ?
                    ORDER BY id DESC LIMIT ?
                    """,
                arguments: [centre.description, first, min(max(0, limit), Self.pageMax)]
            ).map { try AlertRow.alert(RowReader(row: $0, path: path)) }
        }
    }
}
