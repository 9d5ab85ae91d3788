// Finding the way again behind unreadable bytes, and the seed of a segment whose first block is lost.

import AlertModel

extension SegmentWalk {
    /// A batch or a record that reads.
    struct Found {
        let offset: Int
        let sequence: JournalSequence
        let isBatch: Bool
    }

    /// The first batch header or record at or behind `start` that belongs to this segment and is not older than
    /// what is expected. One pass; a CRC only where the sequence is plausible.
    func search(from start: Int) -> Found? {
        let end = bytes.endOfContent(from: min(start, bytes.count))
        // More records than this cannot lie in a segment; none of the next segment lies in this one.
        let last = min(
            expected.value.addingReportingOverflow(UInt64(bytes.count / RecordHeader.bytes)).partialValue,
            (following?.value).map { $0 &- 1 } ?? .max)
        var offset = start.roundedUp(to: 8)
        while offset + RecordHeader.bytes <= bytes.count, offset < end {
            if offset % alignment == 0,
                case .readable(let batch) = BatchHeader.read(
                    bytes, at: offset, seed: seed, checksum: digests.checksum),
                batch.first >= expected, batch.first.value <= last
            {
                return Found(offset: offset, sequence: batch.first, isBatch: true)
            }
            let sequence = bytes.load(UInt64.self, at: offset + 8)
            if sequence >= expected.value, sequence <= last,
                case .readable = RecordHeader.read(
                    bytes, at: offset, end: bytes.count, seed: seed, checksum: digests.checksum)
            {
                return Found(offset: offset, sequence: JournalSequence(sequence), isBatch: false)
            }
            offset += 8
        }
        return nil
    }
}

extension SegmentWalk {
    /// The first record at or behind `start` with a sequence in a range; its offset.
    static func findRecord(
        _ bytes: UnsafeRawBufferPointer, from start: Int, first: UInt64, last: UInt64, seed: UInt32,
        checksum: Checksum
    ) -> Int? {
        stride(from: start, through: bytes.count - RecordHeader.bytes, by: 8).first { offset in
            let sequence = bytes.load(UInt64.self, at: offset + 8)
            guard sequence >= first, sequence <= last else { return false }
            if case .readable = RecordHeader.read(
                bytes, at: offset, end: bytes.count, seed: seed, checksum: checksum)
            {
                return true
            }
            return false
        }
    }
}

/// A segment's seed without its header.
///
/// A CRC can be run backwards: the CRC that a batch header carries and the bytes it covers give the seed it
/// began with. Most batches agree on the true one, however much of the segment is damaged.
enum SegmentSeed {
    /// - Parameter first: the first sequence, by the file's name.
    /// - Returns: the seed, and the batches' alignment; nil when nothing is left that shows it.
    static func find(
        in bytes: UnsafeRawBufferPointer, first: JournalSequence, checksum: Checksum
    ) -> (seed: UInt32, alignment: Int)? {
        byBatches(bytes, checksum: checksum) ?? byHeader(bytes, first: first, checksum: checksum)
    }

    /// What is left of the first block: the seed itself, or the bytes that it is computed from. A record has to
    /// agree.
    private static func byHeader(
        _ bytes: UnsafeRawBufferPointer, first: JournalSequence, checksum: Checksum
    ) -> (seed: UInt32, alignment: Int)? {
        guard bytes.count >= SegmentHeader.bytes else { return nil }
        let place = SegmentHeader.bytes - 4
        let candidates = [
            bytes.load(UInt32.self, at: place), checksum(0, UnsafeRawBufferPointer(rebasing: bytes[..<place])),
        ]
        let seed = candidates.first { seed in
            SegmentWalk.findRecord(
                bytes, from: SegmentHeader.bytes, first: first.value,
                last: first.value.addingReportingOverflow(UInt64(bytes.count)).partialValue, seed: seed,
                checksum: checksum) != nil
        }
        let claimed = Int(bytes.load(UInt32.self, at: 20))
        let isSane = JournalLimits.batchAlignmentRange.contains(claimed) && claimed.nonzeroBitCount == 1
        return seed.map { ($0, isSane ? claimed : JournalLimits.batchAlignmentRange.lowerBound) }
    }

    /// What most batch headers agree on.
    private static func byBatches(
        _ bytes: UnsafeRawBufferPointer, checksum: Checksum
    ) -> (seed: UInt32, alignment: Int)? {
        var votes: [UInt32: (count: Int, offsets: Int)] = [:]
        var offset = SegmentHeader.bytes
        while offset + BatchHeader.bytes + RecordHeader.bytes <= bytes.count {
            defer { offset += JournalLimits.batchAlignmentRange.lowerBound }
            guard bytes.load(UInt32.self, at: offset + 4) == BatchHeader.magic,
                Int(bytes.load(UInt32.self, at: offset + 32)) == offset
            else { continue }
            let covered = UnsafeRawBufferPointer(rebasing: bytes[(offset + 4)..<(offset + BatchHeader.bytes)])
            let seed = before(bytes.load(UInt32.self, at: offset), covered)
            // A second structure has to agree, so that bytes of a body cannot pass for a batch by chance.
            guard
                case .readable = RecordHeader.read(
                    bytes, at: offset + BatchHeader.bytes, end: bytes.count, seed: seed, checksum: checksum)
            else { continue }
            votes[seed, default: (0, 0)].count += 1
            votes[seed]?.offsets |= offset
        }
        guard let winner = votes.max(by: { ($0.value.count, $0.key) < ($1.value.count, $1.key) }) else {
            return nil
        }
        let alignment = 1 << min(winner.value.offsets.trailingZeroBitCount, 16)
        return (winner.key, alignment)
    }

    /// The seed with which `bytes` have the CRC-32C `crc`.
    static func before(_ crc: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var state = ~crc
        for byte in bytes.reversed() {
            for _ in 0..<8 {
                state = state & 0x8000_0000 == 0 ? state << 1 : (state ^ 0x82F6_3B78) << 1 | 1
            }
            state ^= UInt32(byte)
        }
        return ~state
    }
}
