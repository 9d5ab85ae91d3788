// Reads a journal that nobody may change: also a damaged one, also one that a daemon is writing to. Recovery stops
// at the first thing that is wrong; a reader says what is wrong and goes on with what still reads.

public import AlertModel

/// Iterates the segments of a journal, one segment's bytes in memory at a time.
///
/// Everything that recovery would refuse or cut is a ``JournalFinding``; records behind it are found again by
/// their own checksums. Only the source's refusals and a journal of a newer version end the reading.
public struct JournalReader: Sendable {
    private let digests: JournalDigests

    /// - Parameter digests: as the journal's writer uses them.
    public init(digests: JournalDigests) { self.digests = digests }

    /// Reads everything in order.
    ///
    /// The last segment is read twice and taken only as far as the first reading went: batches in front of the
    /// last one are complete then, because a batch is written after the sync of the one before. So a daemon that
    /// goes on writing causes no finding but a torn tail.
    /// - Parameters:
    ///   - from: segments that end before this sequence are not opened, records before it not handed out.
    ///   - through: segments that begin behind this sequence are not opened.
    ///   - visit: receives what was met; an error it throws ends the reading.
    /// - Throws: ``JournalError`` of the source or of `visit`; `newerVersion` when a segment was written by a
    ///   later version.
    public func read<Source: JournalSource & ~Copyable>(
        _ source: inout Source, from: JournalSequence = .zero, through: JournalSequence = JournalSequence(.max),
        visit: (JournalReading) throws(JournalError) -> Void
    ) throws(JournalError) {
        var names = try source.segments()
        if let start = names.lastIndex(where: { $0 <= from }) { names.removeFirst(start) }
        var progress = Progress(from: from)
        var buffer = ReaderBuffer()
        for (index, name) in names.enumerated() where name <= through || index == 0 {
            let following = index + 1 < names.count ? names[index + 1] : nil
            let file = source.name(of: name)
            let bytes = try load(name, file: file, isLast: following == nil, from: &source, into: &buffer)
            try readSegment(
                bytes, of: name, file: file, following: following, progress: &progress, visit: visit)
        }
    }

    /// How far a reading came.
    private struct Progress {
        let from: JournalSequence
        /// The next sequence; nil before the first segment.
        var expected: JournalSequence?
        var identity: JournalIdentity?
        /// The chain up to here; nil where nothing is known of it.
        var chain: ChainValue?
    }

    private func load<Source: JournalSource & ~Copyable>(
        _ name: JournalSequence, file: String, isLast: Bool, from source: inout Source,
        into buffer: inout ReaderBuffer
    ) throws(JournalError) -> UnsafeRawBufferPointer {
        let size = try source.size(of: name)
        guard size <= JournalLimits.segmentBytesRange.upperBound else {
            throw JournalError(
                .damaged(.headerMisfit), file: file, offset: 0, sequence: name,
                reason: "the file has \(size) bytes, which no segment has")
        }
        let memory = buffer.memory(bytes: size)
        try source.read(name, into: memory)
        let bytes = UnsafeRawBufferPointer(memory)
        if isLast {
            let written = bytes.endOfContent(from: 0)
            try source.read(name, into: UnsafeMutableRawBufferPointer(rebasing: memory[..<written]))
        }
        return bytes
    }

    private func readSegment(
        _ bytes: UnsafeRawBufferPointer, of name: JournalSequence, file: String, following: JournalSequence?,
        progress: inout Progress, visit: (JournalReading) throws(JournalError) -> Void
    ) throws(JournalError) {
        let opening = try open(bytes, of: name, file: file, progress: progress)
        try visit(
            .segment(
                JournalReadSegment(
                    file: file, name: name, bytes: bytes.count, header: opening.header,
                    chain: opening.header.map { _ in SegmentHeader.chainClaimed(by: bytes) },
                    isLast: following == nil)))
        for finding in opening.findings { try visit(.finding(finding)) }
        guard let seed = opening.seed else {
            // Nothing in it can be told from noise; what follows says how many records are lost.
            progress.chain = nil
            progress.expected = following.map { max($0, progress.expected ?? $0) } ?? progress.expected
            return
        }
        if let header = opening.header {
            progress.identity = progress.identity ?? header.identity
            let claimed = SegmentHeader.chainClaimed(by: bytes)
            if let previous = progress.expected == nil && header.first.value - header.declaredGap == 1
                ? .zero : progress.chain,
                SegmentHeader.chain(bytes, previous: previous, digests: digests) != claimed
            {
                try visit(.finding(brokenChain(at: header, file: file)))
            }
            progress.chain = claimed
        } else {
            progress.chain = nil
        }
        let first = opening.header?.first ?? name
        var walk = SegmentWalk(
            bytes: bytes, file: file, header: opening.header, seed: seed, alignment: opening.alignment,
            first: first, giveFrom: max(progress.expected ?? first, progress.from), following: following,
            chain: progress.chain, digests: digests)
        try walk.run(visit)
        progress.chain = walk.chain
        progress.expected = max(walk.expected, progress.expected ?? walk.expected)
    }

    /// What the first block says, and how a segment can be read when it says nothing.
    private struct Opening {
        var header: SegmentHeader?
        var seed: UInt32?
        var alignment = SegmentHeader.bytes
        var findings: [JournalFinding] = []
    }

