// Sizes of a journal. Each has a default with its reason and a range in which the format holds.

/// How large segments, batches and records may grow. What a segment was written with stands in its header,
/// so that limits may change between two starts.
public struct JournalLimits: Hashable, Sendable {
    /// Bytes of a segment file: made and zeroed ahead as one piece, the unit of archiving.
    public var segmentBytes = 64 << 20
    /// Bytes of a batch with its header and padding: what one write and one sync take. Larger batches gain
    /// nothing (a sync of 25 KiB costs what one of 256 bytes does) and a press in them waits longer.
    public var batchBytesMax = 256 << 10
    /// Bytes of one record's body: a session description of 16 KiB and its names fit with room.
    public var bodyBytesMax = 32 << 10
    /// Batches begin at multiples of this. A page: a block that holds durable records is never written
    /// again, and the kernel never has to read a page before it overwrites it.
    public var batchAlignment = 4096

    /// The defaults.
    public init() {}

    /// Smallest and largest segment: a header and one batch; what a replay holds in memory at once.
    public static let segmentBytesRange = 8192...1 << 30
    /// No batch is larger in any version of the format: recovery knows how far a torn one can reach.
    public static let batchBytesCeiling = 1 << 20
    /// Powers of two in this range.
    public static let batchAlignmentRange = 512...65536

    /// - Throws: ``JournalError`` with code `badLimits`, naming the value and what is allowed.
    public func validate() throws(JournalError) {
        func require(_ condition: Bool, _ reason: @autoclosure () -> String) throws(JournalError) {
            if !condition { throw JournalError(.badLimits, reason: reason()) }
        }
        try require(
            Self.segmentBytesRange.contains(segmentBytes) && segmentBytes % SegmentHeader.bytes == 0,
            "segmentBytes is \(segmentBytes); allowed are multiples of 4096 in \(Self.segmentBytesRange)")
        try require(
            Self.batchAlignmentRange.contains(batchAlignment) && batchAlignment.nonzeroBitCount == 1,
            "batchAlignment is \(batchAlignment); allowed are powers of two in \(Self.batchAlignmentRange)")
        try require(
            batchBytesMax % batchAlignment == 0 && batchBytesMax >= batchAlignment
                && batchBytesMax <= Self.batchBytesCeiling,
            "batchBytesMax is \(batchBytesMax); allowed are multiples of batchAlignment up to 1 MiB")
        try require(
            SegmentHeader.bytes.roundedUp(to: batchAlignment) + batchBytesMax <= segmentBytes,
            "a batch of \(batchBytesMax) bytes does not fit a segment of \(segmentBytes)")
        try require(
            bodyBytesMax >= 0 && BatchHeader.bytes + RecordHeader.bytes + bodyBytesMax + 7 <= batchBytesMax,
            "a body of \(bodyBytesMax) bytes does not fit a batch of \(batchBytesMax)")
    }
}

extension Int {
    /// The next multiple of `unit`, a power of two; the value itself when it is one. For sizes, which are
    /// far below the largest integer.
    func roundedUp(to unit: Int) -> Int { (self + unit - 1) & ~(unit - 1) }
}
