// Segments that the journal has finished with, read and checked beside it; and whether a snapshot fits them.

public import AlertModel
public import Journal
internal import LinuxIO

/// A segment that was read to its end.
public struct ReadSegment: Sendable {
    /// The journal it belongs to.
    public let identity: JournalIdentity
    /// The chain up to its last record.
    public let chain: ChainValue
    /// Records in it.
    public let records: Int
}

/// Reads closed segments: those with another behind them, which nobody changes any more.
public enum ClosedSegments {
    /// Reads one, checking every CRC and the chain.
    ///
    /// Takes memory for the whole file meanwhile. Blocks for the disk.
    /// - Parameters:
    ///   - segment: not the last one.
    ///   - previous: the chain before it; nil when it is not known.
    ///   - each: receives every record in order; its body is borrowed.
    /// - Throws: ``JournalError`` naming file, offset and sequence of what is wrong; or what `each` threw.
    public static func read(
        _ segment: JournalDirectory.Segment, in path: String, previous: ChainValue?, digests: JournalDigests,
        each: (JournalRecord) throws(JournalError) -> Void
    ) throws(JournalError) -> ReadSegment {
        guard let following = segment.following else {
            throw JournalError(.inputOutput, file: segment.name, reason: "the last segment is still written to")
        }
        let memory = try load(segment.name, in: path)
        defer { memory.deallocate() }
        let bytes = UnsafeRawBufferPointer(memory)
        let (header, seed) = try self.header(of: segment, bytes, digests)
        guard header.segmentBytes == bytes.count else {
            throw JournalError(
                .damaged(.headerMisfit), file: segment.name, offset: 0, sequence: segment.first,
                reason: "the file has \(bytes.count) bytes, the header says \(header.segmentBytes)")
        }
        if let previous, !continues(bytes, previous, digests) {
            throw JournalError(
                .damaged(.brokenChain), file: segment.name, offset: 0, sequence: segment.first,
                reason: "its header does not continue the chain before it")
        }
        var scanner = SegmentScanner(
            bytes: bytes, header: header, seed: seed, following: following, digests: digests)
        var records = 0
        while true {
            switch scanner.next() {
            case .record(let record):
                try each(record)
                records += 1
            case .end(let end):
                let isWhole = end.next == following
                let gap = isWhole ? 0 : try declaredGap(before: following, in: path, digests: digests)
                guard isWhole || following.value &- end.next.value <= gap else {
                    throw JournalError(
                        .damaged(.lostBatch), file: segment.name, offset: end.offset, sequence: end.next,
                        reason: "the next segment begins with record \(following.value)")
                }
                return ReadSegment(identity: header.identity, chain: end.chain, records: records)
            case .refused(let damage):
                throw JournalError(
                    damage.label == .unknownFlag ? .newerVersion : .damaged(damage.label), file: segment.name,
                    offset: damage.offset, sequence: damage.sequence,
                    reason: "\(damage.place.rawValue) where record \(damage.sequence.value) belongs")
            }
        }
    }

    /// How many records the segment that begins with a sequence declares missing before it: not zero only in a
    /// journal that was salvaged.
    ///
    /// - Throws: ``JournalError`` when its header cannot be read.
    public static func declaredGap(
        before first: JournalSequence, in path: String, digests: JournalDigests
    ) throws(JournalError) -> UInt64 {
        let memory = try load(FileNames.segment(first), in: path, bytesMax: SegmentHeader.bytes)
        defer { memory.deallocate() }
        let segment = JournalDirectory.Segment(name: FileNames.segment(first), first: first, following: nil)
        return try header(of: segment, UnsafeRawBufferPointer(memory), digests).header.declaredGap
    }

    /// When a segment was begun.
    ///
    /// - Throws: ``JournalError`` when its header cannot be read.
    public static func created(
        _ segment: JournalDirectory.Segment, in path: String, digests: JournalDigests
    ) throws(JournalError) -> WallTime {
        let memory = try load(segment.name, in: path, bytesMax: SegmentHeader.bytes)
        defer { memory.deallocate() }
        return try header(of: segment, UnsafeRawBufferPointer(memory), digests).header.created
    }

    /// Checks that a journal goes on where a snapshot ends.
    ///
    /// - Throws: ``SnapshotRefusal``: `ahead` when the journal has no segment behind it, `foreign` when that
    ///   segment does not continue what was folded, `unreadable` when the disk does not tell.
    public static func check(
        _ snapshot: SnapshotHeader, against segments: [JournalDirectory.Segment], in path: String,
        digests: JournalDigests
    ) throws(SnapshotRefusal) {
        let name = SnapshotFiles.name(snapshot.sequence)
        let ahead = SnapshotRefusal(
            .ahead, file: name,
            detail: "holds records up to \(snapshot.sequence.value), and no segment of the journal begins behind")
        guard let next = segments.first(where: { $0.first > snapshot.sequence }) else { throw ahead }
        let isBehind: Bool
        do throws(JournalError) {
            let memory = try load(next.name, in: path, bytesMax: SegmentHeader.bytes)
            defer { memory.deallocate() }
            let bytes = UnsafeRawBufferPointer(memory)
            let header = try header(of: next, bytes, digests).header
            isBehind = next.first.value - 1 - header.declaredGap <= snapshot.sequence.value
            guard !isBehind || header.identity == snapshot.identity && continues(bytes, snapshot.chain, digests)
            else {
                throw JournalError(.damaged(.foreignSegment), file: next.name, reason: "")
            }
        } catch {
            guard error.code == .damaged(.foreignSegment) else {
                throw SnapshotRefusal(.unreadable, file: name, detail: "cannot be checked: \(error)")
            }
            throw SnapshotRefusal(
                .foreign, file: name,
                detail: "is of another journal, or of records that were lost since: "
                    + "\(next.name) does not continue it")
        }
        guard isBehind else { throw ahead }
    }

    private static func continues(
        _ segment: UnsafeRawBufferPointer, _ previous: ChainValue, _ digests: JournalDigests
    ) -> Bool {
        SegmentHeader.chain(segment, previous: previous, digests: digests)
            == SegmentHeader.chainClaimed(by: segment)
    }

    private static func header(
        of segment: JournalDirectory.Segment, _ bytes: UnsafeRawBufferPointer, _ digests: JournalDigests
    ) throws(JournalError) -> (header: SegmentHeader, seed: UInt32) {
        do throws(SegmentHeader.Refusal) {
            let decoded = try SegmentHeader.decode(bytes, checksum: digests.checksum)
            guard decoded.header.first == segment.first else { throw .badValue }
            return decoded
        } catch {
            throw JournalError(
                error == .newerVersion
                    ? .newerVersion : .damaged(error == .unreadable ? .headerUnreadable : .headerMisfit),
                file: segment.name, offset: 0, sequence: segment.first, reason: "its header cannot be used")
        }
    }

    /// The first `bytesMax` bytes of a file. The caller deallocates.
    private static func load(
        _ name: String, in path: String, bytesMax: Int = JournalLimits.segmentBytesRange.upperBound
    ) throws(JournalError) -> UnsafeMutableRawBufferPointer {
        try journaling("read", file: name) { () throws(Errno) in
            let file = try Files.open(name, in: try Files.openDirectory(path), access: .readOnly)
            let memory = UnsafeMutableRawBufferPointer.allocate(
                byteCount: min(try Files.size(of: file), bytesMax), alignment: 4096)
            do throws(Errno) {
                let count = try Files.pread(file, at: 0, into: memory)
                guard count == memory.count else { throw .inputOutput }
            } catch {
                memory.deallocate()
                throw error
            }
            return memory
        }
    }
}
