// From the journal on disk to a dispatcher that knows everything, before anyone may connect.

import AlertDispatch
import AlertModel
import ConsoleAPI
import Journal
import JournalFiles
import LinuxIO
import Logging
import Settings
import Telemetry

/// State rebuilt from the journal, and the journal ready for more.
struct Replay: ~Copyable {
    var dispatcher: Dispatcher
    var writer: JournalWriter

    /// Replays the journal, from a snapshot where there is one, and brings the consoles' feed and the history up
    /// to it.
    ///
    /// - Parameter limits: sizes of segments from now on.
    /// - Throws: ``GatewayError`` when the journal is damaged, in use or of a newer version, or the disk refuses.
    static func run(
        journalDirectory: String, limits: JournalLimits = JournalLimits(), feed: ConsoleFeed,
        history: HistoryKeeper,
        counters: Counters, log: Logger
    ) throws(GatewayError) -> Replay {
        let began = SystemClock().now().monotonic
        let chooser = try snapshotChooser(journalDirectory, counters: counters, log: log)
        let start = chooser.choose(historyKnown: history.known)
        var unwritten = UnwrittenHistory(history)
        let from = start.snapshot?.sequence
        var changes = LatestChanges(since: from ?? .zero)
        if let from, history.known < from { write(start.dispatcher, at: from, to: history) }
        let loaded = SystemClock().now().monotonic
        let replay = try fold(journalDirectory, limits: limits, onto: start, counters: counters) {
            sequence, entry in
            changes.add(entry, sequence: sequence)
            guard sequence > history.known else { return }
            unwritten.add(entry, sequence: sequence)
        }
        unwritten.write()
        changes.tell(feed, of: replay.dispatcher)
        report(replay.writer.report, last: replay.writer.lastSequence, log: log)
        let ended = SystemClock().now().monotonic
        log.info(
            "state rebuilt",
            metadata: [
                "snapshot_sequence": "\(from?.value ?? 0)",
                "snapshot_ms": "\(loaded.nanosecondsSince(began) / 1_000_000)",
                "replay_ms": "\(ended.nanosecondsSince(loaded) / 1_000_000)",
            ])
        guard history.known > replay.writer.lastSequence else { return replay }
        return try rewriteHistory(
            history, behind: replay, journalDirectory, limits: limits, chooser: chooser, counters: counters,
            log: log)
    }

    private static func snapshotChooser(
        _ journalDirectory: String, counters: Counters, log: Logger
    ) throws(GatewayError) -> SnapshotChooser {
        do throws(JournalError) {
            return SnapshotChooser(
                directory: journalDirectory, digests: try .standard(), counters: counters, log: log)
        } catch {
            throw GatewayError(.unavailable, "\(error)")
        }
    }

    /// Gives the history the alerts that a snapshot holds.
    private static func write(
        _ dispatcher: borrowing Dispatcher, at sequence: JournalSequence, to history: HistoryKeeper
    ) {
        var entries: [(JournalSequence, FeedEntry)] = []
        dispatcher.feedSnapshot { if case .alert = $0 { entries.append((sequence, $0)) } }
        history.write(entries)
    }

    /// The history knows records that the journal does not: the journal was restored from an older copy, or
    /// lost its end. The gateway acts on the journal; the old history is kept for whoever looks into it, because
    /// it may be the last evidence of those records, and a new one is made from the journal.
    private static func rewriteHistory(
        _ history: HistoryKeeper, behind replay: consuming Replay, _ journalDirectory: String,
        limits: JournalLimits, chooser: SnapshotChooser, counters: Counters, log: Logger
    ) throws(GatewayError) -> Replay {
        let kept = try history.startAnew()
        log.critical(
            "the history knows records that the journal does not: it was restored from an older copy or lost its end",
            metadata: [
                "history_last_sequence": "\(history.known.value)",
                "journal_last_sequence": "\(replay.writer.lastSequence.value)", "history_kept_as": "\(kept)",
            ])
        // Gives the journal's lock back for the second reading.
        _ = consume replay
        let start = chooser.choose(historyKnown: .zero)
        if let from = start.snapshot?.sequence { write(start.dispatcher, at: from, to: history) }
        var unwritten = UnwrittenHistory(history)
        let second = try fold(journalDirectory, limits: limits, onto: start, counters: counters) {
            sequence, entry in
            unwritten.add(entry, sequence: sequence)
        }
        unwritten.write()
        return second
    }

