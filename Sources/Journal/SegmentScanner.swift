// Reads one segment record by record and decides by the recovery table where it ends.

public import AlertModel

/// A scan over the bytes of one segment. Never reads outside them, whatever they hold; allocates nothing
/// until it comes to an end.
public struct SegmentScanner {
    /// One step of the scan.
    public enum Step {
        /// The next record; borrowed from the segment's bytes.
        case record(JournalRecord)
        /// No more records in this segment.
        case end(SegmentEnd)
        /// The journal must not be used as it is.
        case refused(Damage)
    }

    let bytes: UnsafeRawBufferPointer
    let header: SegmentHeader
    let seed: UInt32
    let digests: JournalDigests
    /// First sequence of the segment behind this one; nil in the last.
    let following: JournalSequence?

    /// The sequence that comes next.
    public private(set) var expected: JournalSequence
    /// The chain up to and with the last batch that was taken whole; at first, what the header claims.
    public private(set) var chain: ChainValue
    /// Where the next batch or record belongs.
    private var offset: Int
    /// The batch that is being read, and the one before it.
    private var batch: TakenBatch?
    private var batchBefore: TakenBatch?
    private var recordsLeft = 0
    private var batchEnd = 0
    /// The last batch of which a record was taken.
    private var lastTaken: TakenBatch? { if let batch, batch.records > 0 { batch } else { batchBefore } }

    /// - Parameters:
    ///   - bytes: the whole segment; borrowed, must outlive the scanner.
    ///   - header: of this segment.
    ///   - seed: of this segment, as ``SegmentHeader/decode(_:checksum:)`` gave it.
    ///   - following: first sequence of the segment behind this one; nil when this is the last.
    public init(
        bytes: UnsafeRawBufferPointer, header: SegmentHeader, seed: UInt32, following: JournalSequence?,
        digests: JournalDigests
    ) {
        self.bytes = bytes
        self.header = header
        self.seed = seed
        self.digests = digests
        self.following = following
        expected = header.first
        chain = SegmentHeader.chainClaimed(by: bytes)
        offset = header.bodyOffset
    }

    /// The next record, or how the segment ends. Not to be called again after that.
    public mutating func next() -> Step {
        while true {
            let step = recordsLeft > 0 ? takeRecord() : enterBatch()
            if let step { return step }
        }
    }

    private mutating func takeRecord() -> Step? {
        switch readRecord(at: offset, end: batchEnd) {
        case .readable(let record, _):
            guard record.sequence == expected else {
                return settle(record.sequence < expected ? .repeated : .ahead)
            }
            offset += RecordHeader.recordBytes(bodyBytes: record.body.count)
            expected = expected.next
            recordsLeft -= 1
            batch?.end = offset
            batch?.records += 1
            if recordsLeft == 0 {
                chain = batch?.header.chain ?? chain
                offset = batchEnd.roundedUp(to: header.batchAlignment)
            }
            return .record(record)
        case .zeros: return settle(.absent)
        case .unknownFlags: return settle(.unknown)
        case .lengthInsane: return settle(.lengthInsane)
        case .checksumWrong: return settle(.checksumWrong)
        }
    }

    private mutating func enterBatch() -> Step? {
        switch BatchHeader.read(bytes, at: offset, seed: seed, checksum: digests.checksum) {
        case .readable(let found):
            guard found.first == expected else { return settle(found.first < expected ? .repeated : .ahead) }
            guard continuesChain(found) || !isReadable(found) else { return settle(.unchained) }
            batchBefore = lastTaken
            batchEnd = offset + found.batchBytes
            batch = TakenBatch(
                header: found, start: offset, end: offset + BatchHeader.bytes, records: 0, previous: chain)
            recordsLeft = found.recordCount
            offset += BatchHeader.bytes
            return nil
        case .zeros: return settle(.free)
        case .misplaced: return settle(.misplaced)
        case .unknownFlags: return settle(.unknown)
        case .lengthInsane: return settle(.lengthInsane)
        case .checksumWrong: return settle(.checksumWrong)
        }
    }

