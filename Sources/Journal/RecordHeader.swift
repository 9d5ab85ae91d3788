// One record: a header, the body, zeros to the next multiple of eight.

public import AlertModel

/// One record as a replay hands it out.
public struct JournalRecord {
    public let sequence: JournalSequence
    /// When the sequencer took it, by both clocks of the process that ran then.
    public let instant: Instant
    /// The event's permanent number; what it means is not the journal's business.
    public let kind: UInt8
    /// Borrowed: valid only while the call that received the record runs.
    public let body: UnsafeRawBufferPointer
}

/// How a record stands in a batch.
///
/// ```
/// offset width  little-endian
///      0     4  CRC-32C of bytes 4 to the body's end, seeded with the segment header's CRC
///      4     4  body bytes
///      8     8  sequence
///     16     8  wall clock, ns since 1970 (signed)
///     24     8  monotonic clock of the writing process, ns
///     32     4  at risk: sequence less what was durable when the batch was written, at least 1
///     36     1  kind
///     37     1  flags, zero; a reader that does not know a bit refuses
///     38     2  zero, as flags
///     40     …  body, then zeros to a multiple of 8
/// ```
enum RecordHeader {
    /// Bytes of the header.
    static let bytes = 40

    /// Bytes that a record with such a body takes.
    @inline(__always)
    static func recordBytes(bodyBytes: Int) -> Int { (bytes + bodyBytes + 7) & ~7 }

    /// Writes everything but the CRC and what was durable, which are known when the batch is sealed.
    @inline(__always)
    static func write(
        _ record: JournalRecord, at offset: Int, of batch: UnsafeMutableRawBufferPointer
    ) {
        batch.store(UInt32(record.body.count), at: offset + 4)
        batch.store(record.sequence.value, at: offset + 8)
        batch.store(record.instant.wall.nanoseconds, at: offset + 16)
        batch.store(record.instant.monotonic.nanoseconds, at: offset + 24)
        batch.store(UInt32(record.kind), at: offset + 36)
        let end = offset + bytes + record.body.count
        UnsafeMutableRawBufferPointer(rebasing: batch[(offset + bytes)..<end]).copyMemory(from: record.body)
        for padding in end..<(offset + recordBytes(bodyBytes: record.body.count)) { batch[padding] = 0 }
    }

    /// Completes the record at `offset`.
    ///
    /// - Returns: the offset of the next one.
    static func seal(
        at offset: Int, of batch: UnsafeMutableRawBufferPointer, durableThrough: JournalSequence, seed: UInt32,
        checksum: Checksum
    ) -> Int {
        let memory = UnsafeRawBufferPointer(batch)
        let bodyBytes = Int(memory.load(UInt32.self, at: offset + 4))
        let atRisk = memory.load(UInt64.self, at: offset + 8) &- durableThrough.value
        batch.store(UInt32(truncatingIfNeeded: atRisk), at: offset + 32)
        let covered = UnsafeRawBufferPointer(rebasing: batch[(offset + 4)..<(offset + bytes + bodyBytes)])
        batch.store(checksum(seed, covered), at: offset)
        return offset + recordBytes(bodyBytes: bodyBytes)
    }

    /// What stands at a place where a record may begin.
    enum Reading {
        case readable(JournalRecord, durableThrough: JournalSequence)
        case zeros
        case unknownFlags
        case lengthInsane
        case checksumWrong
    }

    /// Reads the record at `offset`, which ends at `end` at the latest.
    static func read(
        _ segment: UnsafeRawBufferPointer, at offset: Int, end: Int, seed: UInt32, checksum: Checksum
    ) -> Reading {
        guard offset + bytes <= end else { return .lengthInsane }
        let bodyBytes = Int(segment.load(UInt32.self, at: offset + 4))
        guard bodyBytes <= JournalLimits.batchBytesCeiling, offset + bytes + bodyBytes <= end else {
            return .lengthInsane
        }
        let bodyStart = offset + bytes
        let bodyEnd = bodyStart + bodyBytes
        guard
            checksum(seed, UnsafeRawBufferPointer(rebasing: segment[(offset + 4)..<bodyEnd]))
                == segment.load(UInt32.self, at: offset)
        else { return segment.isZero(from: offset, to: bodyStart) ? .zeros : .checksumWrong }
        // The bytes between two records stand in no CRC, but they are zero and the chain contains them.
        guard segment.isZero(from: bodyEnd, to: min(end, offset + recordBytes(bodyBytes: bodyBytes))) else {
            return .checksumWrong
        }
        let kindAndFlags = segment.load(UInt32.self, at: offset + 36)
        guard kindAndFlags <= 0xFF else { return .unknownFlags }
        let sequence = segment.load(UInt64.self, at: offset + 8)
        let record = JournalRecord(
            sequence: JournalSequence(sequence),
            instant: Instant(
                wall: WallTime(nanoseconds: segment.load(Int64.self, at: offset + 16)),
                monotonic: MonotonicTime(nanoseconds: segment.load(UInt64.self, at: offset + 24))),
            kind: UInt8(truncatingIfNeeded: kindAndFlags),
            body: UnsafeRawBufferPointer(rebasing: segment[bodyStart..<bodyEnd]))
        let atRisk = UInt64(segment.load(UInt32.self, at: offset + 32))
        return .readable(record, durableThrough: JournalSequence(sequence >= atRisk ? sequence - atRisk : 0))
    }
}
