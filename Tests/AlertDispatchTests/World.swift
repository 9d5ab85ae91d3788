// A dispatcher, a clock that moves by hand, and short words for what happens.

import AlertModel
import Testing

@testable import AlertDispatch

/// Drives a dispatcher and checks its invariants after every step.
final class World {
    /// Cannot be copied, so that a test's expectations ask through the properties below.
    var core = Dispatcher()
    private(set) var journal: [(event: Event, sequence: JournalSequence, at: Instant)] = []
    /// Milliseconds since the start.
    var clockMs: Int64 = 1_800_000_000_000
    /// What the wall clock was set forward by, and the machine's start.
    var wallShiftMs: Int64 = 0
    private var bootMs: Int64 = 0
    private var nextCommand: UInt64 = 0

    static let astana: CentreID = id("astana")
    static let almaty: CentreID = id("almaty")

    init(isStarted: Bool = true) {
        guard isStarted else { return }
        step(.gatewayStarted(GatewayStarted(defaultCentre: Self.astana)))
        for centre in [Self.astana, Self.almaty] {
            step(.centreRegistered(CentreRecord(id: centre, name: "\(centre)")))
        }
    }

    var now: Instant {
        Instant(
            wall: WallTime(nanoseconds: (clockMs + wallShiftMs) * 1_000_000),
            monotonic: MonotonicTime(nanoseconds: UInt64(clockMs - bootMs) * 1_000_000))
    }

    @discardableResult
    func step(_ event: Event) -> [Effect] {
        clockMs += 10
        let sequence = core.lastSequence.next
        journal.append((event, sequence, now))
        var effects: [Effect] = []
        core.step(event, sequence: sequence, at: now, effects: &effects)
        let wrong = core.checkInvariants()
        #expect(wrong.isEmpty, "after \(event): \(wrong)")
        return effects
    }

    /// Lets time pass and applies what falls due when it does, as the core's thread would.
    @discardableResult
    func pass(seconds: Double) -> [Effect] {
        let end = clockMs + Int64(seconds * 1_000)
        var effects: [Effect] = []
        while let due = core.nextDeadline {
            let dueMs = Int64(clamping: (due.nanoseconds + 999_999) / 1_000_000) + bootMs
            guard dueMs <= end else { break }
            // The step itself takes 10 ms.
            clockMs = max(clockMs, dueMs - 10)
            for event in takeDue() { effects += step(event) }
        }
        clockMs = max(clockMs, end)
        return effects
    }

    /// What will be due when the next step is applied.
    func takeDue(max: Int = 1) -> [Event] {
        var events: [Event] = []
        let moment = MonotonicTime(nanoseconds: UInt64(clockMs + 10 - bootMs) * 1_000_000)
        core.dueTimers(at: moment, max: max, into: &events)
        return events
    }

    /// What the auditor finds now.
    func audit() -> [Event] {
        var events: [Event] = []
        core.audit(at: now.monotonic, into: &events)
        return events
    }

    /// kill -9, and a new process on a machine that was started anew.
    func restart(afterSeconds seconds: Double) {
        clockMs += Int64(seconds * 1_000)
        bootMs = clockMs - 3_000
        core = Dispatcher()
        var effects: [Effect] = []
        for record in journal {
            effects.removeAll(keepingCapacity: true)
            core.step(record.event, sequence: record.sequence, at: record.at, effects: &effects)
        }
        step(.gatewayStarted(GatewayStarted(defaultCentre: Self.astana)))
    }

    /// A second dispatcher that took the same journal.
    func replayedHash() -> UInt64 {
        var copy = Dispatcher()
        var effects: [Effect] = []
        for record in journal {
            effects.removeAll(keepingCapacity: true)
            copy.step(record.event, sequence: record.sequence, at: record.at, effects: &effects)
        }
        return copy.stateHash()
    }

    func alert(_ id: AlertID) throws -> Alert { try #require(kept(id)) }

    func queue(_ centre: CentreID = astana) -> [UInt64] { core.openAlerts(centre).map(\.id.value) }
}

// What is asked.
extension World {
    var lastSequence: JournalSequence { core.lastSequence }
    var totals: DispatchTotals { core.totals }
    var openAlertCount: Int { core.openAlertCount }
    var onlineUnitCount: Int { core.onlineUnitCount }
    func kept(_ id: AlertID) -> Alert? { core.alert(id) }
    func alertID(of press: MessageID) -> AlertID? { core.alert(of: press) }
    func nextAlert(_ centre: CentreID) -> Alert? { core.nextAlert(centre) }
    func openAlerts(_ centre: CentreID) -> [Alert] { core.openAlerts(centre) }
    func unit(_ id: UnitID) -> UnitStatus? { core.unit(id) }
    func links(_ unit: UnitID) -> [LinkID] { core.links(unit) }
    func faults(_ unit: UnitID) -> [UnitFault] { core.faults(unit) }
    func routine(_ unit: UnitID) -> UnitRoutine? { core.routine(unit) }
    func lastTestAt(_ unit: UnitID) -> WallTime? { core.lastTestAt(unit) }
    func stateHash() -> UInt64 { core.stateHash() }
}

// What happens.
extension World {
    @discardableResult
    func register(_ unit: UnitID, centre: CentreID = astana, place: String = "Abay 1") -> [Effect] {
        step(
            .unitRegistered(
                UnitRecord(id: unit, centre: centre, place: place, point: nil, reportingTimeS: 20)))
    }