    /// Folds the journal into a state and hands out what consoles and history are to know.
    private static func fold(
        _ journalDirectory: String, limits: JournalLimits, onto start: consuming StartingPoint, counters: Counters,
        each: (JournalSequence, FeedEntry) -> Void
    ) throws(GatewayError) -> Replay {
        var dispatcher = start.dispatcher
        let from = dispatcher.lastSequence.next
        var effects: [Effect] = []
        do throws(JournalError) {
            let writer = try JournalWriter.open(
                directory: journalDirectory, limits: limits, counters: counters, from: from
            ) { (record) throws(JournalError) in
                let event = try decoded(record)
                dispatcher.step(event, sequence: record.sequence, at: record.instant, effects: &effects)
                for case .feed(let entry) in effects {
                    if case .result = entry { continue }
                    each(record.sequence, entry)
                }
                effects.removeAll(keepingCapacity: true)
            }
            return Replay(dispatcher: dispatcher, writer: writer)
        } catch {
            throw GatewayError(error.isPermission ? .noPermission : .inputOutput, "journal: \(error)")
        }
    }

    /// A record that this version cannot read would make another state than the one that was acknowledged.
    static func decoded(_ record: JournalRecord) throws(JournalError) -> Event {
        do throws(DecodeError) {
            return try Event(kind: record.kind, body: record.body)
        } catch {
            throw JournalError(
                .newerVersion, offset: nil, sequence: record.sequence,
                reason:
                    "a record of kind \(record.kind) is not known here (\(error.reason) at byte \(error.offset)); "
                    + "start the version of sosgatewayd that wrote it, or a newer one")
        }
    }

    private static func report(_ report: RecoveryReport, last: JournalSequence, log: Logger) {
        if let cut = report.cut {
            log.warning(
                "a torn tail of the journal was cut",
                metadata: [
                    "file": "\(cut.file)", "offset": "\(cut.offset)", "bytes": "\(cut.bytes)",
                    "sequence": "\(cut.sequence.value)", "case": "\(cut.label.rawValue)",
                ])
        }
        for gap in report.gaps {
            log.critical(
                "the journal was salvaged and says that records are missing; see its salvage-report.txt",
                metadata: ["first": "\(gap.first.value)", "last": "\(gap.last.value)"])
        }
        log.info("journal replayed", metadata: ["last_sequence": "\(last.value)", "records": "\(report.records)"])
    }

    /// Journals that this process took over and what changed in the registry, and applies it: every link of
    /// an earlier process is gone, every registered unit and centre is known.
    ///
    /// - Throws: ``GatewayError`` when the disk refuses.
    @discardableResult
    mutating func takeOver(
        registry: Registry, started: GatewayStarted, feed: ConsoleFeed, history: HistoryKeeper, now: Instant,
        log: Logger
    ) throws(GatewayError) -> [Event] {
        let changes = RegistrySync.events(from: dispatcher, to: registry)
        var entries: [(JournalSequence, FeedEntry)] = []
        do throws(JournalError) {
            // The start comes first: it tells the dispatcher that a new process's monotonic clock begins.
            for event in [.gatewayStarted(started)] + changes {
                try journal(event, now: now, entries: &entries)
            }
            try writer.commit()
        } catch {
            throw GatewayError(.inputOutput, "journal: \(error)")
        }
        for (sequence, entry) in entries { feed.apply(entry, sequence: sequence) }
        history.write(entries)
        if !changes.isEmpty { log.info("registry changed", metadata: ["records": "\(changes.count)"]) }
        return changes
    }

    private mutating func journal(
        _ event: Event, now: Instant, entries: inout [(JournalSequence, FeedEntry)]
    ) throws(JournalError) {
        if writer.batchIsFull { try writer.commit() }
        let body = [UInt8](unsafeUninitializedCapacity: Event.bodyBytesMax) { buffer, count in
            guard let bytes = event.encode(into: UnsafeMutableRawBufferPointer(buffer)) else {
                preconditionFailure("every event fits its largest body")
            }
            count = bytes
        }
        var appended: Result<JournalSequence, JournalError>?
        body.withUnsafeBytes { bytes in
            do throws(JournalError) {
                appended = .success(try writer.append(kind: event.kind.rawValue, at: now, body: bytes))
            } catch {
                appended = .failure(error)
            }
        }
        guard let sequence = try appended?.get() else { return }
        var effects: [Effect] = []
        dispatcher.step(event, sequence: sequence, at: now, effects: &effects)
        for case .feed(let entry) in effects { entries.append((sequence, entry)) }
    }
}
