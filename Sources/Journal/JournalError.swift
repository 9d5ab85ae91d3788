// Why a journal cannot be opened or written: a code for programs, a place and a reason for people.

public import AlertModel

/// A refusal of the journal. Two are equal when all their fields are.
public struct JournalError: Error, Hashable, Sendable {
    /// What kind of refusal; decides what the caller does.
    public enum Code: Hashable, Sendable {
        /// Another process has the journal open. Stop: two writers would destroy it.
        case locked
        /// The directory or a file may not be read or written. Stop: permissions or a read-only disk.
        case permission
        /// The disk is full. Final for this process; nothing durable is lost.
        case noSpace
        /// Any other error of the disk or file system. Final for this process.
        case inputOutput
        /// What is on disk is not what was written there. Stop: a person has to look.
        case damaged(RecoveryCase.Label)
        /// The journal was written by a newer version of the gateway. Stop: upgrade.
        case newerVersion
        /// A limit is outside its range: a mistake in configuration.
        case badLimits
        /// A record's body is larger than the limit allows: the record was not taken, nothing else happened.
        case bodyTooLarge
    }

    public let code: Code
    /// The file's name inside the journal's directory, or the directory; nil where none is concerned.
    public let file: String?
    /// Bytes from the start of the file.
    public let offset: Int?
    /// The first record concerned.
    public let sequence: JournalSequence?
    /// One sentence for people.
    public let reason: String

    public init(
        _ code: Code, file: String? = nil, offset: Int? = nil, sequence: JournalSequence? = nil, reason: String
    ) {
        self.code = code
        self.file = file
        self.offset = offset
        self.sequence = sequence
        self.reason = reason
    }

    /// Whether permissions are in the way, which an administrator can change.
    public var isPermission: Bool { code == .permission }
}

extension JournalError: CustomStringConvertible {
    /// One line with everything known, such as `journal damaged (acknowledged record unreadable): …`.
    public var description: String {
        var text =
            switch code {
            case .locked: "journal in use"
            case .permission: "journal not accessible"
            case .noSpace: "disk full under the journal"
            case .inputOutput: "disk error under the journal"
            case .damaged(let label): "journal damaged (\(label.rawValue))"
            case .newerVersion: "journal of a newer version"
            case .badLimits: "journal limits"
            case .bodyTooLarge: "record too large"
            }
        text += ": \(reason)"
        if let file { text += "; file \(file)" }
        if let offset { text += ", offset \(offset)" }
        if let sequence { text += ", sequence \(sequence.value)" }
        return text
    }
}
