// Where an officer's act waits for its result. The control path's only door into the urgent lane:
// HTTP handlers on any thread come in here, one lane goes out.

import AlertModel
import ConsoleAPI
import EventRing
import Synchronization

/// Publishes console commands as events and resumes their callers when the dispatcher has applied them.
///
/// A lock is held for a few hundred nanoseconds; nothing on the alert path takes it but the feed agent,
/// and that only for a command's result.
final class CommandDesk: Sendable {
    /// How long an officer waits before being told that the outcome is unknown: the journal's slowest
    /// tolerable disk (200 ms a sync) leaves room for 25 of them.
    static let waitNsMax: UInt64 = 5_000_000_000
    /// More waiting officers than consoles is a fault, not a load.
    static let waitingMax = 4_096

    private struct Waiting {
        let continuation: CheckedContinuation<Result<CommandResult, ConsoleBackendError>, Never>
        let deadline: MonotonicTime
    }

    private struct State: ~Copyable {
        var lane: RecordProducer
        var nextID: UInt64
        var waiting: [CommandID: Waiting] = [:]
        var isStopping = false
    }

    private let state: Mutex<State>
    private let doorbell: Doorbell

    /// - Parameters:
    ///   - lane: the console's urgent lane.
    ///   - doorbell: the journal agent's.
    ///   - firstID: above every command of an earlier process, so that no old result can be taken for a new one.
    init(lane: consuming RecordProducer, doorbell: Doorbell, firstID: UInt64) {
        state = Mutex(State(lane: lane, nextID: firstID))
        self.doorbell = doorbell
    }

    /// Publishes `act` and waits until it is durable and applied.
    ///
    /// - Throws: `busy` when the lane is full, `timedOut` when no result came (it may still be applied),
    ///   `stopping` while the daemon stops.
    func submit(
        _ kind: ActionKind, on alert: AlertID, by officer: OfficerID, outcome: Outcome?, note: String,
        to centre: CentreID? = nil, now: MonotonicTime
    ) async throws(ConsoleBackendError) -> CommandResult {
        try await submit(now: now) { command in
            .officerAction(
                OfficerAction(
                    command: command, alert: alert, officer: officer, action: kind, outcome: outcome, note: note,
                    to: centre))
        }
    }

    /// Publishes how a centre stands and waits until it is durable and applied.
    ///
    /// - Throws: as ``submit(_:on:by:outcome:note:to:now:)``.
    func setState(
        _ kind: CentreState, of centre: CentreID, by officer: OfficerID, now: MonotonicTime
    ) async throws(ConsoleBackendError) -> CommandResult {
        try await submit(now: now) { command in
            .centreStateSet(CentreStateSet(centre: centre, state: kind, officer: officer, command: command))
        }
    }

    /// Publishes that maintenance begins and waits until it is durable and applied.
    ///
    /// - Throws: as ``submit(_:on:by:outcome:note:to:now:)``.
    func beginMaintenance(
        of scope: MaintenanceScope, durationS: UInt32, reason: String, by officer: OfficerID, now: MonotonicTime
    ) async throws(ConsoleBackendError) -> CommandResult {
        try await submit(now: now) { command in
            .maintenanceSet(
                MaintenanceSet(
                    command: command, scope: scope, durationS: durationS, reason: reason, officer: officer))
        }
    }

    /// Publishes that maintenance ends before its time and waits until it is durable and applied.
    ///
    /// - Throws: as ``submit(_:on:by:outcome:note:to:now:)``.
    func endMaintenance(
        _ maintenance: JournalSequence, by officer: OfficerID, now: MonotonicTime
    ) async throws(ConsoleBackendError) -> CommandResult {
        try await submit(now: now) { command in
            .maintenanceEnded(MaintenanceEnded(command: command, maintenance: maintenance, officer: officer))
        }
    }

    /// Publishes a command to a unit and waits until it is durable and applied.
    ///
    /// - Throws: as ``submit(_:on:by:outcome:note:to:now:)``.
    func command(
        _ unit: UnitID, _ action: CommandAction, timeoutS: UInt16, by officer: OfficerID, now: MonotonicTime
    ) async throws(ConsoleBackendError) -> CommandResult {
        try await submit(now: now) { command in
            .unitCommanded(
                UnitCommand(command: command, unit: unit, officer: officer, timeoutS: timeoutS, action: action))
        }
    }

    private func submit(
        now: MonotonicTime, _ event: (CommandID) -> Event
    ) async throws(ConsoleBackendError) -> CommandResult {
        let result = await withCheckedContinuation { continuation in
            let refusal = state.withLock { state -> ConsoleBackendError? in
                if state.isStopping { return .stopping }
                guard state.waiting.count < Self.waitingMax else { return .busy }
                let command = CommandID(state.nextID)
                guard Self.publish(event(command), to: &state) else { return .busy }
                state.nextID += 1
                state.waiting[command] = Waiting(
                    continuation: continuation, deadline: now.advanced(byNanoseconds: Self.waitNsMax))
                return nil
            }
            if let refusal { continuation.resume(returning: .failure(refusal)) } else { doorbell.ring() }
        }
        return try result.get()
    }

    /// Publishes that a console shows an alert; nobody waits for it.
    func alertShown(_ shown: AlertShown) throws(ConsoleBackendError) {
        let refusal = state.withLock { state -> ConsoleBackendError? in
            if state.isStopping { return .stopping }
            return Self.publish(.alertShown(shown), to: &state) ? nil : .busy
        }
        if let refusal { throw refusal }
        doorbell.ring()
    }

    /// Publishes that consoles of a centre came or went.
    ///
    /// - Returns: false when the lane is full; say it again.
    func centreWatched(_ watched: CentreWatched) -> Bool {
        let isPublished = state.withLock { state in
            !state.isStopping && Self.publish(.centreWatched(watched), to: &state)
        }
        if isPublished { doorbell.ring() }
        return isPublished
    }

    /// Resumes the officer who waits for `command`. Called by the feed agent.
    func complete(_ command: CommandID, with result: CommandResult) {
        let waiting = state.withLock { $0.waiting.removeValue(forKey: command) }
        waiting?.continuation.resume(returning: .success(result))
    }

    /// Gives up on what is overdue. Called by the feed agent at least once a second.
    func expire(now: MonotonicTime) {
        let overdue = state.withLock { state -> [Waiting] in
            if state.waiting.isEmpty { return [] }
            let ids = state.waiting.filter { $0.value.deadline <= now }.map(\.key)
            return ids.compactMap { state.waiting.removeValue(forKey: $0) }
        }
        for waiting in overdue { waiting.continuation.resume(returning: .failure(.timedOut)) }
    }

    /// Refuses what comes from now on and releases everyone who still waits.
    func stop() {
        let waiting = state.withLock { state -> [Waiting] in
            state.isStopping = true
            defer { state.waiting.removeAll() }
            return Array(state.waiting.values)
        }
        for one in waiting { one.continuation.resume(returning: .failure(.stopping)) }
    }

    private static func publish(_ event: Event, to state: inout State) -> Bool {
        let appended = state.lane.append(kind: event.kind.rawValue, bodyBytesMax: Event.bodyBytesMax) {
            event.encode(into: $0)
        }
        guard appended == .appended else { return false }
        state.lane.publish()
        return true
    }
}
