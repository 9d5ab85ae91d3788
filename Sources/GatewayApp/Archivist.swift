// The journal's second reader. In its own time it reads every finished segment again, proves it whole, folds it
// into a snapshot of the state, and lets old segments go. It never touches the alert path or its memory.

import AlertDispatch
import AlertModel
import History
import Journal
import JournalFiles
import LinuxIO
import Logging
import Settings
import Synchronization
import Telemetry

/// A thread of low priority beside the gateway.
///
/// The state is the fold of the journal, so anyone can compute it: the newest snapshot and the closed segments
/// behind it give the next snapshot. Hence no pause of the dispatcher, no second state kept in memory (only
/// while there is a segment to fold), and every snapshot is read back before the next one is made.
final class Archivist: Sendable {
    /// A catching-up archivist writes a snapshot after so many records, so that a stop costs little.
    static let recordsPerSnapshotMax = 1 << 21
    /// Age comes without any event: look once an hour.
    private static let lookEveryMs: Int32 = 3_600_000
    /// Behind the clerk, who is behind everybody.
    private static let nice: Int32 = 15

    private let site: RetentionSite
    private let policy: RetentionPolicy
    private let stores: Stores
    private let counters: Counters
    private let clock: any InstantSource
    private let log: Logger
    private let bell: EventFD
    private let isStopping = Atomic<Bool>(false)
    private let thread = Mutex<LinuxIO.Thread?>(nil)
    /// What was said last, so that the same trouble is not said every hour.
    private let lastWords = Mutex<String>("")

    /// - Throws: ``Errno`` when the process has no descriptor left.
    init(settings: Settings, stores: Stores, counters: Counters, clock: any InstantSource, log: Logger)
        throws(Errno)
    {
        site = RetentionSite(
            journal: settings.statePaths.journalDirectory, holdsFile: settings.statePaths.legalHoldsFile,
            followersDirectory: settings.statePaths.followersDirectory,
            archive: settings.journal.archiveDirectory.map(SegmentArchive.init(directory:)))
        policy = RetentionPolicy(
            keepDays: settings.journal.keepDays, keepBytes: settings.journal.keepBytesMax,
            keepSegmentsMin: settings.journal.keepSegmentsMin)
        self.stores = stores
        self.counters = counters
        self.clock = clock
        self.log = log
        bell = try EventFD()
    }

    /// - Throws: ``Errno`` when the kernel gives no thread.
    func start() throws(Errno) {
        let started = try Thread.start(name: "sos-archivist", nice: Self.nice) { [self] in run() }
        thread.withLock { $0 = started }
    }

    /// Waits for the thread; at most as long as one segment or one snapshot takes.
    func stop() {
        isStopping.store(true, ordering: .releasing)
        bell.signal()
        let running = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        running?.join()
    }

    // Pairs with the release in `stop()`.
    private var isEnding: Bool { isStopping.load(ordering: .acquiring) }

    private func run() {
        do throws(Errno) {
            // Before the first look, so that no segment is missed in between.
            let watch = try DirectoryWatch(site.journal)
            while !isEnding {
                work()
                if !isEnding { watch.wait(or: bell, timeoutMs: Self.lookEveryMs) }
            }
        } catch {
            log.error("the archivist cannot watch the journal and ends", metadata: ["reason": "\(error)"])
        }
    }

    /// Everything there is to do now.
    func work() {
        do throws(JournalError) {
            let digests = try JournalDigests.standard()
            try foldClosedSegments(digests)
            try retire(digests)
        } catch {
            counters.add(.archivistFailures)
            guard isNew("\(error)") else { return }
            if case .damaged = error.code {
                log.critical(
                    "a finished journal segment is damaged; restore it from a copy", metadata: fields(error))
            } else {
                log.error("the archivist could not do its work", metadata: fields(error))
            }
        }
    }

    private func fields(_ error: JournalError) -> Logger.Metadata { ["reason": "\(error)"] }

    private func isNew(_ words: String) -> Bool {
        lastWords.withLock { last in
            defer { last = words }
            return last != words
        }
    }
}

// MARK: - Snapshots

