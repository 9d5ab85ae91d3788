// `sos-simulator run`: units live their lives, callers press, and in the end everything is accounted for.

import AlertModel
import ArgumentParser
import LinuxIO
import Settings
import SimulatedField
import UnitTransport

/// Runs a fleet.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs units that connect, report and press until told to stop.")

    @OptionGroup var field: FieldOptions

    @Option(
        help: ArgumentHelp("How many units of the registry, from its first; all without it.", valueName: "count"))
    var units: Int?
    @Option(help: "Drives presses, delays and measurements.")
    var seed: UInt64 = 1
    @Option(help: ArgumentHelp("Mean time between two presses of the whole fleet.", valueName: "seconds"))
    var pressEvery: Double = 20
    @Option(help: ArgumentHelp("Presses in total; then ends when all are accounted for.", valueName: "count"))
    var presses: Int?
    @Option(
        name: .customLong("heartbeat-s"),
        help: ArgumentHelp("Instead of what the gateway asks.", valueName: "seconds"))
    var heartbeatS: UInt16?
    @Option(help: ArgumentHelp("Presses for so long at most; then ends.", valueName: "seconds"))
    var duration: Double?
    @Option(help: ArgumentHelp("Waits so long for what is still open at the end.", valueName: "seconds"))
    var timeout: Double = 30
    @Option(help: ArgumentHelp("The console to watch, such as https://127.0.0.1:8443.", valueName: "url"))
    var console: String?
    @Option(help: "Who signs in there.")
    var officer: String?
    @Option(help: ArgumentHelp("Its first line is the officer's password.", valueName: "file"))
    var passwordFile: String?
    @Flag(help: "The officer also shows, claims and closes every alert, with outcome test.")
    var answer = false

    func validate() throws {
        let given = [console, officer, passwordFile].count { $0 != nil }
        guard given == 0 || given == 3 else {
            throw ValidationError("--console, --officer and --password-file go together.")
        }
        guard !answer || console != nil else { throw ValidationError("--answer needs --console.") }
        guard (units ?? 1) > 0, (presses ?? 1) > 0, (heartbeatS ?? 1) > 0 else {
            throw ValidationError("--units, --presses and --heartbeat-s must be at least 1.")
        }
        guard pressEvery > 0, (duration ?? 1) > 0, timeout >= 0 else {
            throw ValidationError("--press-every and --duration must be more than 0, --timeout not below.")
        }
    }

    func run() async throws {
        let terminal = Terminal()
        let signals = StopSignals()
        let records = try chosenUnits(terminal)
        let access = try console.map { console in
            try field.access(
                console: console, officer: officer ?? "", passwordFile: passwordFile ?? "", terminal)
        }
        let plan = FleetPlan(
            gateway: field.connect, units: records, seed: seed, heartbeatS: heartbeatS,
            schedule: PressSchedule(seed: seed, everyS: pressEvery, units: records.count, limit: presses))
        let ledger = PressLedger()
        let fleet: Fleet
        do {
            fleet = try Fleet(plan: plan, pki: field.pki, ledger: ledger, terminal: terminal)
        } catch {
            throw failure(error is TLSError ? .noInput : .system, "\(error)", terminal)
        }
        let client = access.map(OfficerClient.init)
        let limits = RunLimits(presses: presses, durationS: duration, timeoutS: timeout, isAnswering: answer)
        let run = FieldRun(fleet: fleet, client: client, limits: limits, signals: signals)
        let status: ExitCode
        do {
            status = try await run.run(answererSeed: seed &+ 1)
        } catch {
            await client?.shutdown()
            throw error
        }
        await client?.shutdown()
        if status != .success { throw status }
    }

    private func chosenUnits(_ terminal: Terminal) throws -> [UnitRecord] {
        let all = try field.loadRegistry(terminal).units
        guard let units else { return all }
        guard units <= all.count else {
            throw ValidationError("--units \(units): the registry has \(all.count).")
        }
        return Array(all.prefix(units))
    }
}
