// Paperwork: the history database and the log. It may wait for the disk; nobody waits for it.

import AlertModel
import ConsoleAPI
import EventRing
import LinuxIO
import Logging
import Synchronization
import Telemetry
import UnitTransport

/// What the feed agent leaves for the clerk: the latest state of each changed alert.
///
/// Of an alert only the newest state matters to the history, so however long the disk takes, at most one entry
/// an alert waits here.
final class ClerkInbox: Sendable {
    private let latest = Mutex<[AlertID: (sequence: JournalSequence, alert: Alert)]>([:])
    private let warnings = Mutex<[GatewayWarning]>([])
    private let doorbell: Doorbell

    init(doorbell: Doorbell) { self.doorbell = doorbell }

    func put(_ entry: FeedEntry, sequence: JournalSequence) {
        guard case .alert(let alert) = entry else { return }
        let isFirst = latest.withLock { latest in
            latest[alert.id] = (sequence, alert)
            return latest.count == 1
        }
        // What gathers already wakes nobody: the clerk knows of it.
        if isFirst { doorbell.ring() }
    }

    /// Everything that waits, in journal order.
    func takeAll() -> [(JournalSequence, FeedEntry)] {
        let taken = latest.withLock { latest in
            defer { latest.removeAll() }
            return latest
        }
        return taken.values.sorted { $0.sequence < $1.sequence }.map { ($0.sequence, .alert($0.alert)) }
    }

    /// Whether no alert waits.
    var isEmpty: Bool { latest.withLock(\.isEmpty) }

    /// Whether a word for the log waits.
    var hasWarnings: Bool { warnings.withLock { !$0.isEmpty } }

    /// Leaves a self-alarm for the log. A handful in the life of a process.
    func put(_ warning: GatewayWarning) {
        warnings.withLock { $0.append(warning) }
        doorbell.ring()
    }

    func takeWarnings() -> [GatewayWarning] {
        warnings.withLock { warnings in
            defer { warnings.removeAll() }
            return warnings
        }
    }
}

/// Writes history in transactions and connection reports into the log.
///
/// Between two transactions it lets changes gather for ``gatherMs``: under load one transaction then takes what would
/// otherwise be hundreds, and the processors belong to the alert path. Nobody waits for the history.
final class ClerkAgent: Agent {
    static let reportsMax = 256
    /// How long changes gather before they are written.
    static let gatherMs: Int32 = 250

    let name = "sos-clerk"
    private let inbox: ClerkInbox
    private let history: HistoryKeeper
    private let handshakeReports: RecordConsumer
    private let sessionReports: RecordConsumer
    private let doorbell: Doorbell
    private let log: Logger
    /// When the next transaction may begin.
    private var mayWriteAt = MonotonicTime(nanoseconds: 0)
    private var now = MonotonicTime(nanoseconds: 0)

    init(
        inbox: ClerkInbox, history: HistoryKeeper, handshakeReports: consuming RecordConsumer,
        sessionReports: consuming RecordConsumer, doorbell: Doorbell, log: Logger
    ) {
        self.inbox = inbox
        self.history = history
        self.handshakeReports = handshakeReports
        self.sessionReports = sessionReports
        self.doorbell = doorbell
        self.log = log
    }

    func doWork(now: Instant) -> Int {
        var worked = handshakeReports.drain(max: Self.reportsMax) { kind, body in
            logReport(kind: kind, body: body)
            return .next
        }
        worked += sessionReports.drain(max: Self.reportsMax) { kind, body in
            logReport(kind: kind, body: body)
            return .next
        }
        for warning in inbox.takeWarnings() { logWarning(warning) }
        self.now = now.monotonic
        if now.monotonic >= mayWriteAt, writeHistory() > 0 {
            mayWriteAt = now.monotonic.advanced(byNanoseconds: UInt64(Self.gatherMs) * 1_000_000)
        }
        return worked
    }

    func waitForWork() {
        doorbell.prepareToSleep()
        if !inbox.hasWarnings && handshakeReports.isEmpty && sessionReports.isEmpty {
            doorbell.wait(timeoutMs: inbox.isEmpty ? idleWaitMs : gatherRestMs)
        }
        doorbell.cancelSleep()
    }

    /// Writes what waits. For the stop, after the thread has ended, and for `doWork`.
    ///
    /// - Returns: entries written.
    @discardableResult
    func writeHistory() -> Int {
        let batch = inbox.takeAll()
        history.write(batch)
        return batch.count
    }

    /// How long changes still gather, ms; as of the last turn.
    private var gatherRestMs: Int32 {
        guard now < mayWriteAt else { return 0 }
        return Int32(clamping: mayWriteAt.nanosecondsSince(now) / 1_000_000 + 1)
    }

    func wake() { doorbell.ring() }

    private func logWarning(_ warning: GatewayWarning) {
        let fields: Logger.Metadata = ["kind": "\(warning.kind.rawValue)", "detail": "\(warning.detail)"]
        if warning.isActive {
            log.critical("\(warning.kind.meaning)", metadata: fields)
        } else {
            log.notice("over: \(warning.kind.meaning)", metadata: fields)
        }
    }

    private func logReport(kind: UInt8, body: UnsafeRawBufferPointer) {
        guard let report = try? ConnectionReport(kind: kind, body: body) else { return }
        let fields: Logger.Metadata = [
            "peer": "\(report.peer)", "unit": "\(report.unit.map { "\($0)" } ?? "-")",
            "detail": "\(report.detail)",
        ]
        switch report.what {
        case .handshakeFailed(let kind):
            log.warning("handshake failed", metadata: fields.merging(["reason": "\(kind)"]) { $1 })
        case .refused: log.warning("connection refused", metadata: fields)
        case .acceptFailed: log.error("no connection can be accepted", metadata: fields)
        case .linkOpened: log.info("link opened", metadata: fields)
        case .linkEnded(let end):
            let level: Logger.Level = end == .protocolError || end == .writeStalled ? .warning : .info
            log.log(level: level, "link ended", metadata: fields.merging(["reason": "\(end)"]) { $1 })
        }
    }
}
