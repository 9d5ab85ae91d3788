// What the console API asks of the gateway behind it. Nothing here knows HTTP.

public import AlertModel

/// Why a command got no result.
public enum ConsoleBackendError: Error, Hashable, Sendable {
    /// The way to the journal is full; nothing was done, trying again is safe.
    case busy
    /// No result came in time; the command may still take effect, the feed will show it.
    case timedOut
    /// The gateway stops; nothing was done.
    case stopping
}

/// The gateway as consoles use it. Every function may be called from any task at any time.
public protocol ConsoleBackend: Sendable {
    /// The account of `officer`; nil when there is none.
    ///
    /// - Throws: whatever the registry of accounts has to say; nobody signs in then, and it is logged.
    func account(_ officer: OfficerID) async throws -> OfficerAccount?

    /// Does `action`. When it returns, the result is durable and the ``ConsoleFeed`` already shows it.
    ///
    /// - Parameters:
    ///   - outcome: given exactly when the action is `close`.
    ///   - note: at most `OfficerAction.noteBytesMax` bytes.
    ///   - centre: given exactly when the action is `transfer`.
    /// - Throws: ``ConsoleBackendError``; each case says whether something may have happened.
    func submit(
        _ action: ActionKind, on alert: AlertID, by officer: OfficerID, outcome: Outcome?, note: String,
        to centre: CentreID?
    ) async throws(ConsoleBackendError) -> CommandResult

    /// Says how a centre stands. When it returns, the result is durable and the ``ConsoleFeed`` already shows it.
    ///
    /// - Throws: ``ConsoleBackendError``; each case says whether something may have happened.
    func setState(
        _ state: CentreState, of centre: CentreID, by officer: OfficerID
    ) async throws(ConsoleBackendError) -> CommandResult

    /// Begins maintenance. When it returns, the result is durable and the ``ConsoleFeed`` already shows it.
    ///
    /// - Parameters:
    ///   - durationS: until it ends by itself, seconds.
    ///   - reason: at most `MaintenanceSet.reasonBytesMax` bytes.
    /// - Returns: `done` with the number of the maintenance.
    /// - Throws: ``ConsoleBackendError``; each case says whether something may have happened.
    func beginMaintenance(
        of scope: MaintenanceScope, durationS: UInt32, reason: String, by officer: OfficerID
    ) async throws(ConsoleBackendError) -> CommandResult

    /// Ends maintenance before its time, as ``beginMaintenance(of:durationS:reason:by:)`` begins it.
    ///
    /// - Throws: ``ConsoleBackendError``; each case says whether something may have happened.
    func endMaintenance(
        _ maintenance: JournalSequence, by officer: OfficerID
    ) async throws(ConsoleBackendError) -> CommandResult

    /// Gives a unit a command. When it returns, the command is durable, sent if the unit has a link, and the
    /// ``ConsoleFeed`` already shows it; what comes of it the feed will show.
    ///
    /// - Parameter timeoutS: until it is over without a result, seconds.
    /// - Returns: `done` with the number of the command.
    /// - Throws: ``ConsoleBackendError``; each case says whether something may have happened.
    func command(
        _ unit: UnitID, _ action: CommandAction, timeoutS: UInt16, by officer: OfficerID
    ) async throws(ConsoleBackendError) -> CommandResult

    /// Sends units to another gateway, or no more with nil. In force within half a second; memory only.
    func drain(to order: DrainReport?)

    /// Where units are sent, nil while they are not, and how many links stand here. Quick, never blocks.
    func drain() -> (report: DrainReport?, left: Int)

    /// Tells that a console shows `alert` to `officer`: what makes the alert ring.
    ///
    /// - Throws: ``ConsoleBackendError``; the console tells it again.
    func alertShown(_ alert: AlertID, by officer: OfficerID) async throws(ConsoleBackendError)

    /// Writes one line of the audit record. A failure is the backend's to report.
    func audit(_ entry: AuditEntry) async

    /// The wall clock, for records. Quick, never blocks.
    func now() -> WallTime

    /// The wall clock as it would be had nobody set it since the start: sessions and lock-outs live by it, so that
    /// setting the clock signs nobody out. Quick, never blocks.
    func steadyNow() -> WallTime
}
