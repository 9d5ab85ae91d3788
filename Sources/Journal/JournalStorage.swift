// What a journal needs of a disk. Real files implement it one tier up; simulated disks do in tests.

public import AlertModel

/// Segments as files: each is named by its first sequence, has a fixed size, and begins as zeros.
///
/// One thread uses it. Every refusal is a ``JournalError`` with file and offset; after one from
/// ``write(_:at:)`` or ``sync()`` nothing more is asked of it.
public protocol JournalStorage: ~Copyable {
    /// First sequences of all segments, ascending.
    mutating func segments() throws(JournalError) -> [JournalSequence]

    /// Bytes of a segment's file.
    mutating func size(of segment: JournalSequence) throws(JournalError) -> Int

    /// Reads a segment from its start until `buffer` is full.
    mutating func read(
        _ segment: JournalSequence, into buffer: UnsafeMutableRawBufferPointer
    ) throws(JournalError)

    /// Makes an existing segment the one that ``write(_:at:)`` and ``sync()`` mean.
    mutating func open(_ segment: JournalSequence) throws(JournalError)

    /// Makes a segment of `bytes` zeros behind a first block, durable with its name, and opens it. A segment
    /// of the same name, which holds no record then, is replaced.
    mutating func create(
        _ segment: JournalSequence, bytes: Int, firstBlock: UnsafeRawBufferPointer
    ) throws(JournalError)

    /// Writes all bytes into the open segment; durable only after ``sync()``.
    mutating func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(JournalError)

    /// Makes everything written durable. A failure is final.
    mutating func sync() throws(JournalError)

    /// Writes all bytes into the open segment and makes everything written durable. A failure is final.
    mutating func writeDurably(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(JournalError)

    /// Keeps bytes that recovery is about to cut, durably, outside the journal; what was kept before for
    /// the same place stays.
    mutating func setAside(
        _ bytes: UnsafeRawBufferPointer, of segment: JournalSequence, at offset: Int
    ) throws(JournalError)

    /// The file name of a segment, for errors.
    func name(of segment: JournalSequence) -> String
}

extension JournalStorage where Self: ~Copyable {
    /// One write and one sync.
    public mutating func writeDurably(
        _ bytes: UnsafeRawBufferPointer, at offset: Int
    ) throws(JournalError) {
        try write(bytes, at: offset)
        try sync()
    }
}
