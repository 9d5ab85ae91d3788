// One SQLite file: opened for its owner only, in WAL mode, migrated, refused when a newer release wrote it.

internal import GRDB
internal import Glibc

/// An open database file.
///
/// Writes are serialised by the pool; reads run beside them on their own connections.
struct Store: Sendable {
    let path: String
    private let pool: DatabasePool

    /// Longer than any transaction of ours; then the caller is told.
    static let busyTimeoutS = 5.0
    /// Consoles read seldom; each connection costs about 2 MiB of page cache.
    static let readersMax = 4

    /// When a commit is on disk.
    enum Durability: String {
        /// At the next checkpoint: a power cut may take the last transactions, never break the file.
        case atCheckpoint = "NORMAL"
        /// Before the commit returns.
        case atCommit = "FULL"
    }

    /// - Throws: ``HistoryError`` with path and reason.
    init(path: String, durability: Durability, migrator: DatabaseMigrator) throws(HistoryError) {
        self.path = path
        try Self.makeFile(path)
        do {
            var configuration = Configuration()
            configuration.label = path
            configuration.busyMode = .timeout(Self.busyTimeoutS)
            configuration.maximumReaderCount = Self.readersMax
            pool = try DatabasePool(path: path, configuration: configuration)
            // Opening in WAL mode sets NORMAL, so this comes after it; the writer's connection stays for good.
            try pool.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA synchronous = \(durability.rawValue)")
            }
            if try pool.read(migrator.hasBeenSuperseded) {
                let applied = try pool.read(migrator.appliedIdentifiers).sorted().joined(separator: ", ")
                throw HistoryError(path: path, .newerSchema, "its migrations: \(applied)")
            }
            try migrator.migrate(pool)
        } catch {
            throw HistoryError(path: path, error)
        }
    }

    /// Writes in one transaction; blocks the thread, so never call it on a cooperative one.
    func writeNow<Result>(_ body: (Database) throws -> Result) throws(HistoryError) -> Result {
        do {
            return try pool.write(body)
        } catch {
            throw HistoryError(path: path, error)
        }
    }

    /// Writes a compact copy of the whole file beside it, for its owner only; never over another.
    ///
    /// - Returns: the copy's path.
    func copyAside(suffix: String) throws(HistoryError) -> String {
        var copy = "\(path).\(suffix)"
        var number = 1
        while access(copy, F_OK) == 0 {
            number += 1
            copy = "\(path).\(suffix)-\(number)"
        }
        let mask = umask(0o077)
        defer { umask(mask) }
        do {
            try pool.writeWithoutTransaction { try $0.execute(sql: "VACUUM INTO ?", arguments: [copy]) }
        } catch {
            throw HistoryError(path: copy, error)
        }
        return copy
    }

    /// Reads a snapshot; blocks the thread, so never call it on a cooperative one.
    func readNow<Result>(_ body: (Database) throws -> Result) throws(HistoryError) -> Result {
        do {
            return try pool.read(body)
        } catch {
            throw HistoryError(path: path, error)
        }
    }

    /// Writes in one transaction. Runs to its end also when the caller is cancelled: what a client did is
    /// recorded although the client is gone.
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws(HistoryError) -> Result {
        do {
            return try await Task { [pool] in try await pool.write(body) }.value
        } catch {
            throw HistoryError(path: path, error)
        }
    }

    /// Reads a snapshot.
    func read<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws(HistoryError) -> Result {
        do {
            return try await pool.read(body)
        } catch {
            throw HistoryError(path: path, error)
        }
    }

    /// Runs one statement and gives its first value as text; for diagnosis and tests.
    func diagnose(_ sql: String) throws(HistoryError) -> String? {
        do {
            return try pool.writeWithoutTransaction { try String.fetchOne($0, sql: sql) }
        } catch {
            throw HistoryError(path: path, error)
        }
    }

    /// The file exists and only its owner can read it; SQLite gives -wal and -shm the same mode and owner.
    private static func makeFile(_ path: String) throws(HistoryError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let code = errno
            let reason: HistoryError.Reason = code == EACCES || code == EROFS ? .permission : .cannotOpen
            throw HistoryError(path: path, reason, String(cString: strerror(code)))
        }
        defer { _ = close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw HistoryError(path: path, .inputOutput, String(cString: strerror(errno)))
        }
        if status.st_mode & 0o077 != 0, fchmod(descriptor, 0o600) != 0 {
            throw HistoryError(path: path, .permission, "its mode cannot be made 0600")
        }
        // Made by root beside a daemon that is not root, such as by `sosctl user add` before the first start.
        guard geteuid() == 0, status.st_size == 0 else { return }
        var directory = stat()
        let slash = path.lastIndex(of: "/")
        let name = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        if stat(name, &directory) == 0, directory.st_uid != status.st_uid {
            guard fchown(descriptor, directory.st_uid, directory.st_gid) == 0 else {
                throw HistoryError(path: path, .permission, "it cannot be given to the owner of \(name)")
            }
        }
    }
}
