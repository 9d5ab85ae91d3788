// The audit record: only ever longer. The database itself refuses to change or delete a line.

public import AlertModel
internal import GRDB

extension Accounts {
    /// A sign-in name as typed may be anything; this much tells who was meant.
    public static let auditOfficerBytesMax = 64

    /// Writes one line; on disk when it returns, also when the calling task was cancelled meanwhile.
    ///
    /// - Throws: ``HistoryError``: the act has no record; say so loudly.
    public func append(_ entry: AuditEntry) async throws(HistoryError) {
        try await append([entry])
    }

    /// Writes several lines at the cost of one sync.
    ///
    /// - Throws: ``HistoryError``; then none of them is written.
    public func append(_ entries: [AuditEntry]) async throws(HistoryError) {
        if entries.isEmpty { return }
        try await store.write { database in
            for entry in entries { try Self.insert(entry, database) }
        }
    }

    /// Writes one line; on disk when it returns. Blocks the calling thread: for tools, and inside another
    /// database's transaction.
    ///
    /// - Throws: ``HistoryError``: the act has no record; do not do it.
    public func appendNow(_ entry: AuditEntry) throws(HistoryError) {
        try store.writeNow { try Self.insert(entry, $0) }
    }

    private static func insert(_ entry: AuditEntry, _ database: Database) throws {
        var officer = entry.officer[...]
        while officer.utf8.count > auditOfficerBytesMax { officer.removeLast() }
        try database.execute(
            sql: """
                INSERT INTO audit (at_ns, officer, act, alert, allowed, detail, peer)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                entry.at.nanoseconds, String(officer).storable, entry.act.rawValue,
                entry.alert.map { Int64(bitPattern: $0.value) }, entry.isAllowed, entry.detail.storable,
                entry.peer.storable,
            ])
    }

    /// The newest lines, the newest first.
    ///
    /// - Parameter limit: how many at most.
    /// - Throws: ``HistoryError``.
    public func auditEntries(limit: Int) async throws(HistoryError) -> [AuditEntry] {
        let path = store.path
        return try await store.read { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM audit ORDER BY id DESC LIMIT ?", arguments: [max(0, limit)]
            ).map { try Self.entry(from: RowReader(row: $0, path: path)) }
        }
    }

    private static func entry(from row: RowReader) throws(HistoryError) -> AuditEntry {
        AuditEntry(
            at: try row.time("at_ns"), officer: try row.text("officer"), act: try row.word("act"),
            alert: try row.optionalInteger("alert", Int64.self).map { AlertID(UInt64(bitPattern: $0)) },
            isAllowed: try row.integer("allowed", Int64.self) != 0, detail: try row.text("detail"),
            peer: try row.text("peer"))
    }
}