    private func readRecord(at offset: Int, end: Int) -> RecordHeader.Reading {
        RecordHeader.read(bytes, at: offset, end: end, seed: seed, checksum: digests.checksum)
    }

    /// Whether the chain contains the batch at ``offset``. If so, all its records are as they were written.
    private func continuesChain(_ found: BatchHeader) -> Bool {
        let whole = UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + found.batchBytes)])
        return BatchHeader.chain(whole, previous: chain, digests: digests) == found.chain
    }

    /// Whether every record of the batch at ``offset`` reads: then it is not torn, whatever the chain says.
    private func isReadable(_ found: BatchHeader) -> Bool {
        var place = offset + BatchHeader.bytes
        for _ in 0..<found.recordCount {
            guard case .readable(let record, _) = readRecord(at: place, end: offset + found.batchBytes) else {
                return false
            }
            place += RecordHeader.recordBytes(bodyBytes: record.body.count)
        }
        return true
    }

    /// Looks up what to do about anything but the next record in order.
    private func settle(_ place: RecoveryPlace) -> Step? {
        let open = recordsLeft > 0 ? batch : nil
        let asks: Set<RecoveryPlace> = [.free, .absent, .lengthInsane, .checksumWrong]
        let evidence =
            asks.contains(place)
            ? look(behind: offset, batchStart: open?.start ?? offset, place: place)
            : Evidence(.notAsked)
        let row = RecoveryTable.row(place, evidence.aftermath)
        switch row.verdict {
        case .goOn, .end, .take:
            return .end(
                SegmentEnd(
                    offset: offset, next: expected, label: row.label, cut: nil, last: lastTaken, chain: chain))
        case .cut:
            return .end(cut(row.label, open: open))
        case .refuse:
            return .refused(
                Damage(
                    label: row.label, place: place, offset: offset, sequence: expected,
                    evidenceOffset: evidence.offset))
        }
    }

    /// The end of a journal whose last batch is not whole: what reads of it is kept.
    private func cut(_ label: RecoveryCase.Label, open: TakenBatch?) -> SegmentEnd {
        let from = if let open, open.records == 0 { open.start } else { offset }
        let cut = SegmentCut(from: from, to: bytes.endOfContent(from: from))
        return SegmentEnd(
            offset: from.roundedUp(to: header.batchAlignment), next: expected, label: label, cut: cut,
            last: lastTaken, chain: chain)
    }
}

/// A batch, as far as it was taken.
public struct TakenBatch: Hashable, Sendable {
    /// As it stands in the file.
    public let header: BatchHeader
    /// Where the batch begins.
    public let start: Int
    /// Behind the last record that was taken.
    public internal(set) var end: Int
    /// Records that were taken.
    public internal(set) var records: Int
    /// The chain before it.
    public let previous: ChainValue

    /// Whether every record of it was taken.
    public var isWhole: Bool { records == header.recordCount }
}

/// How a segment ends.
public struct SegmentEnd: Hashable, Sendable {
    /// Where the next batch goes, if it goes into this segment.
    public let offset: Int
    /// The sequence it begins with.
    public let next: JournalSequence
    /// The row of the recovery table that decided.
    public let label: RecoveryCase.Label
    /// What has to be set aside and zeroed before anything is written; nil after a clean end.
    public let cut: SegmentCut?
    /// The last batch of which a record was taken; nil when the segment holds no record.
    public let last: TakenBatch?
    /// The chain up to and with the last whole batch.
    public let chain: ChainValue
}

/// A range of a segment that is not part of the journal.
public struct SegmentCut: Hashable, Sendable {
    /// First byte.
    public let from: Int
    /// Behind the last byte that is not zero; equal to `from` when the missing part never reached the disk.
    public let to: Int
}

/// Why a segment is refused.
public struct Damage: Hashable, Sendable {
    /// The row of the recovery table.
    public let label: RecoveryCase.Label
    /// What was found.
    public let place: RecoveryPlace
    /// Where.
    public let offset: Int
    /// The sequence that belongs there.
    public let sequence: JournalSequence
    /// Where the proof stands that it was acknowledged, when it stands in this segment.
    public let evidenceOffset: Int?
}
