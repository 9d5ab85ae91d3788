// What the console API asks of the gateway.

import AlertModel
import ConsoleAPI
import History
import LinuxIO
import Logging
import UnitTransport

/// Joins the console API to the command desk, the accounts and the audit record.
struct GatewayBackend: ConsoleBackend {
    let desk: CommandDesk
    let accounts: Accounts
    let transport: UnitTransport
    let clock: any InstantSource
    let log: Logger
    private let startedAt: Instant

    init(
        desk: CommandDesk, accounts: Accounts, transport: UnitTransport, clock: any InstantSource, log: Logger
    ) {
        self.desk = desk
        self.accounts = accounts
        self.transport = transport
        self.clock = clock
        self.log = log
        startedAt = clock.now()
    }

    func account(_ officer: OfficerID) async throws -> OfficerAccount? {
        try await accounts.account(officer)
    }

    func submit(
        _ action: ActionKind, on alert: AlertID, by officer: OfficerID, outcome: Outcome?, note: String,
        to centre: CentreID?
    ) async throws(ConsoleBackendError) -> CommandResult {
        try await desk.submit(
            action, on: alert, by: officer, outcome: outcome, note: note, to: centre, now: clock.now().monotonic)
    }

    func setState(
        _ state: CentreState, of centre: CentreID, by officer: OfficerID
    ) async throws(ConsoleBackendError) -> CommandResult {
        try await desk.setState(state, of: centre, by: officer, now: clock.now().monotonic)
    }

    func beginMaintenance(
        of scope: MaintenanceScope, durationS: UInt32, reason: String, by officer: OfficerID
    ) async throws(ConsoleBackendError) -> CommandResult {
        try await desk.beginMaintenance(
            of: scope, durationS: durationS, reason: reason, by: officer, now: clock.now().monotonic)
    }

    func endMaintenance(
        _ maintenance: JournalSequence, by officer: OfficerID
    ) async throws(ConsoleBackendError) -> CommandResult {
        try await desk.endMaintenance(maintenance, by: officer, now: clock.now().monotonic)
    }

    func command(
        _ unit: UnitID, _ action: CommandAction, timeoutS: UInt16, by officer: OfficerID
    ) async throws(ConsoleBackendError) -> CommandResult {
        try await desk.command(unit, action, timeoutS: timeoutS, by: officer, now: clock.now().monotonic)
    }

    func drain(to order: DrainReport?) {
        if let order {
            log.notice(
                "units are sent to another gateway",
                metadata: ["to": "\(order.host):\(order.port)", "per_second": "\(order.unitsPerSecond)"])
        } else {
            log.notice("units stay: the drain was ended")
        }
        transport.drain(
            to: order.map { DrainOrder(host: $0.host, port: $0.port, unitsPerSecond: $0.unitsPerSecond) })
    }

    func drain() -> (report: DrainReport?, left: Int) {
        let status = transport.drainStatus
        let report = status.order.map {
            DrainReport(
                host: $0.host, port: $0.port, unitsPerSecond: $0.unitsPerSecond, redirected: status.redirected)
        }
        return (report, status.left)
    }

    func alertShown(_ alert: AlertID, by officer: OfficerID) async throws(ConsoleBackendError) {
        try desk.alertShown(AlertShown(alert: alert, officer: officer))
    }

    func audit(_ entry: AuditEntry) async {
        do {
            try await accounts.append(entry)
        } catch {
            // An act without its record must at least be loud.
            log.critical(
                "audit entry not written", metadata: ["act": "\(entry.act.rawValue)", "reason": "\(error)"])
        }
    }

    func now() -> WallTime { clock.now().wall }

    func steadyNow() -> WallTime {
        let elapsed = clock.now().monotonic.nanosecondsSince(startedAt.monotonic)
        let (sum, overflow) = startedAt.wall.nanoseconds.addingReportingOverflow(Int64(clamping: elapsed))
        return WallTime(nanoseconds: overflow ? .max : sum)
    }
}
