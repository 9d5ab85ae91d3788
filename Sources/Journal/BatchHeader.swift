// What stands before the records of one batch. One batch is one write and one sync.

public import AlertModel

/// Says what a batch holds and what was durable when it was written.
///
/// ```
/// offset width  little-endian
///      0     4  CRC-32C of bytes 4 to 95, seeded with the segment header's CRC
///      4     4  magic "BTCH"
///      8     4  batch bytes: header and records, without the padding behind them
///     12     4  record count, at least 1
///     16     8  first sequence
///     24     8  durable through: every record up to here was durable when the batch was written
///     32     4  the batch's own offset in the file, so that a misdirected block is known for one
///     36     4  flags, zero; a reader that does not know a bit refuses
///     40    32  chain: SHA-256 of bytes 4 to 39, the chain before this batch, and bytes 72 to the batch's end
///     72    24  zero
/// ```
/// Batches begin at multiples of the segment's alignment; from a batch's end to the next multiple all bytes
/// are zero.
public struct BatchHeader: Hashable, Sendable {
    /// Bytes of the header.
    public static let bytes = 96
    static let magic: UInt32 = 0x4843_5442

    /// Header and records, without padding.
    public let batchBytes: Int
    public let recordCount: Int
    public let first: JournalSequence
    /// The proof that recovery needs: finding this batch whole means that all up to here was acknowledged.
    public let durableThrough: JournalSequence
    /// The chain up to and with this batch, as the header claims it.
    public let chain: ChainValue

    private static let chainOffset = 40

    /// Writes the header in front of records that are complete.
    ///
    /// - Parameters:
    ///   - batch: begins with the header; the records stand behind it.
    ///   - durableThrough: of this batch; its first record follows.
    ///   - offset: where in the file the batch goes.
    ///   - previous: the chain before it.
    /// - Returns: the chain up to and with it. One pass over the batch.
    static func seal(
        _ batch: UnsafeMutableRawBufferPointer, batchBytes: Int, recordCount: Int,
        durableThrough: JournalSequence, offset: Int, seed: UInt32, previous: ChainValue, digests: JournalDigests
    ) -> ChainValue {
        _ = UnsafeMutableRawBufferPointer(rebasing: batch[..<Self.bytes])
            .initializeMemory(as: UInt8.self, repeating: 0)
        batch.store(Self.magic, at: 4)
        batch.store(UInt32(batchBytes), at: 8)
        batch.store(UInt32(recordCount), at: 12)
        batch.store(durableThrough.next.value, at: 16)
        batch.store(durableThrough.value, at: 24)
        batch.store(UInt32(offset), at: 32)
        let chain = chain(
            UnsafeRawBufferPointer(rebasing: batch[..<batchBytes]), previous: previous, digests: digests)
        chain.store(into: batch, at: chainOffset)
        batch.store(digests.checksum(seed, UnsafeRawBufferPointer(rebasing: batch[4..<Self.bytes])), at: 0)
        return chain
    }

    /// What the chain is after a batch.
    static func chain(
        _ batch: UnsafeRawBufferPointer, previous: ChainValue, digests: JournalDigests
    ) -> ChainValue {
        digests.chain(
            UnsafeRawBufferPointer(rebasing: batch[4..<chainOffset]), previous,
            UnsafeRawBufferPointer(rebasing: batch[(chainOffset + ChainValue.bytes)...]))
    }

    /// What stands at a place where a batch may begin.
    enum Reading {
        case readable(BatchHeader)
        case zeros
        /// Readable, but it says that it belongs elsewhere in the file.
        case misplaced
        case unknownFlags
        case lengthInsane
        case checksumWrong
    }

    /// Reads the header at `offset` of a segment.
    static func read(
        _ segment: UnsafeRawBufferPointer, at offset: Int, seed: UInt32, checksum: Checksum
    ) -> Reading {
        // No batch fits the rest of the segment: nothing can stand there.
        guard offset + bytes + RecordHeader.bytes <= segment.count else { return .zeros }
        guard segment.load(UInt32.self, at: offset + 4) == magic else {
            return segment.isZero(from: offset, to: offset + bytes) ? .zeros : .checksumWrong
        }
        guard
            checksum(seed, UnsafeRawBufferPointer(rebasing: segment[(offset + 4)..<(offset + bytes)]))
                == segment.load(UInt32.self, at: offset)
        else { return .checksumWrong }
        guard segment.load(UInt32.self, at: offset + 36) == 0 else { return .unknownFlags }
        guard Int(segment.load(UInt32.self, at: offset + 32)) == offset else { return .misplaced }
        let header = BatchHeader(
            batchBytes: Int(segment.load(UInt32.self, at: offset + 8)),
            recordCount: Int(segment.load(UInt32.self, at: offset + 12)),
            first: JournalSequence(segment.load(UInt64.self, at: offset + 16)),
            durableThrough: JournalSequence(segment.load(UInt64.self, at: offset + 24)),
            chain: ChainValue(segment, at: offset + chainOffset))
        guard header.recordCount > 0, header.batchBytes <= JournalLimits.batchBytesCeiling,
            offset + header.batchBytes <= segment.count,
            bytes + header.recordCount * RecordHeader.bytes <= header.batchBytes
        else { return .lengthInsane }
        return .readable(header)
    }
}
