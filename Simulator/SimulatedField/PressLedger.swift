// What is known of every press that was made: the evidence that nothing was lost. Presses reach `stored` one by
// one; every later stage belongs to the alert, which several presses of a unit may share.

public import AlertModel
import Synchronization

/// One press, by the monotonic clock of this process.
public struct PressRecord: Hashable, Sendable {
    /// What names it for ever.
    public let id: MessageID
    /// When the button went down.
    public let pressedAt: MonotonicTime
    /// A test call has no alert that anybody handles.
    public let isTest: Bool
    /// Press frames sent, the first included.
    public var sends = 0
    /// When the unit heard that the press is on disk.
    public var storedAt: MonotonicTime?
    /// The alert that the press raised or joined.
    public var alert: AlertID?
}

/// One alert as unit and console saw it.
public struct AlertRecord: Hashable, Sendable {
    /// The gateway's number of it.
    public let id: AlertID
    /// Whose it is.
    public let unit: UnitID
    /// The first press of this run in it; nil for an alert of an earlier run that nobody pressed for again.
    public var pressedAt: MonotonicTime?
    /// When the unit first heard of each stage.
    public var stages: [Stage: MonotonicTime] = [:]
    /// When a console first heard of it.
    public var shownAt: MonotonicTime?
    /// The console saw it closed.
    public var isClosedOnConsole = false

    /// The furthest stage that the unit heard of.
    public var furthest: Stage? { stages.keys.max() }
}

/// A cancel or a fault report.
public struct ReportRecord: Hashable, Sendable {
    /// What names it for ever.
    public let id: MessageID
    /// As the journal's tool names its kind: `cancel`, `fault_began`, `fault_ended`.
    public let kind: String
    /// When the unit made it.
    public let madeAt: MonotonicTime
    /// Frames sent, the first included.
    public var sends = 0
    /// When the unit heard that it is on disk.
    public var acknowledgedAt: MonotonicTime?
}

/// The account of all presses and reports. Any thread: units write on the fleet's, consoles in tasks.
public final class PressLedger: Sendable {
    private struct State {
        var presses: [MessageID: PressRecord] = [:]
        var alerts: [AlertID: AlertRecord] = [:]
        var reports: [MessageID: ReportRecord] = [:]
        var acknowledged = 0
        var stored = 0
        var total = LedgerHistograms()
        /// Since the last live line.
        var latest = LatencyHistogram()

        mutating func update(_ alert: AlertID, of unit: UnitID, _ change: (inout AlertRecord) -> Void) {
            var record = alerts[alert] ?? AlertRecord(id: alert, unit: unit)
            change(&record)
            alerts[alert] = record
        }

        /// Notes a stage of a caller's alert, and how long the one before took.
        mutating func reached(_ stage: Stage, of alert: AlertID, unit: UnitID, at now: MonotonicTime) {
            let known = alerts[alert]
            guard known?.stages[stage] == nil else { return }
            update(alert, of: unit) { $0.stages[stage] = now }
            switch stage {
            case .ringing: total.storedRinging.record(known?.stages[.stored], now)
            case .answered: total.ringingAnswered.record(known?.stages[.ringing], now)
            case .closed: total.answeredClosed.record(known?.stages[.answered], now)
            case .stored, .dispatched, .arrived: break
            }
        }
    }

    private let state = Mutex(State())

    /// Empty.
    public init() {}

    /// A button was pushed.
    public func pressed(_ id: MessageID, isTest: Bool = false, at now: MonotonicTime) {
        state.withLock { $0.presses[id] = PressRecord(id: id, pressedAt: now, isTest: isTest) }
    }

    /// A cancel or a fault report was made.
    ///
    /// - Parameter kind: as the journal's tool names it.
    public func reported(_ id: MessageID, kind: String, at now: MonotonicTime) {
        state.withLock { $0.reports[id] = ReportRecord(id: id, kind: kind, madeAt: now) }
    }

