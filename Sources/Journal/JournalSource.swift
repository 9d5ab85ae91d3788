// Where a reader of somebody else's journal gets its bytes from.

public import AlertModel

/// Segments as files that are only looked at: the reading half of a journal's storage, without its lock.
public protocol JournalSource: ~Copyable {
    /// First sequences of all segments, ascending, by the files' names.
    mutating func segments() throws(JournalError) -> [JournalSequence]

    /// Bytes of a segment's file.
    mutating func size(of segment: JournalSequence) throws(JournalError) -> Int

    /// Reads a segment from its start until `buffer` is full.
    mutating func read(
        _ segment: JournalSequence, into buffer: UnsafeMutableRawBufferPointer
    ) throws(JournalError)

    /// The file name of a segment.
    func name(of segment: JournalSequence) -> String
}
