// From the journal on disk to a dispatcher that knows everything, before anyone may connect.

import AlertDispatch
import AlertModel
import ConsoleAPI
import History
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

    /// History entries written in one transaction during a replay.
    private static let historyBatchMax = 10_000

    /// Replays the journal and brings the consoles' feed and the history up to it.
    ///
    /// - Throws: ``GatewayError`` when the journal is damaged, in use or of a newer version, or the disk refuses.
    static func run(
        journalDirectory: String, feed: ConsoleFeed, history: History, counters: Counters, log: Logger
    ) throws(GatewayError) -> Replay {
        var dispatcher = Dispatcher()
        var effects: [Effect] = []
        var unwritten: [(JournalSequence, FeedEntry)] = []
        let known = historySequence(history, log: log)
        do throws(JournalError) {
            let writer = try JournalWriter.open(directory: journalDirectory, counters: counters) {
                (record) throws(JournalError) in
                let event = try decoded(record)
                dispatcher.step(event, sequence: record.sequence, at: record.instant, effects: &effects)
                for case .feed(let entry) in effects {
                    if case .result = entry { continue }
                    feed.apply(entry, sequence: record.sequence)
                    if record.sequence > known { unwritten.append((record.sequence, entry)) }
                }
                effects.removeAll(keepingCapacity: true)
                if unwritten.count >= historyBatchMax { write(&unwritten, to: history, log: log) }
            }
            write(&unwritten, to: history, log: log)
            report(writer.report, last: writer.lastSequence, log: log)
            if known > writer.lastSequence { rewrite(history, from: dispatcher, log: log) }
            return Replay(dispatcher: dispatcher, writer: writer)
        } catch {
            throw GatewayError(error.isPermission ? .noPermission : .inputOutput, "journal: \(error)")
        }
    }

    /// A record that this version cannot read would make another state than the one that was acknowledged.
    private static func decoded(_ record: JournalRecord) throws(JournalError) -> Event {
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
        log.info("journal replayed", metadata: ["last_sequence": "\(last.value)", "records": "\(report.records)"])
    }

    /// The history knows more than the journal, which a person must look into. The journal is what the gateway
    /// acts on, so the history starts anew with what is open: old numbers would hide new alerts.
    private static func rewrite(_ history: History, from dispatcher: borrowing Dispatcher, log: Logger) {
        log.critical(
            "the history knows records that the journal does not: it was restored from an older copy or lost its end",
            metadata: ["journal_last_sequence": "\(dispatcher.lastSequence.value)"])
        var entries: [(JournalSequence, FeedEntry)] = []
        let sequence = dispatcher.lastSequence
        dispatcher.feedSnapshot { entries.append((sequence, $0)) }
        do {
            try history.removeAll()
        } catch {
            log.error("history was not emptied", metadata: ["reason": "\(error)"])
        }
        write(&entries, to: history, log: log)
    }

    /// Journals that this process took over and what changed in the registry, and applies it: every link of
    /// an earlier process is gone, every registered unit and centre is known.
    ///
    /// - Throws: ``GatewayError`` when the disk refuses.
    mutating func takeOver(
        registry: Registry, defaultCentre: CentreID, feed: ConsoleFeed, history: History, now: Instant, log: Logger
    ) throws(GatewayError) {
        let changes = RegistrySync.events(from: dispatcher, to: registry)
        var entries: [(JournalSequence, FeedEntry)] = []
        do throws(JournalError) {
            for event in changes + [.gatewayStarted(GatewayStarted(defaultCentre: defaultCentre))] {
                try journal(event, now: now, entries: &entries)
            }
            try writer.commit()
        } catch {
            throw GatewayError(.inputOutput, "journal: \(error)")
        }
        for (sequence, entry) in entries { feed.apply(entry, sequence: sequence) }
        Self.write(&entries, to: history, log: log)
        if !changes.isEmpty { log.info("registry changed", metadata: ["records": "\(changes.count)"]) }
    }

    private mutating func journal(
        _ event: Event, now: Instant, entries: inout [(JournalSequence, FeedEntry)]
    ) throws(JournalError) {
        if writer.batchIsFull { try writer.commit() }
        let body = [UInt8](unsafeUninitializedCapacity: Event.bodyBytesMax) { buffer, count in
            count = event.encode(into: UnsafeMutableRawBufferPointer(buffer)) ?? 0
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

    private static func historySequence(_ history: History, log: Logger) -> JournalSequence {
        do {
            return try history.lastSequence()
        } catch {
            log.error("history unreadable; writing it again", metadata: ["reason": "\(error)"])
            return .zero
        }
    }

    private static func write(
        _ entries: inout [(JournalSequence, FeedEntry)], to history: History, log: Logger
    ) {
        guard !entries.isEmpty else { return }
        do {
            try history.apply(entries)
        } catch {
            log.error("history was not written", metadata: ["reason": "\(error)", "entries": "\(entries.count)"])
        }
        entries.removeAll(keepingCapacity: true)
    }
}
