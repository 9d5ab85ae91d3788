// From the segments on disk to a place where writing can go on. Every way in which this can end is a row
// of the recovery table.

internal import AlertModel

/// Reads a journal in order.
struct JournalRecovery {
    let digests: JournalDigests

    /// What was found.
    struct Found {
        var segment = CurrentSegment.none
        var last = JournalSequence.zero
        /// The chain up to `last`; nil before the first segment that is read when segments before it are not.
        var chain: ChainValue?
        var identity: JournalIdentity?
        var report = RecoveryReport()

        /// Goes on behind records that a segment's header declares missing.
        mutating func passGap(to first: JournalSequence) {
            let before = JournalSequence(first.value - 1)
            report.gaps.append(RecoveryReport.Gap(first: last.next, last: before))
            last = before
        }
    }

    /// Reads every segment that can hold `from` or something later, then makes the last one fit to be
    /// written to.
    func run<Storage: JournalStorage & ~Copyable>(
        on storage: inout Storage, from: JournalSequence, replay: (JournalRecord) throws(JournalError) -> Void
    ) throws(JournalError) -> Found {
        var found = Found()
        var buffer = ScanBuffer()
        let names = try storage.segments()
        let start = try start(in: names, from: from, on: storage)
        found.report.segmentsSkipped = start
        if start == 0, names.first == .zero.next { found.chain = .zero }
        if let first = names.dropFirst(start).first {
            found.last = JournalSequence(max(min(first, from).value, 1) - 1)
        }
        for (index, name) in names.enumerated().dropFirst(start) {
            let following = index + 1 < names.count ? names[index + 1] : nil
            let memory = try load(name, from: &storage, into: &buffer)
            let (header, seed) = try readHeader(of: name, memory, found, file: storage.name(of: name))
            found.identity = header.identity
            if header.first > found.last.next { found.passGap(to: header.first) }
            let end = try scan(
                memory, header, seed, following: following, file: storage.name(of: name), found: &found
            ) { (record) throws(JournalError) in
                guard record.sequence >= from else { return false }
                try replay(record)
                return true
            }
            guard following == nil else { continue }
            try requireReached(from, found, file: storage.name(of: name), offset: end.offset)
            try storage.open(name)
            found.segment = CurrentSegment(
                offset: end.offset, bytes: header.segmentBytes, alignment: header.batchAlignment, seed: seed)
            try settle(end, of: name, memory, seed, on: &storage, &found)
        }
        return found
    }

    /// The index of the segment that holds `from`, or will.
    private func start<Storage: JournalStorage & ~Copyable>(
        in names: [JournalSequence], from: JournalSequence, on storage: borrowing Storage
    ) throws(JournalError) -> Int {
        guard !names.isEmpty else {
            try requireReached(from, Found(), file: nil, offset: nil)
            return 0
        }
        // A first segment behind `from` is refused when its header does not declare the gap.
        return names.lastIndex { $0 <= from } ?? 0
    }

    /// Refuses a journal that ends before the snapshot that it is opened with.
    private func requireReached(
        _ from: JournalSequence, _ found: Found, file: String?, offset: Int?
    ) throws(JournalError) {
        guard found.last.next < from else { return }
        throw JournalError(
            .damaged(.snapshotAhead), file: file, offset: offset, sequence: found.last.next,
            reason: "the snapshot holds records up to \(from.value - 1), the journal ends with \(found.last.value)"
        )
    }

    private func load<Storage: JournalStorage & ~Copyable>(
        _ name: JournalSequence, from storage: inout Storage, into buffer: inout ScanBuffer
    ) throws(JournalError) -> UnsafeRawBufferPointer {
        let size = try storage.size(of: name)
        guard size >= SegmentHeader.bytes, size <= JournalLimits.segmentBytesRange.upperBound else {
            throw JournalError(
                .damaged(.headerMisfit), file: storage.name(of: name), offset: 0, sequence: name,
                reason: "the file has \(size) bytes, which no segment has")
        }
        let memory = buffer.memory(bytes: size)
        try storage.read(name, into: memory)
        return UnsafeRawBufferPointer(memory)
    }

