// A new journal from the readable records of a damaged one. Every record keeps its sequence; where records are
// missing, the next segment declares the gap, so that recovery knows it for one.

public import AlertModel

/// Where a salvaged journal goes: whole segments, in order.
public protocol SalvageTarget: ~Copyable {
    /// Keeps a segment's bytes, durably.
    mutating func put(
        _ segment: JournalSequence, _ bytes: UnsafeRawBufferPointer
    ) throws(JournalError)
}

/// Sequences that the salvaged journal does not hold.
public struct JournalGap: Hashable, Sendable {
    /// The first missing sequence.
    public let first: JournalSequence
    /// The last missing sequence.
    public let last: JournalSequence
    /// When the record before it was taken; nil at the journal's beginning.
    public let after: WallTime?
    /// When the record behind it was taken.
    public let before: WallTime

    /// How many records are missing.
    public var count: UInt64 { last.value - first.value + 1 }
}

/// Packs records into segments. One thread; holds one segment in memory.
///
/// Segments are as large as what they hold, so that a hundred gaps do not take a hundred times 64 MiB.
public struct JournalSalvage: ~Copyable {
    private let limits: JournalLimits
    private let identity: JournalIdentity
    private let digests: JournalDigests
    private let image: UnsafeMutableRawBufferPointer
    private var batches: [Batch] = []
    private var first: JournalSequence?
    private var gapBefore: UInt64 = 0
    private var chain: ChainValue
    /// The last sequence taken.
    public private(set) var last: JournalSequence
    private var lastWall: WallTime?
    /// Records taken.
    public private(set) var records = 0
    /// Segments put.
    public private(set) var segments = 0
    /// What is missing, in order.
    public private(set) var gaps: [JournalGap] = []

    /// A batch in the image, not yet sealed.
    private struct Batch {
        let start: Int
        let first: JournalSequence
        var used: Int
        var count: Int
    }

    /// - Parameter start: what the salvaged journal holds already.
    /// - Throws: ``JournalError``: `badLimits`.
    public init(
        limits: JournalLimits = JournalLimits(), start: SalvageStart, digests: JournalDigests
    ) throws(JournalError) {
        try limits.validate()
        self.limits = limits
        identity = start.identity
        chain = start.chain
        last = start.last
        lastWall = start.lastWall
        self.digests = digests
        image = .allocate(byteCount: limits.segmentBytes, alignment: SegmentHeader.bytes)
        _ = image.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit { image.deallocate() }

    /// Takes a record; copies its body. A record that is not behind the last one is left out.
    ///
    /// - Throws: ``JournalError`` of the target; `bodyTooLarge` for a record that no batch holds.
    public mutating func append<Target: SalvageTarget & ~Copyable>(
        _ record: JournalRecord, to target: inout Target
    ) throws(JournalError) {
        guard record.sequence > last else { return }
        let size = RecordHeader.recordBytes(bodyBytes: record.body.count)
        let bodyOffset = SegmentHeader.bytes.roundedUp(to: limits.batchAlignment)
        guard bodyOffset + BatchHeader.bytes + size <= image.count,
            BatchHeader.bytes + size <= JournalLimits.batchBytesCeiling
        else {
            throw JournalError(
                .bodyTooLarge, sequence: record.sequence, reason: "a body of \(record.body.count) bytes")
        }
        if record.sequence != last.next {
            try finishSegment(to: &target)
            gaps.append(
                JournalGap(
                    first: last.next, last: JournalSequence(record.sequence.value - 1), after: lastWall,
                    before: record.instant.wall))
            gapBefore = record.sequence.value - last.next.value
        }
        let isNew = place(record, bytes: size, bodyOffset: bodyOffset)
        if !isNew {
            try finishSegment(to: &target)
            _ = place(record, bytes: size, bodyOffset: bodyOffset)
        }
        last = record.sequence
        lastWall = record.instant.wall
        records += 1
    }

    /// Puts what is left.
    ///
    /// - Throws: ``JournalError`` of the target.
    public mutating func finish<Target: SalvageTarget & ~Copyable>(
        to target: inout Target
    ) throws(JournalError) {
        try finishSegment(to: &target)
    }

    /// Writes the record into the current batch or a new one; false when the segment has no room.
    private mutating func place(_ record: JournalRecord, bytes: Int, bodyOffset: Int) -> Bool {
        if let open = batches.last, open.used + bytes <= limits.batchBytesMax,
            open.start + open.used + bytes <= image.count
        {
            RecordHeader.write(record, at: open.start + open.used, of: image)
            batches[batches.count - 1].used += bytes
            batches[batches.count - 1].count += 1
            return true
        }
        let start = batches.last.map { ($0.start + $0.used).roundedUp(to: limits.batchAlignment) } ?? bodyOffset
        guard start + BatchHeader.bytes + bytes <= image.count else { return false }
        RecordHeader.write(record, at: start + BatchHeader.bytes, of: image)
        batches.append(Batch(start: start, first: record.sequence, used: BatchHeader.bytes + bytes, count: 1))
        if first == nil { first = record.sequence }
        return true
    }

    private mutating func finishSegment<Target: SalvageTarget & ~Copyable>(
        to target: inout Target
    ) throws(JournalError) {
        guard let first, let end = batches.last.map({ $0.start + $0.used }), let created = lastWall else { return }
        var limits = limits
        limits.segmentBytes = max(
            end.roundedUp(to: SegmentHeader.bytes), JournalLimits.segmentBytesRange.lowerBound)
        let header = SegmentHeader(
            limits: limits, first: first, durableThrough: JournalSequence(first.value - 1), created: created,
            identity: identity, declaredGap: gapBefore)
        let block = UnsafeMutableRawBufferPointer(rebasing: image[..<SegmentHeader.bytes])
        let seed: UInt32
        (seed, chain) = header.encode(into: block, previous: chain, digests: digests)
        for batch in batches { seal(batch, seed: seed) }
        try target.put(first, UnsafeRawBufferPointer(rebasing: image[..<limits.segmentBytes]))
        segments += 1
        _ = UnsafeMutableRawBufferPointer(rebasing: image[..<limits.segmentBytes])
            .initializeMemory(as: UInt8.self, repeating: 0)
        batches.removeAll(keepingCapacity: true)
        self.first = nil
        gapBefore = 0
    }

    private mutating func seal(_ batch: Batch, seed: UInt32) {
        let durable = JournalSequence(batch.first.value - 1)
        let end = batch.start + batch.used
        var place = batch.start + BatchHeader.bytes
        while place < end {
            place = RecordHeader.seal(
                at: place, of: image, durableThrough: durable, seed: seed, checksum: digests.checksum)
        }
        chain = BatchHeader.seal(
            UnsafeMutableRawBufferPointer(rebasing: image[batch.start..<end]), batchBytes: batch.used,
            recordCount: batch.count, durableThrough: durable, offset: batch.start, seed: seed, previous: chain,
            digests: digests)
    }
}
