// One segment, read as far as anything in it reads. Where recovery stops, this looks for the next batch or record
// whose checksum is good and goes on there.

import AlertModel

/// A walk over one segment's bytes. Never reads outside them; every step moves forward in the bytes or in the
/// sequence, so it ends whatever they hold.
struct SegmentWalk {
    let bytes: UnsafeRawBufferPointer
    let file: String
    /// nil when the first block is unreadable and the seed was recovered.
    let header: SegmentHeader?
    let seed: UInt32
    let alignment: Int
    let giveFrom: JournalSequence
    let following: JournalSequence?
    let digests: JournalDigests

    /// The next sequence.
    private(set) var expected: JournalSequence
    /// The chain up to here, as the last header claims it; nil where nothing is known of it.
    private(set) var chain: ChainValue?
    private var offset: Int
    private var inside: Inside?
    private var isFirstFinding = true

    /// The records of a batch that is being read.
    private struct Inside {
        /// Where the batch's records end; nil when its header is lost.
        var end: Int?
        /// Records to come by the header; nil once one of them was passed over.
        var left: Int?
        var batch: JournalReadBatch?
        /// Whether the chain does not lead to what the header claims.
        var isUnchained = false
    }

    init(
        bytes: UnsafeRawBufferPointer, file: String, header: SegmentHeader?, seed: UInt32, alignment: Int,
        first: JournalSequence, giveFrom: JournalSequence, following: JournalSequence?, chain: ChainValue?,
        digests: JournalDigests
    ) {
        self.bytes = bytes
        self.file = file
        self.header = header
        self.seed = seed
        self.alignment = alignment
        self.giveFrom = giveFrom
        self.following = following
        self.chain = chain
        self.digests = digests
        expected = first
        offset = SegmentHeader.bytes.roundedUp(to: alignment)
    }

    /// Reads to the end of the segment.
    mutating func run(_ visit: (JournalReading) throws(JournalError) -> Void) throws(JournalError) {
        try checkZeros(from: SegmentHeader.bytes, to: min(offset, bytes.count), visit)
        while offset + RecordHeader.bytes <= bytes.count {
            if inside == nil { try enterBatch(visit) } else { try readRecord(visit) }
        }
        try report(inside, isWhole: false, visit)
    }

    private mutating func enterBatch(
        _ visit: (JournalReading) throws(JournalError) -> Void
    ) throws(JournalError) {
        switch BatchHeader.read(bytes, at: offset, seed: seed, checksum: digests.checksum) {
        case .readable(let found) where found.first == expected:
            open(found)
        case .readable(let found): try goOn(behind: found.first < expected ? .repeated : .ahead, visit)
        case .zeros:
            let rest = bytes.endOfContent(from: offset)
            if rest > offset, following.map({ $0 > expected }) ?? true {
                try goOn(behind: .free, visit)
            } else {
                // Nothing is missing here: bytes behind the last batch of a full segment are strays.
                try checkZeros(from: offset, to: bytes.count, visit)
                offset = bytes.count
            }
        case .misplaced: try goOn(behind: .misplaced, visit)
        case .unknownFlags: try goOn(behind: .unknown, visit)
        case .lengthInsane: try goOn(behind: .lengthInsane, visit)
        case .checksumWrong: try goOn(behind: .checksumWrong, visit)
        }
    }

    private mutating func open(_ header: BatchHeader) {
        let end = offset + header.batchBytes
        let padded = min(end.roundedUp(to: alignment), bytes.count) - offset
        inside = Inside(
            end: end, left: header.recordCount,
            batch: JournalReadBatch(offset: offset, header: header, paddedBytes: padded, isWhole: true))
        if let chain {
            let content = UnsafeRawBufferPointer(rebasing: bytes[offset..<end])
            inside?.isUnchained = BatchHeader.chain(content, previous: chain, digests: digests) != header.chain
        }
        // Also behind a damaged batch: if the next one continues from this claim, the claim was true.
        chain = header.chain
        offset += BatchHeader.bytes
    }

    /// Hands out the batch that ends here, and whether its bytes are those that the chain contains.
    private func report(
        _ inside: Inside?, isWhole: Bool, _ visit: (JournalReading) throws(JournalError) -> Void
    ) throws(JournalError) {
        guard let inside, let batch = inside.batch else { return }
        try visit(
            .batch(
                JournalReadBatch(
                    offset: batch.offset, header: batch.header, paddedBytes: batch.paddedBytes, isWhole: isWhole)))
        guard isWhole, inside.isUnchained else { return }
        try visit(
            .finding(
                JournalFinding(
                    .row(.brokenChain), .damage, file: file, offset: batch.offset, sequence: batch.header.first,
                    resumesAt: batch.offset,
                    reason: "every checksum is good, but the chain does not contain this batch, records "
                        + "\(batch.header.first.value) to \(batch.last.value): it was changed or replaced, or the "
                        + "batch before it with its chain")))
    }