    private func open(
        _ bytes: UnsafeRawBufferPointer, of name: JournalSequence, file: String, progress: Progress
    ) throws(JournalError) -> Opening {
        do throws(SegmentHeader.Refusal) {
            let (header, seed) = try SegmentHeader.decode(bytes, checksum: digests.checksum)
            var opening = Opening(header: header, seed: seed, alignment: header.batchAlignment)
            opening.findings = judge(header, bytes: bytes.count, name: name, file: file, progress: progress)
            // Another journal's records have sequences of their own: they say nothing about this one.
            if opening.findings.contains(where: { $0.kind == .row(.foreignSegment) }) { opening.seed = nil }
            return opening
        } catch {
            if error == .newerVersion {
                throw JournalError(
                    .newerVersion, file: file, offset: 8,
                    reason: "this tool reads version \(SegmentHeader.version) and its features; use a newer one")
            }
            return openWithoutHeader(bytes, of: name, file: file, progress: progress, isMisfit: error == .badValue)
        }
    }

    private func brokenChain(at header: SegmentHeader, file: String) -> JournalFinding {
        JournalFinding(
            .row(.brokenChain), .damage, file: file, offset: 0, sequence: header.first, resumesAt: 0,
            reason:
                "the header's checksum is good, but the chain does not lead to it: this header or the end of the "
                + "segment before was changed or replaced")
    }

    private func judge(
        _ header: SegmentHeader, bytes: Int, name: JournalSequence, file: String, progress: Progress
    ) -> [JournalFinding] {
        var findings: [JournalFinding] = []
        func found(_ kind: JournalFinding.Kind, lostThrough: JournalSequence? = nil, _ reason: String) {
            let sequence = lostThrough == nil ? header.first : progress.expected ?? JournalSequence(1)
            findings.append(
                JournalFinding(
                    kind, .damage, file: file, offset: 0, sequence: sequence, lostThrough: lostThrough,
                    resumesAt: 0, reason: reason))
        }
        if header.first != name {
            found(
                .row(.headerMisfit), "the header's first sequence is \(header.first.value): was the file renamed?")
        }
        if header.segmentBytes != bytes {
            found(.row(.headerMisfit), "the file has \(bytes) bytes, the header says \(header.segmentBytes)")
        }
        if let identity = progress.identity, identity != header.identity {
            found(.row(.foreignSegment), "its identity is not that of the segments before it; it is left out")
            return findings
        }
        if let gap = gap(before: header.first, declared: header.declaredGap, progress) {
            if gap.kind == .row(.declaredGap) {
                findings.append(
                    JournalFinding(
                        gap.kind, .note, file: file, offset: 0,
                        sequence: JournalSequence(header.first.value - header.declaredGap),
                        lostThrough: gap.lostThrough, resumesAt: 0, reason: gap.reason))
            } else {
                found(gap.kind, lostThrough: gap.lostThrough, gap.reason)
            }
        }
        if let expected = progress.expected, header.first < expected {
            found(.row(.repeatedSegment), "the segment before it holds records up to \(expected.value &- 1)")
        }
        return findings
    }

    /// What is missing between the segment before and one that begins with `first`.
    private func gap(
        before first: JournalSequence, declared: UInt64 = 0, _ progress: Progress
    ) -> (kind: JournalFinding.Kind, lostThrough: JournalSequence, reason: String)? {
        let before = JournalSequence(first.value &- 1)
        if declared > 0, first.value - declared <= (progress.expected ?? JournalSequence(1)).value {
            return (
                .row(.declaredGap), before,
                "records \(first.value - declared) to \(before.value) were missing when this journal was salvaged"
            )
        }
        if let expected = progress.expected {
            guard first > expected else { return nil }
            return (
                .row(.missingSegment), before,
                "records \(expected.value) to \(before.value) are missing before this segment: a file is missing, "
                    + "or the end of the one before is lost"
            )
        }
        // Whoever asks from a later place on knows what is missing before it.
        guard first.value > 1, progress.from <= JournalSequence(1) else { return nil }
        return (
            .beginsLater, before,
            "records 1 to \(before.value) are not here: older segments were archived, or are lost"
        )
    }

    private func openWithoutHeader(
        _ bytes: UnsafeRawBufferPointer, of name: JournalSequence, file: String, progress: Progress, isMisfit: Bool
    ) -> Opening {
        var opening = Opening()
        var reason =
            isMisfit ? "the header holds a value outside its range" : "the first block is no segment header"
        if let found = SegmentSeed.find(in: bytes, first: name, checksum: digests.checksum) {
            opening.seed = found.seed
            opening.alignment = found.alignment
            reason += "; its checksum seed was recovered from the batches behind it"
        } else {
            reason += "; no batch behind it can be read either"
        }
        opening.findings = [
            JournalFinding(
                .row(isMisfit ? .headerMisfit : .headerUnreadable), .damage, file: file, offset: 0, sequence: name,
                resumesAt: opening.seed == nil ? nil : SegmentHeader.bytes, reason: reason)
        ]
        if let gap = gap(before: name, progress) {
            opening.findings.append(
                JournalFinding(
                    gap.kind, .damage, file: file, offset: 0, sequence: progress.expected ?? JournalSequence(1),
                    lostThrough: gap.lostThrough, resumesAt: 0, reason: gap.reason))
        }
        return opening
    }
}

/// Memory for one segment at a time.
private struct ReaderBuffer: ~Copyable {
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
