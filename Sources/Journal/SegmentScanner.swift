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
    let checksum: Checksum
    /// First sequence of the segment behind this one; nil in the last.
    let following: JournalSequence?

    /// The sequence that comes next.
    public private(set) var expected: JournalSequence
    /// Where the next batch or record belongs.
    private var offset: Int
    private var batch = OpenBatch(start: 0, end: 0, recordsLeft: 0, recordsTaken: 0)
    /// The last batch of which a record was taken.
    private var lastTaken: Range<Int>?

    /// - Parameters:
    ///   - bytes: the whole segment; borrowed, must outlive the scanner.
    ///   - header: of this segment.
    ///   - seed: of this segment, as ``SegmentHeader/decode(_:checksum:)`` gave it.
    ///   - following: first sequence of the segment behind this one; nil when this is the last.
    public init(
        bytes: UnsafeRawBufferPointer, header: SegmentHeader, seed: UInt32, following: JournalSequence?,
        checksum: @escaping Checksum
    ) {
        self.bytes = bytes
        self.header = header
        self.seed = seed
        self.checksum = checksum
        self.following = following
        expected = header.first
        offset = header.bodyOffset
    }

    /// The next record, or how the segment ends. Not to be called again after that.
    public mutating func next() -> Step {
        while true {
            let step = batch.recordsLeft > 0 ? takeRecord() : enterBatch()
            if let step { return step }
        }
    }

    private mutating func takeRecord() -> Step? {
        switch RecordHeader.read(bytes, at: offset, end: batch.end, seed: seed, checksum: checksum) {
        case .readable(let record, _):
            guard record.sequence == expected else {
                return settle(record.sequence < expected ? .repeated : .ahead)
            }
            offset += RecordHeader.recordBytes(bodyBytes: record.body.count)
            expected = expected.next
            batch.recordsLeft -= 1
            batch.recordsTaken += 1
            lastTaken = batch.start..<offset
            if batch.recordsLeft == 0 { offset = batch.end.roundedUp(to: header.batchAlignment) }
            return .record(record)
        case .zeros: return settle(.absent)
        case .unknownFlags: return settle(.unknown)
        case .lengthInsane: return settle(.lengthInsane)
        case .checksumWrong: return settle(.checksumWrong)
        }
    }

    private mutating func enterBatch() -> Step? {
        switch BatchHeader.read(bytes, at: offset, seed: seed, checksum: checksum) {
        case .readable(let found):
            guard found.first == expected else { return settle(found.first < expected ? .repeated : .ahead) }
            batch = OpenBatch(
                start: offset, end: offset + found.batchBytes, recordsLeft: found.recordCount, recordsTaken: 0)
            offset += BatchHeader.bytes
            return nil
        case .zeros: return settle(.free)
        case .misplaced: return settle(.misplaced)
        case .unknownFlags: return settle(.unknown)
        case .lengthInsane: return settle(.lengthInsane)
        case .checksumWrong: return settle(.checksumWrong)
        }
    }

    /// Looks up what to do about anything but the next record in order; nil to go on scanning.
    private mutating func settle(_ place: RecoveryPlace) -> Step? {
        let isInBatch = batch.recordsLeft > 0
        let after = isInBatch ? batch.end.roundedUp(to: header.batchAlignment) : nil
        let asks: Set<RecoveryPlace> = [.free, .absent, .lengthInsane, .checksumWrong]
        let evidence =
            asks.contains(place)
            ? look(behind: offset, batchStart: isInBatch ? batch.start : offset, nextBatch: after, place: place)
            : Evidence(.notAsked)
        let row = RecoveryTable.row(place, evidence.aftermath)
        switch row.verdict {
        case .goOn:
            guard let resume = evidence.resumesAt else {
                return .end(end(row.label))
            }
            offset = resume
            batch.recordsLeft = 0
            return nil
        case .end, .take:
            return .end(end(row.label))
        case .cut:
            return .end(cut(row.label, nextBatch: after))
        case .refuse:
            return .refused(
                Damage(
                    label: row.label, place: place, offset: offset, sequence: expected,
                    evidenceOffset: evidence.offset))
        }
    }

    private func end(_ label: RecoveryCase.Label) -> SegmentEnd {
        SegmentEnd(offset: offset, next: expected, label: label, cut: nil, last: lastTaken)
    }

    /// The end of a journal whose last batch is not whole: what reads of it is kept.
    private func cut(_ label: RecoveryCase.Label, nextBatch: Int?) -> SegmentEnd {
        let isKept = nextBatch != nil && batch.recordsTaken > 0
        let from = nextBatch != nil && !isKept ? batch.start : offset
        let cut = SegmentCut(from: from, to: bytes.endOfContent(from: from))
        return SegmentEnd(
            offset: isKept ? nextBatch ?? from : from, next: expected, label: label, cut: cut, last: lastTaken)
    }

    private struct OpenBatch {
        var start: Int
        var end: Int
        var recordsLeft: Int
        var recordsTaken: Int
    }
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
    /// Where the last batch stands, as far as it was taken; nil when the segment holds no record.
    public let last: Range<Int>?
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
