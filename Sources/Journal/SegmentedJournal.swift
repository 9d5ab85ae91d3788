// The journal itself over any storage: order, batches, segments. No clock, no file, no thread.

public import AlertModel

/// An open journal: records go in, batches become durable.
///
/// One thread owns it. ``append(kind:at:body:)`` allocates nothing and touches no disk; ``commit()`` is one
/// write and one sync, and now and then a new segment. A refusal of the disk is final: the same error comes
/// from every later call, because after a failed sync nobody knows what the disk holds.
public struct SegmentedJournal<Storage: JournalStorage & ~Copyable>: ~Copyable {
    /// Borrowed by the file layer for its own figures.
    public private(set) var storage: Storage
    private let limits: JournalLimits
    private let digests: JournalDigests
    private let identity: JournalIdentity
    private var batch: BatchBuffer
    private var headerBlock: HeaderBlock
    private var segment: CurrentSegment
    private var failure: JournalError?

    /// The last record appended, durable or not.
    public private(set) var lastSequence: JournalSequence
    /// The last record that is on stable storage.
    public private(set) var durableSequence: JournalSequence
    /// The chain up to ``durableSequence``: whoever keeps it elsewhere can prove later that nothing before it
    /// was changed.
    public private(set) var chain: ChainValue
    /// What the opening found.
    public let report: RecoveryReport

    /// Opens or founds a journal: reads it in order, cuts a torn tail, refuses a hole.
    ///
    /// Everything handed to `replay` is durable when this returns, also what an earlier process wrote and
    /// could not sync.
    /// - Parameters:
    ///   - from: the first sequence to replay, when a snapshot holds everything before. Segments wholly before
    ///     it are not read and may be gone; records before it in the first segment read are checked only.
    ///   - identity: for a journal that does not exist yet: 16 random bytes.
    ///   - now: for the header of a segment made now.
    ///   - replay: receives every record from there on; may refuse with an error of its own.
    /// - Throws: ``JournalError``; `damaged` names file, offset, sequence and the row of the recovery table.
    ///   With `snapshotAhead` the journal ends before `from`, and nothing on the disk was changed.
    public static func open(
        _ storage: consuming Storage, limits: JournalLimits, identity: JournalIdentity, now: WallTime,
        digests: JournalDigests, from: JournalSequence = .zero.next,
        replay: (JournalRecord) throws(JournalError) -> Void
    ) throws(JournalError) -> SegmentedJournal {
        try limits.validate()
        let first = max(from, .zero.next)
        let found = try JournalRecovery(digests: digests).run(on: &storage, from: first, replay: replay)
        var journal = SegmentedJournal(
            storage: storage, limits: limits, identity: found.identity ?? identity, digests: digests,
            segment: found.segment, last: found.last, chain: found.chain ?? .zero, report: found.report)
        if found.segment.seed == nil { try journal.roll(created: now) }
        return journal
    }

    private init(
        storage: consuming Storage, limits: JournalLimits, identity: JournalIdentity,
        digests: JournalDigests, segment: CurrentSegment, last: JournalSequence, chain: ChainValue,
        report: RecoveryReport
    ) {
        self.storage = storage
        self.limits = limits
        self.identity = identity
        self.digests = digests
        self.chain = chain
        self.segment = segment
        self.report = report
        lastSequence = last
        durableSequence = last
        batch = BatchBuffer(limits: limits)
        headerBlock = HeaderBlock()
    }

    /// Whether ``commit()`` has to come before the next ``append(kind:at:body:)``.
    public var batchIsFull: Bool { batch.isFull }

    /// Puts a record into the batch. Allocates nothing; nothing is durable yet.
    ///
    /// - Parameters:
    ///   - kind: what the record is; not the journal's business.
    ///   - body: borrowed during the call.
    /// - Precondition: ``batchIsFull`` is false.
    /// - Returns: the record's place in the one global order.
    /// - Throws: ``JournalError``: `bodyTooLarge`, and nothing happened; or the error that ended the journal.
    public mutating func append(
        kind: UInt8, at instant: Instant, body: UnsafeRawBufferPointer
    ) throws(JournalError) -> JournalSequence {
        if let failure { throw failure }
        guard body.count <= limits.bodyBytesMax else {
            throw JournalError(
                .bodyTooLarge, reason: "a body of \(body.count) bytes, allowed are \(limits.bodyBytesMax)")
        }
        let sequence = lastSequence.next
        batch.append(JournalRecord(sequence: sequence, instant: instant, kind: kind, body: body))
        lastSequence = sequence
        return sequence
    }

    /// Writes and syncs the batch; with an empty one it does nothing.
    ///
    /// - Returns: records and bytes that became durable.
    /// - Throws: ``JournalError``; final.
    @discardableResult
    public mutating func commit() throws(JournalError) -> (records: Int, bytes: Int) {
        if let failure { throw failure }
        guard batch.recordCount > 0 else { return (0, 0) }
        do throws(JournalError) {
            let bytes = try write()
            let records = batch.recordCount
            durableSequence = lastSequence
            batch.clear()
            return (records, bytes)
        } catch {
            failure = error
            throw error
        }
    }

    private mutating func write() throws(JournalError) -> Int {
        if segment.offset + batch.used.roundedUp(to: segment.alignment) > segment.bytes {
            try roll(created: batch.firstWall)
        }
        let (bytes, next) = batch.seal(
            offset: segment.offset, seed: segment.seed ?? 0, alignment: segment.alignment,
            durableThrough: durableSequence, previous: chain, digests: digests)
        try storage.writeDurably(bytes, at: segment.offset)
        segment.offset += bytes.count
        chain = next
        return bytes.count
    }

    /// Begins a new segment behind everything durable.
    private mutating func roll(created: WallTime) throws(JournalError) {
        let header = SegmentHeader(
            limits: limits, first: durableSequence.next, durableThrough: durableSequence, created: created,
            identity: identity)
        let (seed, next) = header.encode(into: headerBlock.memory, previous: chain, digests: digests)
        try storage.create(
            header.first, bytes: header.segmentBytes, firstBlock: UnsafeRawBufferPointer(headerBlock.memory))
        segment = CurrentSegment(
            offset: header.bodyOffset, bytes: header.segmentBytes, alignment: header.batchAlignment, seed: seed)
        chain = next
    }
}

extension SegmentedJournal: Sendable where Storage: Sendable & ~Copyable {}

/// Where the next batch goes.
struct CurrentSegment: Sendable {
    var offset: Int
    let bytes: Int
    let alignment: Int
    /// nil while there is no segment.
    let seed: UInt32?

    static let none = CurrentSegment(offset: 0, bytes: 0, alignment: SegmentHeader.bytes, seed: nil)
}

/// One aligned block for segment headers.
///
/// `@unchecked Sendable`: it alone owns its memory and cannot be copied.
struct HeaderBlock: ~Copyable, @unchecked Sendable {
    let memory = UnsafeMutableRawBufferPointer.allocate(
        byteCount: SegmentHeader.bytes, alignment: SegmentHeader.bytes)
    deinit { memory.deallocate() }
}
