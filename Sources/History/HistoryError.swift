// Why a database of ours cannot be used: which file, which reason, what to do.

internal import GRDB

/// A database file failed.
public struct HistoryError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure; callers decide by it.
    public enum Reason: Hashable, Sendable {
        /// The file cannot be made or opened.
        case cannotOpen
        /// The user has no right to it.
        case permission
        /// It is no database of ours, or its contents are broken.
        case damaged
        /// A newer release wrote it.
        case newerSchema
        /// Another process held it for longer than ``Store/busyTimeoutS``.
        case busy
        /// No space left.
        case diskFull
        /// The disk refused.
        case inputOutput
        /// The caller's task was cancelled; nothing was read.
        case cancelled
        /// Anything else the library says.
        case failed
    }

    /// The database file.
    public let path: String
    /// What kind of failure.
    public let reason: Reason
    /// SQLite's or the kernel's words.
    public let detail: String

    init(path: String, _ reason: Reason, _ detail: String) {
        self.path = path
        self.reason = reason
        self.detail = detail
    }

    /// Takes an error of the library.
    init(path: String, _ error: any Error) {
        if let error = error as? HistoryError {
            self = error
            return
        }
        guard let error = error as? DatabaseError else {
            self.init(path: path, error is CancellationError ? .cancelled : .failed, "\(error)")
            return
        }
        let reason: Reason =
            switch error.resultCode {
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: .damaged
            case .SQLITE_CANTOPEN: .cannotOpen
            case .SQLITE_PERM, .SQLITE_READONLY, .SQLITE_AUTH: .permission
            case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
            case .SQLITE_FULL: .diskFull
            case .SQLITE_IOERR: .inputOutput
            default: .failed
            }
        self.init(path: path, reason, error.message ?? "\(error.extendedResultCode)")
    }

    /// One line.
    public var description: String {
        switch reason {
        case .cannotOpen: "\(path) cannot be opened: \(detail)"
        case .permission: "\(path) cannot be used by this user: \(detail)"
        case .damaged: "\(path) is damaged: \(detail); move it away together with its -wal and -shm files"
        case .newerSchema: "\(path) was written by a newer release (\(detail)); this one would lose what it adds"
        case .busy: "\(path) is held by another process: \(detail)"
        case .diskFull: "\(path) cannot grow: \(detail)"
        case .inputOutput: "\(path): the disk refused: \(detail)"
        case .cancelled: "\(path): cancelled"
        case .failed: "\(path): \(detail)"
        }
    }
}