    @discardableResult
    func linkUp(_ unit: UnitID, _ link: UInt64, boot: UInt32 = 1) -> [Effect] {
        step(
            .linkUp(LinkUp(unit: unit, link: LinkID(link), boot: boot, firmware: 1, capabilities: 0)))
    }

    @discardableResult
    func linkDown(_ unit: UnitID, _ link: UInt64, _ end: LinkEnd = .peerClosed) -> [Effect] {
        step(.linkDown(LinkDown(unit: unit, link: LinkID(link), end: end)))
    }

    @discardableResult
    func press(
        _ unit: UnitID, _ counter: UInt32, boot: UInt32 = 1, _ category: AlertModel.Category = .police,
        position: LastPosition? = nil
    ) -> [Effect] {
        step(
            .press(
                Press(
                    id: MessageID(unit: unit, boot: boot, counter: counter), category: category,
                    pressedAt: now.wall, receivedAt: now.wall, position: position)))
    }

    @discardableResult
    func cancel(_ unit: UnitID, _ counter: UInt32, of press: UInt32, boot: UInt32 = 1) -> [Effect] {
        step(
            .cancel(
                Cancel(
                    id: MessageID(unit: unit, boot: boot, counter: counter), pressCounter: press,
                    cancelledAt: now.wall)))
    }

    @discardableResult
    func fault(_ unit: UnitID, _ counter: UInt32, _ kind: FaultKind, begins: Bool, boot: UInt32 = 1) -> [Effect] {
        let report = FaultReport(
            id: MessageID(unit: unit, boot: boot, counter: counter), fault: kind, changedAt: now.wall, detail: 7)
        return step(begins ? .faultBegan(report) : .faultEnded(report))
    }

    @discardableResult
    func show(_ alert: AlertID, _ officer: OfficerID = officerA) -> [Effect] {
        step(.alertShown(AlertShown(alert: alert, officer: officer)))
    }

    @discardableResult
    func confirm(_ unit: UnitID, _ alert: AlertID, _ stage: Stage) -> [Effect] {
        step(.stageConfirmed(StageConfirmation(unit: unit, alert: alert, stage: stage)))
    }

    @discardableResult
    func act(
        _ action: ActionKind, _ alert: AlertID, _ officer: OfficerID = officerA, outcome: Outcome? = .real,
        note: String = "", to: CentreID? = nil
    ) -> [Effect] {
        nextCommand += 1
        return step(
            .officerAction(
                OfficerAction(
                    command: CommandID(nextCommand), alert: alert, officer: officer, action: action,
                    outcome: action == .close ? outcome : nil, note: note, to: to)))
    }

    /// A unit with link 1 and an open alert by press 1.
    func raised(_ unit: UnitID = unitA, _ category: AlertModel.Category = .police) -> AlertID {
        register(unit)
        linkUp(unit, 1)
        press(unit, 1, category)
        return AlertID(core.lastSequence.value)
    }
}

let unitA: UnitID = id("unit-a")
let unitB: UnitID = id("unit-b")
let officerA: OfficerID = id("aliya")
let officerB: OfficerID = id("bolat")

func id<Tag>(_ text: String) -> ShortID<Tag> {
    do { return try ShortID(text) } catch { preconditionFailure("\(text): \(error)") }
}

extension [Effect] {
    var answers: [UnitAnswer] {
        compactMap { if case .answer(let answer) = $0 { answer } else { nil } }
    }
    var feed: [FeedEntry] {
        compactMap { if case .feed(let entry) = $0 { entry } else { nil } }
    }
    var alerts: [Alert] {
        feed.compactMap { if case .alert(let alert) = $0 { alert } else { nil } }
    }
    var result: CommandResult? {
        feed.compactMap { if case .result(_, let result) = $0 { result } else { nil } }.last
    }
    /// Stage notices as "link/counter stage".
    var stages: [String] {
        answers.compactMap {
            if case .stage(let link, _, let counter, _, let stage, _) = $0 {
                "\(link.value)/\(counter) \(stage)"
            } else {
                nil
            }
        }
    }
    /// Acknowledgements as "link/counter".
    var acknowledgements: [String] {
        answers.compactMap {
            if case .acknowledged(let link, _, let counter) = $0 { "\(link.value)/\(counter)" } else { nil }
        }
    }
}
