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

/// The account of all presses. Any thread: units write on the fleet's, consoles in tasks.
public final class PressLedger: Sendable {
    private struct State {
        var presses: [MessageID: PressRecord] = [:]
        var alerts: [AlertID: AlertRecord] = [:]
        var storedNs: [UInt64] = []

        mutating func update(_ alert: AlertID, of unit: UnitID, _ change: (inout AlertRecord) -> Void) {
            var record = alerts[alert] ?? AlertRecord(id: alert, unit: unit)
            change(&record)
            alerts[alert] = record
        }
    }

    private let state = Mutex(State())

    /// Empty.
    public init() {}

    /// A button was pushed.
    public func pressed(_ id: MessageID, at now: MonotonicTime) {
        state.withLock { $0.presses[id] = PressRecord(id: id, pressedAt: now) }
    }

    /// A press frame left.
    public func sent(_ id: MessageID) {
        state.withLock { $0.presses[id]?.sends += 1 }
    }

    /// A stage notice came to its unit.
    ///
    /// - Parameter id: the press that the notice names; not necessarily one of this run.
    public func reached(_ stage: Stage, of alert: AlertID, press id: MessageID, at now: MonotonicTime) {
        state.withLock { state in
            state.update(alert, of: id.unit) { record in
                if record.stages[stage] == nil { record.stages[stage] = now }
            }
            guard var press = state.presses[id], press.storedAt == nil else { return }
            press.storedAt = now
            press.alert = alert
            state.presses[id] = press
            state.storedNs.append(now.nanosecondsSince(press.pressedAt))
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

    /// The figures of a live line.
    public struct Figures: Sendable {
        /// Made so far.
        public let presses: Int
        /// Known to be stored.
        public let stored: Int
        /// Alerts whose end the unit has not heard of.
        public let open: Int
        /// From press to stored.
        public let storedLatencies: Latencies
    }

    /// The figures now. Costs a sort of every latency.
    public var figures: Figures {
        let (presses, open, storedNs) = state.withLock { state in
            let open = state.alerts.values.count { $0.pressedAt != nil && $0.furthest != .closed }
            return (state.presses.count, open, state.storedNs)
        }
        return Figures(presses: presses, stored: storedNs.count, open: open, storedLatencies: Latencies(storedNs))
    }
}