    /// A stored message's frame left.
    public func sent(_ id: MessageID) {
        state.withLock { state in
            if state.reports[id] == nil { state.presses[id]?.sends += 1 } else { state.reports[id]?.sends += 1 }
        }
    }

    /// The gateway has a cancel or a fault report on disk.
    public func acknowledged(_ id: MessageID, at now: MonotonicTime) {
        state.withLock { state in
            guard let report = state.reports[id], report.acknowledgedAt == nil else { return }
            state.reports[id]?.acknowledgedAt = now
            state.acknowledged += 1
            state.total.reportAcknowledged.record(now.nanosecondsSince(report.madeAt))
        }
    }

    /// A unit that had lost its connection was welcomed again.
    public func returned(afterNs: UInt64) { state.withLock { $0.total.lostOnline.record(afterNs) } }

    /// A stage notice came to its unit.
    ///
    /// - Parameter id: the press that the notice names; not necessarily one of this run.
    public func reached(_ stage: Stage, of alert: AlertID, press id: MessageID, at now: MonotonicTime) {
        state.withLock { state in
            let press = state.presses[id]
            if press?.isTest != true { state.reached(stage, of: alert, unit: id.unit, at: now) }
            guard var press, press.storedAt == nil else { return }
            press.storedAt = now
            press.alert = press.isTest ? nil : alert
            state.presses[id] = press
            state.stored += 1
            let afterNs = now.nanosecondsSince(press.pressedAt)
            state.total.pressStored.record(afterNs)
            state.latest.record(afterNs)
            guard !press.isTest else { return }
            state.update(alert, of: id.unit) { record in
                record.pressedAt = min(record.pressedAt ?? press.pressedAt, press.pressedAt)
            }
        }
    }

    /// A console heard of the alert.
    public func shown(_ alert: AlertID, of unit: UnitID, isClosed: Bool, at now: MonotonicTime) {
        state.withLock { state in
            state.update(alert, of: unit) { record in
                if record.shownAt == nil { record.shownAt = now }
                if isClosed { record.isClosedOnConsole = true }
            }
        }
    }

    /// Every press, in the order in which they were made.
    public var presses: [PressRecord] {
        state.withLock { $0.presses.values.sorted { ($0.pressedAt, $0.id) < ($1.pressedAt, $1.id) } }
    }

    /// The alerts that presses of this run raised or joined, oldest first.
    public var alerts: [AlertRecord] {
        state.withLock { $0.alerts.values.filter { $0.pressedAt != nil }.sorted { $0.id < $1.id } }
    }

    /// Every cancel and fault report, in the order in which they were made.
    public var reports: [ReportRecord] {
        state.withLock { $0.reports.values.sorted { ($0.madeAt, $0.id) < ($1.madeAt, $1.id) } }
    }

    /// Every latency so far.
    public var histograms: LedgerHistograms { state.withLock { $0.total } }

    /// The figures of a live line.
    public struct Figures: Sendable {
        /// Made so far, test calls included.
        public let presses: Int
        /// Known to be stored.
        public let stored: Int
        /// Alerts that rang at a console, and that an officer took, whatever came later.
        public let ringing: Int
        public let answered: Int
        /// Alerts whose end the unit has not heard of.
        public let open: Int
        /// Cancels and fault reports made, and known to be stored.
        public let reports: Int
        public let acknowledged: Int
        /// From press to stored, since these figures were last taken.
        public let latest: LatencyHistogram
    }

    /// The figures now; begins a new interval. Costs a look at every alert.
    public func takeFigures() -> Figures {
        state.withLock { state in
            defer { state.latest = LatencyHistogram() }
            let alerts = state.alerts.values.lazy.filter { $0.pressedAt != nil }.map(\.furthest)
            return Figures(
                presses: state.presses.count, stored: state.stored,
                ringing: alerts.count { $0 ?? .stored >= .ringing },
                answered: alerts.count { $0 ?? .stored >= .answered }, open: alerts.count { $0 != .closed },
                reports: state.reports.count, acknowledged: state.acknowledged, latest: state.latest)
        }
    }
}