extension Archivist {
    /// Folds every closed segment behind the newest snapshot and writes the next one.
    private func foldClosedSegments(_ digests: JournalDigests) throws(JournalError) {
        let newest = try SnapshotFiles.list(in: site.journal).first ?? .zero
        let closed = try JournalDirectory.segments(in: site.journal).filter { $0.following != nil }
        guard let last = closed.last, last.first > newest else { return }
        let chooser = SnapshotChooser(directory: site.journal, digests: digests, counters: counters, log: log)
        let start = try chooser.newest()
        var chain = start.snapshot.map(\.chain) ?? ChainValue.zero
        var dispatcher = start.dispatcher
        var recordsSince = 0
        for segment in closed where segment.first > dispatcher.lastSequence {
            if isEnding { return }
            let read = try fold(segment, behind: chain, onto: &dispatcher, digests)
            chain = read.chain
            recordsSince += read.records
            counters.add(.segmentsVerified)
            guard segment == last || recordsSince >= Self.recordsPerSnapshotMax else { continue }
            recordsSince = 0
            try write(dispatcher, identity: read.identity, chain: chain, digests)
        }
    }

    private func fold(
        _ segment: JournalDirectory.Segment, behind chain: ChainValue, onto dispatcher: inout Dispatcher,
        _ digests: JournalDigests
    ) throws(JournalError) -> ReadSegment {
        let gap = try ClosedSegments.declaredGap(before: segment.first, in: site.journal, digests: digests)
        guard segment.first.value - gap <= dispatcher.lastSequence.next.value else {
            throw JournalError(
                .damaged(.missingSegment), file: segment.name, offset: 0, sequence: dispatcher.lastSequence.next,
                reason: "no snapshot and no segment holds the records before this segment")
        }
        var effects: [Effect] = []
        return try ClosedSegments.read(segment, in: site.journal, previous: chain, digests: digests) {
            (record) throws(JournalError) in
            let event = try Replay.decoded(record)
            dispatcher.step(event, sequence: record.sequence, at: record.instant, effects: &effects)
            effects.removeAll(keepingCapacity: true)
        }
    }

    private func write(
        _ dispatcher: borrowing Dispatcher, identity: JournalIdentity, chain: ChainValue, _ digests: JournalDigests
    ) throws(JournalError) {
        let began = clock.now()
        let snapshot = Snapshot(
            header: SnapshotHeader(
                sequence: dispatcher.lastSequence, identity: identity, stateHash: dispatcher.stateHash(),
                lastAlertChange: dispatcher.lastAlertChange, created: began.wall, chain: chain),
            body: dispatcher.snapshot())
        try SnapshotFiles.write(snapshot, in: site.journal, digests: digests)
        try SnapshotFiles.prune(in: site.journal)
        counters.add(.snapshotsWritten)
        log.info(
            "snapshot written",
            metadata: [
                "sequence": "\(snapshot.header.sequence.value)", "bytes": "\(snapshot.body.count)",
                "ms": "\(clock.now().monotonic.nanosecondsSince(began.monotonic) / 1_000_000)",
            ])
    }
}

// MARK: - Retention

extension Archivist {
    private func retire(_ digests: JournalDigests) throws(JournalError) {
        let verdict = try policy.apply(
            at: site, digests: digests, now: clock.now().wall, historyKnows: historyKnows,
            isStopping: { isEnding }, retired: record)
        switch verdict {
        case nil, .mayGo, .young, .recent: break
        case .some(let needed):
            guard isNew("\(needed)") else { return }
            log.notice("a journal segment is due and stays", metadata: ["reason": "the oldest \(needed)"])
        }
    }

    private func historyKnows(_ sequence: JournalSequence) throws(JournalError) -> Bool {
        do throws(HistoryError) {
            guard try stores.history.lastSequence() >= sequence else { return false }
            try stores.history.makeDurable()
            return true
        } catch {
            throw JournalError(.inputOutput, reason: "the history could not be asked: \(error)")
        }
    }

    /// A segment that goes is evidence that goes: the log and the audit record say which, when and whereto.
    private func record(_ retired: RetiredSegment) {
        counters.add(.segmentsRetired)
        let facts = retired.facts
        var detail =
            "\(facts.segment.name) with records \(facts.segment.first.value) to \(facts.last.value) removed"
        if let entry = retired.archived {
            detail += ", archived as \(entry.name), \(entry.bytes) bytes, SHA-256 \(entry.segmentSHA256)"
        }
        log.notice("journal segment retired", metadata: ["detail": "\(detail)"])
        let line = AuditEntry(
            at: clock.now().wall, officer: "sosgatewayd", act: .retire, alert: nil, isAllowed: true,
            detail: detail,
            peer: "-")
        Task { [stores, log] in
            do throws(HistoryError) {
                try await stores.accounts.append(line)
            } catch {
                log.critical(
                    "the removal of a journal segment is not in the audit record",
                    metadata: ["reason": "\(error)", "detail": "\(line.detail)"])
            }
        }
    }
}

extension JournalLimits {
    /// The defaults with what the configuration says.
    init(_ settings: JournalSettings) {
        self.init()
        segmentBytes = settings.segmentBytes
    }
}
