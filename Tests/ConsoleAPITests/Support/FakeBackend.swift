// A gateway of a few lines: one clock, two centres, acts that change the feed like the true dispatcher.

import AlertModel
import Synchronization

@testable import ConsoleAPI

final class FakeBackend: ConsoleBackend {
    struct State {
        var now = WallTime(nanoseconds: 1_795_000_000_000_000_000)
        var accounts: [OfficerID: OfficerAccount] = [:]
        var audit: [AuditEntry] = []
        var shown: [AlertShown] = []
        var refusal: (reason: RefusalReason, owner: OfficerID?)?
        var failure: ConsoleBackendError?
        var accountsFail = false
        var drain: DrainReport?
        var sequence: UInt64 = 1_000
    }

    struct Unavailable: Error {}

    let state = Mutex(State())
    let feed: ConsoleFeed

    init(feed: ConsoleFeed) { self.feed = feed }

    func account(_ officer: OfficerID) async throws -> OfficerAccount? {
        try state.withLock { state in
            if state.accountsFail { throw Unavailable() }
            return state.accounts[officer]
        }
    }

    func submit(
        _ action: ActionKind, on alert: AlertID, by officer: OfficerID, outcome: Outcome?, note: String,
        to centre: CentreID?
    ) async throws(ConsoleBackendError) -> CommandResult {
        let (failure, refusal, sequence, now) = state.withLock { state in
            state.sequence += 1
            return (state.failure, state.refusal, JournalSequence(state.sequence), state.now)
        }
        if let failure { throw failure }
        if let refusal { return .refused(refusal.reason, owner: refusal.owner) }
        guard var changed = feed.alert(alert)?.alert else { return .refused(.alertUnknown, owner: nil) }
        switch action {
        case .claim: (changed.stage, changed.owner, changed.answeredAt) = (.answered, officer, now)
        case .release: (changed.stage, changed.owner) = (.ringing, nil)
        case .dispatch: (changed.stage, changed.dispatchedAt) = (.dispatched, now)
        case .arrive: (changed.stage, changed.arrivedAt) = (.arrived, now)
        case .note: changed.note = note
        case .transfer:
            (changed.formerCentre, changed.stage, changed.owner) = (changed.centre, .ringing, nil)
            changed.centre = centre ?? changed.centre
        case .reRing: changed.ringCount += 1
        case .close:
            (changed.stage, changed.closedAt, changed.outcome, changed.note) = (.closed, now, outcome, note)
        }
        changed.changedBy = sequence
        feed.apply(.alert(changed), sequence: sequence)
        return .done(alert)
    }

    func setState(
        _ kind: CentreState, of centre: CentreID, by officer: OfficerID
    ) async throws(ConsoleBackendError) -> CommandResult {
        let (failure, refusal, sequence, now) = state.withLock { state in
            state.sequence += 1
            return (state.failure, state.refusal, JournalSequence(state.sequence), state.now)
        }
        if let failure { throw failure }
        if let refusal { return .refused(refusal.reason, owner: refusal.owner) }
        let status = CentreStatus(
            centre: centre, state: kind, isWatched: true, isUnreachable: false, isRemoved: false, since: now)
        feed.apply(.centreSituation(status), sequence: sequence)
        return .done(AlertID(0))
    }

    func beginMaintenance(
        of scope: MaintenanceScope, durationS: UInt32, reason: String, by officer: OfficerID
    ) async throws(ConsoleBackendError) -> CommandResult {
        let (failure, refusal, sequence, now) = state.withLock { state in
            state.sequence += 1
            return (state.failure, state.refusal, JournalSequence(state.sequence), state.now)
        }
        if let failure { throw failure }
        if let refusal { return .refused(refusal.reason, owner: refusal.owner) }
        let status = MaintenanceStatus(
            id: sequence, scope: scope, endsAt: now.advanced(by: .seconds(Int64(durationS))), reason: reason,
            officer: officer, isOver: false)
        feed.apply(.maintenance(status), sequence: sequence)
        return .done(AlertID(sequence.value))
    }

    func endMaintenance(
        _ maintenance: JournalSequence, by officer: OfficerID
    ) async throws(ConsoleBackendError) -> CommandResult {
        let (failure, refusal, sequence) = state.withLock { state in
            state.sequence += 1
            return (state.failure, state.refusal, JournalSequence(state.sequence))
        }
        if let failure { throw failure }
        if let refusal { return .refused(refusal.reason, owner: refusal.owner) }
        guard let known = feed.maintenance().entries.first(where: { $0.0.id == maintenance })?.0 else {
            return .refused(.maintenanceUnknown, owner: nil)
        }
        let over = MaintenanceStatus(
            id: known.id, scope: known.scope, endsAt: known.endsAt, reason: known.reason, officer: known.officer,
            isOver: true)
        feed.apply(.maintenance(over), sequence: sequence)
        return .done(AlertID(maintenance.value))
    }

    func command(
        _ unit: UnitID, _ action: CommandAction, timeoutS: UInt16, by officer: OfficerID
    ) async throws(ConsoleBackendError) -> CommandResult {
        let (failure, refusal, sequence, now) = state.withLock { state in
            state.sequence += 1
            return (state.failure, state.refusal, JournalSequence(state.sequence), state.now)
        }
        if let failure { throw failure }
        if let refusal { return .refused(refusal.reason, owner: refusal.owner) }
        let status = UnitCommandStatus(
            id: sequence, unit: unit, officer: officer, action: action, state: .sent, value: 0, detail: "",
            givenAt: now, dueAt: now.advanced(by: .seconds(Int64(timeoutS))), changedAt: now)
        feed.apply(.unitCommand(status), sequence: sequence)
        return .done(AlertID(sequence.value))
    }

    func drain(to order: DrainReport?) { state.withLock { $0.drain = order } }

    func drain() -> (report: DrainReport?, left: Int) { (state.withLock(\.drain), 12) }

    func alertShown(_ alert: AlertID, by officer: OfficerID) async throws(ConsoleBackendError) {
        let failure = state.withLock { state in
            state.shown.append(AlertShown(alert: alert, officer: officer))
            return state.failure
        }
        if let failure { throw failure }
    }

    func audit(_ entry: AuditEntry) async { state.withLock { $0.audit.append(entry) } }

    func now() -> WallTime { state.withLock(\.now) }

    func steadyNow() -> WallTime { now() }

    func advance(seconds: Int) { state.withLock { $0.now = $0.now.advanced(by: .seconds(seconds)) } }

    func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }

    var audit: [AuditEntry] { state.withLock(\.audit) }
    var shown: [AlertShown] { state.withLock(\.shown) }
}
