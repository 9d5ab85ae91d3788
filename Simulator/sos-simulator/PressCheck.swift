// What a check does: one unit presses, the console gets it, an officer claims and closes, the unit hears of it.

import AlertModel
import Foundation
import LinuxIO
import Settings
import SimulatedField
import Synchronization
import UnitProtocol

/// One press from button to closed.
struct PressCheck: Sendable {
    let steps: CheckSteps
    let client: OfficerClient
    let units: [UnitRecord]
    let gateway: ListenAddress
    let pki: String

    /// - Returns: whether every step came about.
    func run() async -> Bool {
        do throws(StepFailed) {
            try await check()
            return true
        } catch {
            return false
        }
    }

    private func check() async throws(StepFailed) {
        let centres = try await steps.step("signed in as \(client.access.name)") { try await client.signIn() }
        let console = EventQueue<ServerSentEvent>()
        let stream = try await steps.step("event stream open") {
            let events = try await client.events()
            let pump = Task { await console.fill(from: events) }
            _ = try await console.first { $0.name == "ready" ? true : nil }
            return pump
        }
        defer { stream.cancel() }
        let unit = try await steps.step("found a unit without an open alert") {
            try await idleUnit(of: Set(centres))
        }
        let field = EventQueue<FleetObservation>()
        let fleet = try await steps.step("unit \(unit.id) connected by mutual TLS 1.3") {
            try await connect(unit, field)
        }
        defer { fleet.stop() }
        try await press(fleet, field, console, unit.id)
    }

    private func connect(_ unit: UnitRecord, _ field: EventQueue<FleetObservation>) async throws -> Fleet {
        let (observations, continuation) = AsyncStream.makeStream(of: FleetObservation.self)
        let plan = FleetPlan(gateway: gateway, units: [unit], seed: 1, heartbeatS: nil, schedule: nil)
        let fleet = try Fleet(
            plan: plan, pki: pki, ledger: PressLedger(), terminal: steps.terminal, observations: continuation)
        try fleet.start()
        // Ends with the fleet.
        Task { await field.fill(from: observations) }
        do {
            try await field.first { if case .online = $0.what { true } else { nil } }
            return fleet
        } catch {
            let problem = fleet.figures.lastProblem
            fleet.stop()
            throw StepProblem(problem ?? "no answer")
        }
    }

    private func press(
        _ fleet: Fleet, _ field: EventQueue<FleetObservation>, _ console: EventQueue<ServerSentEvent>,
        _ unit: UnitID
    ) async throws(StepFailed) {
        let pressed = ContinuousClock.now
        fleet.order(.press(unit: 0, .police, done: { _, _ in }))
        let alert = try await steps.step("press stored", since: pressed) {
            try await field.first { seen in
                if case .stage(let notice) = seen.what, notice.stage == .stored { notice.alert } else { nil }
            }
        }
        let id = "\(alert.value)"
        try await steps.step("console got the alert", since: pressed) {
            try await console.first { event -> Bool? in
                guard event.name == "alert",
                    let seen = try? JSONDecoder().decode(ConsoleAlert.self, from: Data(event.data.utf8))
                else { return nil }
                return seen.id == id && seen.unit == unit.description ? true : nil
            }
        }
        let shown = ContinuousClock.now
        try await steps.step("ringing at the unit", since: shown) {
            try await client.show(id)
            try await stage(.ringing, of: alert, field)
        }
        let claiming = ContinuousClock.now
        try await steps.step("claimed") { try await require(client.claim(id)) }
        try await steps.step("answered at the unit", since: claiming) {
            try await stage(.answered, of: alert, field)
        }
        let closing = ContinuousClock.now
        try await steps.step("closed") {
            try await require(client.close(id, outcome: "test", note: "sos-simulator check"))
        }
        try await steps.step("closed at the unit", since: closing) { try await stage(.closed, of: alert, field) }
    }

    private func stage(_ stage: Stage, of alert: AlertID, _ field: EventQueue<FleetObservation>) async throws {
        _ = try await field.first { seen in
            if case .stage(let notice) = seen.what, notice.alert == alert, notice.stage == stage {
                true
            } else {
                nil
            }
        }
    }

    private func require(_ result: ActResult) throws {
        if case .refused(let reason) = result { throw StepProblem("refused: \(reason)") }
    }

    /// The first unit of the officer's centres whose press will raise an alert of its own.
    private func idleUnit(of centres: Set<String>) async throws -> UnitRecord {
        var busy: Set<String> = []
        for centre in centres { busy.formUnion(try await client.openAlerts(of: centre).map(\.unit)) }
        let idle = units.first { centres.contains($0.centre.description) && !busy.contains($0.id.description) }
        guard let idle else {
            throw StepProblem("every unit of \(client.access.name)'s centres has an open alert")
        }
        return idle
    }
}

/// What came in, in order, for one reader that waits for certain events and passes over the rest.
final class EventQueue<Event: Sendable>: Sendable {
    private let stream: AsyncStream<Event>
    private let continuation: AsyncStream<Event>.Continuation
    private let ended = Mutex<String?>(nil)

    init() { (stream, continuation) = AsyncStream.makeStream(of: Event.self) }

    /// Puts events in until their source ends.
    func fill<Source: AsyncSequence & Sendable>(from source: Source) async where Source.Element == Event {
        do {
            for try await event in source { continuation.yield(event) }
        } catch {
            ended.withLock { $0 = "\(error)" }
        }
        continuation.finish()
    }

    /// Waits for the first event that gives a value; those before it are gone.
    ///
    /// - Throws: ``StepProblem`` when no more events come, or the task is cancelled.
    @discardableResult
    func first<Value>(_ match: (Event) -> Value?) async throws -> Value {
        for await event in stream {
            if let value = match(event) { return value }
        }
        throw StepProblem(ended.withLock { $0 } ?? "the connection ended")
    }
}