    /// Decides whether a segment belongs where it stands.
    private func readHeader(
        of name: JournalSequence, _ memory: UnsafeRawBufferPointer, _ found: Found, file: String
    ) throws(JournalError) -> (header: SegmentHeader, seed: UInt32) {
        func refusal(_ label: RecoveryCase.Label, _ reason: String) -> JournalError {
            JournalError(.damaged(label), file: file, offset: 0, sequence: found.last.next, reason: reason)
        }
        let decoded: (header: SegmentHeader, seed: UInt32)
        do throws(SegmentHeader.Refusal) {
            decoded = try SegmentHeader.decode(memory, checksum: digests.checksum)
        } catch {
            switch error {
            case .unreadable: throw refusal(.headerUnreadable, "the first block is not a segment header")
            case .badValue: throw refusal(.headerMisfit, "the header holds a value outside its range")
            case .newerVersion:
                throw JournalError(
                    .newerVersion, file: file, offset: 8, reason: "this gateway reads version 1 with feature 1")
            }
        }
        let header = decoded.header
        guard header.first == name else {
            throw refusal(.headerMisfit, "the header's first sequence is \(header.first.value)")
        }
        guard header.segmentBytes == memory.count else {
            throw refusal(
                .headerMisfit, "the file has \(memory.count) bytes, the header says \(header.segmentBytes)")
        }
        guard found.identity == nil || found.identity == header.identity else {
            throw refusal(.foreignSegment, "its identity is not that of the segments before it")
        }
        guard header.first.value - header.declaredGap <= found.last.next.value else {
            throw refusal(
                .missingSegment,
                "records \(found.last.next.value) to \(header.first.value - 1) are missing before this segment: "
                    + "a file is missing, or the end of the one before is lost")
        }
        guard header.first >= found.last.next else {
            throw refusal(.repeatedSegment, "the segment before it holds records up to \(found.last.value)")
        }
        if let chain = found.chain,
            SegmentHeader.chain(memory, previous: chain, digests: digests)
                != SegmentHeader.chainClaimed(by: memory)
        {
            throw refusal(.brokenChain, "its header does not continue the chain of the segment before it")
        }
        return decoded
    }

    private func scan(
        _ memory: UnsafeRawBufferPointer, _ header: SegmentHeader, _ seed: UInt32, following: JournalSequence?,
        file: String, found: inout Found, replay: (JournalRecord) throws(JournalError) -> Bool
    ) throws(JournalError) -> SegmentEnd {
        var scanner = SegmentScanner(
            bytes: memory, header: header, seed: seed, following: following, digests: digests)
        found.report.segments += 1
        while true {
            switch scanner.next() {
            case .record(let record):
                if try replay(record) { found.report.replayed += 1 }
                found.last = record.sequence
                found.report.records += 1
            case .end(let end):
                found.report.end = end.label
                found.chain = end.chain
                return end
            case .refused(let damage):
                var reason = "\(damage.place.rawValue) where record \(damage.sequence.value) belongs"
                if let proof = damage.evidenceOffset { reason += ", and offset \(proof) was written later" }
                let isNewer = damage.label == .unknownFlag
                throw JournalError(
                    isNewer ? .newerVersion : .damaged(damage.label), file: file, offset: damage.offset,
                    sequence: damage.sequence, reason: reason)
            }
        }
    }
}

/// Memory for one segment at a time, given back when the recovery ends.
private struct ScanBuffer: ~Copyable {
    private var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 0, alignment: 4096)

    mutating func memory(bytes: Int) -> UnsafeMutableRawBufferPointer {
        if buffer.count < bytes {
            buffer.deallocate()
            buffer = .allocate(byteCount: bytes, alignment: 4096)
        }
        return UnsafeMutableRawBufferPointer(rebasing: buffer[..<bytes])
    }

    deinit { buffer.deallocate() }
}
