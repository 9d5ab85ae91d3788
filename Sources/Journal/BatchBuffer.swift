// Where records gather until one write and one sync take them all. Memory is taken once.

internal import AlertModel

/// The batch that is being gathered.
///
/// `@unchecked Sendable`: it alone owns its memory and cannot be copied, so whoever holds it is the only
/// one who can touch it.
struct BatchBuffer: ~Copyable, @unchecked Sendable {
    private let memory: UnsafeMutableRawBufferPointer
    private let limits: JournalLimits
    private(set) var used = BatchHeader.bytes
    private(set) var recordCount = 0

    /// - Parameter limits: validated.
    init(limits: JournalLimits) {
        self.limits = limits
        // Room for the padding of any segment's alignment; aligned so that the kernel copies whole pages.
        memory = .allocate(
            byteCount: limits.batchBytesMax.roundedUp(to: JournalLimits.batchAlignmentRange.upperBound),
            alignment: SegmentHeader.bytes)
        _ = memory.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit { memory.deallocate() }

    /// Whether a record of the largest size might not fit.
    var isFull: Bool {
        used + RecordHeader.recordBytes(bodyBytes: limits.bodyBytesMax) > limits.batchBytesMax
    }

    /// Adds a record; copies its body. Allocates nothing.
    mutating func append(_ record: JournalRecord) {
        precondition(!isFull && record.body.count <= limits.bodyBytesMax, "the caller looks first")
        RecordHeader.write(record, at: used, of: memory)
        used += RecordHeader.recordBytes(bodyBytes: record.body.count)
        recordCount += 1
    }

    /// Wall clock of the first record. Only with records inside.
    var firstWall: WallTime {
        WallTime(nanoseconds: UnsafeRawBufferPointer(memory).load(Int64.self, at: BatchHeader.bytes + 16))
    }

    /// Completes headers, checksums and padding for a place in a segment.
    ///
    /// - Returns: the bytes to write, borrowed until the next change, and the chain up to and with the batch.
    ///   Two passes over the batch.
    mutating func seal(
        offset: Int, seed: UInt32, alignment: Int, durableThrough: JournalSequence, previous: ChainValue,
        digests: JournalDigests
    ) -> (bytes: UnsafeRawBufferPointer, chain: ChainValue) {
        var place = BatchHeader.bytes
        while place < used {
            place = RecordHeader.seal(
                at: place, of: memory, durableThrough: durableThrough, seed: seed, checksum: digests.checksum)
        }
        let chain = BatchHeader.seal(
            memory, batchBytes: used, recordCount: recordCount, durableThrough: durableThrough, offset: offset,
            seed: seed, previous: previous, digests: digests)
        let end = used.roundedUp(to: alignment)
        if end > used {
            _ = UnsafeMutableRawBufferPointer(rebasing: memory[used..<end])
                .initializeMemory(as: UInt8.self, repeating: 0)
        }
        return (UnsafeRawBufferPointer(rebasing: memory[..<end]), chain)
    }

    /// Forgets the records.
    mutating func clear() {
        used = BatchHeader.bytes
        recordCount = 0
    }
}
