// What a reader of somebody else's journal reports: segments, batches, records, and everything that is not as it
// was written. Values only; a record's body is borrowed while the call that received it runs.

public import AlertModel

/// One thing that a reader met, in the journal's order.
public enum JournalReading {
    /// A segment begins.
    case segment(JournalReadSegment)
    /// A batch with a good header ends; its records were handed out before.
    case batch(JournalReadBatch)
    /// A record with a good CRC, each sequence at most once, ascending.
    case record(JournalRecord, at: JournalPlace)
    /// Something is not as it was written.
    case finding(JournalFinding)
}

/// A segment file as it was met.
public struct JournalReadSegment: Hashable, Sendable {
    /// The file's name.
    public let file: String
    /// The sequence in the file's name.
    public let name: JournalSequence
    /// Size of the file.
    public let bytes: Int
    /// nil when it cannot be read.
    public let header: SegmentHeader?
    /// The chain up to and with its header, as that claims it; nil as ``header``.
    public let chain: ChainValue?
    /// Whether no other segment follows: a daemon may be writing to it.
    public let isLast: Bool
}

/// A batch as it was met.
public struct JournalReadBatch: Hashable, Sendable {
    /// Where it begins in the file.
    public let offset: Int
    /// Its header.
    public let header: BatchHeader
    /// From its first byte to the next place where a batch may begin.
    public let paddedBytes: Int
    /// Whether every record in it reads.
    public let isWhole: Bool

    /// Its last sequence, by the header.
    public var last: JournalSequence { JournalSequence(header.first.value &+ UInt64(header.recordCount) &- 1) }
}

/// Where a record stands.
public struct JournalPlace: Hashable, Sendable {
    /// The segment's file name.
    public let file: String
    /// Offset of the record's header.
    public let offset: Int
    /// Header, body and the zeros behind it.
    public let bytes: Int
}

/// Something in a journal that is not as it was written, or that a recovery left behind.
public struct JournalFinding: Hashable, Sendable {
    /// How bad it is, from harmless on.
    public enum Gravity: Int, Comparable, Hashable, Sendable {
        /// As it should be, and worth a line.
        case note
        /// A batch at the very end does not read: a write under way, one that was interrupted, or damage to the
        /// last batch. The next start of the gateway cuts it.
        case tail
        /// Bytes changed that belong to no record.
        case change
        /// The gateway refuses such a journal.
        case damage

        public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    /// What it is: a row of the recovery table, or what only a reader looks for.
    public enum Kind: Hashable, Sendable {
        case row(RecoveryCase.Label)
        /// Bytes that must be zero are not.
        case padding
        /// The journal does not begin with record 1.
        case beginsLater

        /// The words for people and programs.
        public var name: String {
            switch self {
            case .row(let label): label.rawValue
            case .padding: "padding changed"
            case .beginsLater: "beginning missing"
            }
        }
    }

    public let kind: Kind
    public let gravity: Gravity
    /// The segment's file name.
    public let file: String
    /// The first byte concerned.
    public let offset: Int
    /// The first record concerned.
    public let sequence: JournalSequence
    /// The last record that cannot be read on account of this; nil when none is lost, or when nothing behind
    /// tells how many.
    public let lostThrough: JournalSequence?
    /// Where in this file something readable stands behind it; nil when nothing does.
    public let resumesAt: Int?
    /// One sentence for people.
    public let reason: String

    public init(
        _ kind: Kind, _ gravity: Gravity, file: String, offset: Int, sequence: JournalSequence,
        lostThrough: JournalSequence? = nil, resumesAt: Int? = nil, reason: String
    ) {
        self.kind = kind
        self.gravity = gravity
        self.file = file
        self.offset = offset
        self.sequence = sequence
        self.lostThrough = lostThrough
        self.resumesAt = resumesAt
        self.reason = reason
    }
}