    private mutating func readRecord(
        _ visit: (JournalReading) throws(JournalError) -> Void
    ) throws(JournalError) {
        let end = inside?.end ?? bytes.count
        switch RecordHeader.read(bytes, at: offset, end: end, seed: seed, checksum: digests.checksum) {
        case .readable(let record, _) where record.sequence == expected: try take(record, visit)
        case .readable(let record, _): try goOn(behind: record.sequence < expected ? .repeated : .ahead, visit)
        case .zeros: try leaveOrGoOn(behind: .absent, visit)
        case .unknownFlags: try goOn(behind: .unknown, visit)
        case .lengthInsane: try leaveOrGoOn(behind: .lengthInsane, visit)
        case .checksumWrong: try leaveOrGoOn(behind: .checksumWrong, visit)
        }
    }

    private mutating func take(
        _ record: JournalRecord, _ visit: (JournalReading) throws(JournalError) -> Void
    ) throws(JournalError) {
        let size = RecordHeader.recordBytes(bodyBytes: record.body.count)
        if expected >= giveFrom {
            try visit(.record(record, at: JournalPlace(file: file, offset: offset, bytes: size)))
        }
        let bodyEnd = offset + RecordHeader.bytes + record.body.count
        offset += size
        try checkZeros(from: bodyEnd, to: min(offset, bytes.count), visit)
        // The largest sequence ends every journal: nothing can come behind it.
        guard expected.value < .max else { return offset = bytes.count }
        expected = expected.next
        if let left = inside?.left { inside?.left = left - 1 }
        // A header that promises more records than fit is not at its end here: the next one is missing.
        if inside?.left.map({ $0 == 0 }) ?? (offset >= inside?.end ?? .max) { try leave(visit) }
    }

    /// Goes to the next place where a batch may begin.
    private mutating func leave(_ visit: (JournalReading) throws(JournalError) -> Void) throws(JournalError) {
        let next = max(offset, inside?.end ?? offset).roundedUp(to: alignment)
        try report(inside, isWhole: inside?.left == 0, visit)
        try checkZeros(from: offset, to: min(next, bytes.count), visit)
        offset = next
        inside = nil
    }

    /// A batch without a readable header ends where its zeros begin.
    private mutating func leaveOrGoOn(
        behind place: RecoveryPlace, _ visit: (JournalReading) throws(JournalError) -> Void
    ) throws(JournalError) {
        let next = offset.roundedUp(to: alignment)
        if inside?.end == nil, bytes.isZero(from: offset, to: min(next, bytes.count)) {
            offset = next
            inside = nil
            return
        }
        try goOn(behind: place, visit)
    }

    /// Reports what stands at the current place and goes on with the next thing that reads.
    private mutating func goOn(
        behind place: RecoveryPlace, _ visit: (JournalReading) throws(JournalError) -> Void
    ) throws(JournalError) {
        let found = search(from: place == .ahead ? offset : offset + 8)
        let row = row(place, isProven: found != nil || (following.map { $0 > expected } ?? false))
        let next = found?.sequence ?? following
        let lost = next.flatMap { $0 > expected ? JournalSequence($0.value - 1) : nil }
        var reason = "\(place.rawValue) where record \(expected.value) belongs"
        if let found { reason += "; record \(found.sequence.value) at offset \(found.offset) reads" }
        try visit(
            .finding(
                JournalFinding(
                    .row(row.label), row.verdict == .cut ? .tail : .damage, file: file, offset: offset,
                    sequence: expected, lostThrough: lost, resumesAt: found?.offset, reason: reason)))
        isFirstFinding = false
        guard let found else {
            offset = bytes.count
            if let following, following > expected { expected = following }
            return
        }
        let end = inside?.end
        if let end, found.offset < end, !found.isBatch {
            inside?.left = nil
        } else {
            // Where a batch's header is lost, or a whole batch, nothing is known of the chain behind it.
            if end?.roundedUp(to: alignment) != found.offset { chain = nil }
            try report(inside, isWhole: false, visit)
            inside = found.isBatch ? nil : Inside()
        }
        offset = found.offset
        expected = found.sequence
    }

    /// The row that recovery would decide by; behind the first finding, which stops a recovery, the row that
    /// would hold if everything before were whole.
    private func row(_ place: RecoveryPlace, isProven: Bool) -> RecoveryCase {
        if isFirstFinding, let header {
            var scanner = SegmentScanner(
                bytes: bytes, header: header, seed: seed, following: following, digests: digests)
            var decided: (label: RecoveryCase.Label, sequence: JournalSequence)?
            while decided == nil {
                switch scanner.next() {
                case .record: continue
                case .end(let end): decided = (end.label, end.next)
                case .refused(let damage): decided = (damage.label, damage.sequence)
                }
            }
            if let decided, decided.sequence == expected,
                let row = RecoveryTable.rows.first(where: { $0.label == decided.label }), row.verdict != .end,
                row.verdict != .goOn
            {
                return row
            }
        }
        return RecoveryTable.row(place, isProven ? .proven : .unproven)
    }

    private func checkZeros(
        from start: Int, to end: Int, _ visit: (JournalReading) throws(JournalError) -> Void
    ) throws(JournalError) {
        guard start < end, !bytes.isZero(from: start, to: end) else { return }
        var place = start
        while place < end - 1, bytes[place] == 0 { place += 1 }
        try visit(
            .finding(
                JournalFinding(
                    .padding, .change, file: file, offset: place,
                    sequence: JournalSequence(max(expected.value, 2) - 1), resumesAt: end,
                    reason: "a byte that is written as zero is \(bytes[place]); no record is touched")))
    }
}
