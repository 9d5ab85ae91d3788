// The journal as the gateway uses it: a directory, opened and replayed, then appended to and committed by
// one thread.

public import AlertModel
public import Journal
public import LinuxIO
public import Telemetry

/// An open journal in a directory of this process alone.
///
/// ```swift
/// var writer = try JournalWriter.open(directory: path, counters: counters) { record in apply(record) }
/// let sequence = try writer.append(kind: kind, at: now, body: bytes)
/// try writer.commit()  // durable from here on
/// ```
/// One thread owns it. A record counts as stored only after ``commit()`` returned; until then nobody may be
/// told of it. An error of ``commit()`` is final, because after a failed sync nobody knows what the disk
/// holds: every later call throws it again, and only a new process, which reads the disk, may go on.
public struct JournalWriter: ~Copyable, Sendable {
    private var journal: SegmentedJournal<SegmentFiles>
    private let counters: Counters
    private var hasFailed = false

    /// Opens the journal in `directory`, or founds it there, and replays it.
    ///
    /// A tail that a crash tore is cut: its bytes are kept in a `cut-….bytes` file beside the segments and
    /// ``report`` tells of it. Anything else that is not as it was written is refused. Everything replayed
    /// is on stable storage when this returns. Reads each segment whole; needs its size in memory meanwhile.
    /// - Parameters:
    ///   - directory: made when missing; its parent must exist.
    ///   - limits: sizes from now on; older segments keep theirs.
    ///   - digests: for measurements; what is written with others than the standard ones cannot be read.
    ///   - from: the first sequence to replay, when a snapshot holds everything before. Segments wholly before
    ///     it are not read and may have been removed.
    ///   - replay: receives every record from there on in order; its body is borrowed during the call.
    /// - Throws: ``JournalError``. `locked`: another daemon runs. `permission`: mend the rights. `damaged`:
    ///   names file, offset, sequence and reason; do not start. `damaged(.snapshotAhead)`: the journal ends
    ///   before `from`; nothing was changed, and the caller may open it again without the snapshot.
    ///   `newerVersion`: upgrade. `badLimits`: mend the configuration. `noSpace`, `inputOutput`: mend the disk.
    public static func open(
        directory: String, limits: JournalLimits = JournalLimits(), counters: Counters,
        clock: any InstantSource = SystemClock(), digests: JournalDigests? = nil,
        from: JournalSequence = .zero.next,
        replay: (JournalRecord) throws(JournalError) -> Void
    ) throws(JournalError) -> JournalWriter {
        try limits.validate()
        let files = try SegmentFiles.open(
            directory: directory, segmentBytes: limits.segmentBytes, counters: counters, clock: clock)
        let chosen = if let digests { digests } else { try JournalDigests.standard() }
        let random = JournalIdentity(high: .random(in: 1...(.max)), low: .random(in: 0...(.max)))
        let journal = try SegmentedJournal.open(
            files, limits: limits, identity: random, now: clock.now().wall,
            digests: chosen, from: from, replay: replay)
        return JournalWriter(journal: journal, counters: counters)
    }

    private init(journal: consuming SegmentedJournal<SegmentFiles>, counters: Counters) {
        self.journal = journal
        self.counters = counters
    }

    /// Puts a record into the batch. No allocation, no system call; nothing is durable yet.
    ///
    /// - Parameters:
    ///   - kind: what the record is; not the journal's business.
    ///   - body: copied.
    /// - Precondition: ``batchIsFull`` is false.
    /// - Returns: the record's place in the one global order.
    /// - Throws: ``JournalError``: `bodyTooLarge`, and nothing happened; or the error that ended the journal.
    public mutating func append(
        kind: UInt8, at instant: Instant, body: UnsafeRawBufferPointer
    ) throws(JournalError) -> JournalSequence {
        try journal.append(kind: kind, at: instant, body: body)
    }

    /// Makes every appended record durable: one durable write, and when a segment is full a renamed file
    /// before it. Does nothing when nothing was appended. Blocks as long as the disk does.
    ///
    /// - Throws: ``JournalError``: `noSpace`, `permission`, `inputOutput`; final.
    public mutating func commit() throws(JournalError) {
        do throws(JournalError) {
            let (records, bytes) = try journal.commit()
            counters.add(.journalRecords, UInt64(records))
            counters.add(.journalBytes, UInt64(bytes))
        } catch {
            if !hasFailed { counters.add(.journalFailures) }
            hasFailed = true
            throw error
        }
    }

    /// Whether ``commit()`` has to come before the next ``append(kind:at:body:)``.
    public var batchIsFull: Bool { journal.batchIsFull }
    /// The last record appended, durable or not.
    public var lastSequence: JournalSequence { journal.lastSequence }
    /// The last record on stable storage.
    public var durableSequence: JournalSequence { journal.durableSequence }
    /// The chain up to ``durableSequence``, to be kept elsewhere as proof.
    public var chain: ChainValue { journal.chain }
    /// What the opening found, and what it cut.
    public var report: RecoveryReport { journal.report }
    /// Segments that had to be made inside a commit because none was ready: rare, slow, harmless.
    public var segmentsMadeInline: Int { journal.storage.segmentsMadeInline }
    /// Whether batches go to the disk past the page cache; false where the file system or the disk refuses it.
    public var isDirect: Bool { journal.storage.isDirect }
    /// Why no segment can be made ahead, such as a full disk; nil while all is well.
    public var preparingFailure: Errno? { journal.storage.preparingFailure }
}
