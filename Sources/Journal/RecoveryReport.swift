// What an opening found, for logs, status and tests.

public import AlertModel

/// The result of reading a journal.
public struct RecoveryReport: Hashable, Sendable {
    /// Segments read.
    public internal(set) var segments = 0
    /// Segments that a snapshot made it needless to read.
    public internal(set) var segmentsSkipped = 0
    /// Records read and checked.
    public internal(set) var records = 0
    /// Of these, records that were replayed.
    public internal(set) var replayed = 0
    /// Records that the journal itself says are missing, because it was salvaged from a damaged one.
    public internal(set) var gaps: [Gap] = []
    /// How the journal ended: a row of the recovery table; nil for a new journal.
    public internal(set) var end: RecoveryCase.Label?
    /// What was cut; nil after a clean end.
    public internal(set) var cut: Cut?

    /// Missing records that a segment's header declares.
    public struct Gap: Hashable, Sendable {
        /// The first missing sequence.
        public let first: JournalSequence
        /// The last missing sequence.
        public let last: JournalSequence
    }

    /// A tail that was not taken: records of a batch that nobody was told is stored, as far as can be known.
    public struct Cut: Hashable, Sendable {
        /// File name of the segment.
        public let file: String
        /// First byte that was zeroed.
        public let offset: Int
        /// Bytes zeroed and set aside; 0 when the missing part never reached the disk.
        public let bytes: Int
        /// The first sequence not taken; it will be given out again.
        public let sequence: JournalSequence
        /// The row of the recovery table.
        public let label: RecoveryCase.Label
    }
}
