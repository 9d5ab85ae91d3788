// Why a snapshot is not used. None is a reason not to start: an older snapshot or the journal alone will do.

/// A refusal of one snapshot; equal when all fields are.
public struct SnapshotRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public enum Reason: Error, Hashable, Sendable {
        /// The disk did not give it.
        case unreadable
        /// Size, CRC, SHA-256 or content are not what was written.
        case damaged
        /// A later version of the gateway wrote it.
        case newerVersion
        /// It is of another journal, or of records that this journal lost and wrote anew.
        case foreign
        /// The journal ends before it: its end was lost, or an older copy was restored.
        case ahead
    }

    public let reason: Reason
    /// The file's name inside the journal's directory.
    public let file: String
    /// What exactly, for people.
    public let detail: String

    public init(_ reason: Reason, file: String, detail: String) {
        self.reason = reason
        self.file = file
        self.detail = detail
    }

    /// Whether the file is of no use to anyone and may be set aside.
    public var isFinal: Bool { reason == .damaged || reason == .foreign || reason == .ahead }

    public var description: String { "\(file): \(detail)" }
}
