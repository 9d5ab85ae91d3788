// `sos-simulator run`: units live their lives, callers press, and in the end everything is accounted for.

import AlertModel
import ArgumentParser
import FieldScenarios
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
    @Option(help: "Drives presses, delays and measurements; 1, or the scenario's, without it.")
    var seed: UInt64?
    @Option(help: ArgumentHelp("What happens when; see Config/scenarios. Ends with it.", valueName: "file"))
    var scenario: String?
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
    @Option(
        help: ArgumentHelp(
            "The gateway's configuration; at the end its journal is asked for every acknowledged message.",
            valueName: "file"))
    var journalOf: String?
    @Option(help: ArgumentHelp("Writes percentile tables as .hgrm files there.", valueName: "directory"))
    var hgrm: String?
    @Option(
        name: .customLong("stats-every"),
        help: ArgumentHelp("Time between two lines of figures.", valueName: "seconds"))
    var statsEvery: Double = 1
    @Option(
        name: .customLong("connects-per-s"),
        help: ArgumentHelp("New connections a second; units with a press do not wait.", valueName: "count"))
    var connectsPerS = 1_000
    @Flag(help: "Each unit leaves from an address of its own in 127.0.0.0/8; the gateway must be there, too.")
    var spreadSources = false
    @Flag(help: "The officer also shows, claims and closes every alert, with outcome test.")
    var answer = false

    func validate() throws {
        let given = [console, officer, passwordFile].count { $0 != nil }
        guard given == 0 || given == 3 else {
            throw ValidationError("--console, --officer and --password-file go together.")
        }
        guard !answer || console != nil else { throw ValidationError("--answer needs --console.") }
        guard (units ?? 1) > 0, (presses ?? 1) > 0, (heartbeatS ?? 1) > 0, connectsPerS > 0 else {
            throw ValidationError("--units, --presses, --heartbeat-s and --connects-per-s must be at least 1.")
        }
        guard pressEvery > 0, (duration ?? 1) > 0, statsEvery > 0, timeout >= 0 else {
            throw ValidationError(
                "--press-every, --duration and --stats-every must be more than 0, --timeout not below.")
        }
        guard scenario == nil || (presses == nil && duration == nil) else {
            throw ValidationError("--scenario says itself who presses and for how long: no --presses, --duration.")
        }
        guard !spreadSources || field.connect.host.hasPrefix("127.") else {
            throw ValidationError("--spread-sources needs a gateway in 127.0.0.0/8, not \(field.connect.host).")
        }
    }

    func run() async throws {
        let terminal = Terminal()
        let signals = StopSignals()
        let told = try scenario.map { try load($0, terminal) }
        let records = try chosenUnits(told, terminal)
        let access = try console.map { console in
            try field.access(
                console: console, officer: officer ?? "", passwordFile: passwordFile ?? "", terminal)
        }
        raiseLimits(units: records.count, terminal)
        let plan = plan(records, told, terminal)
        let ledger = PressLedger()
        let fleet: Fleet
        do {
            fleet = try Fleet(plan: plan, pki: field.pki, ledger: ledger, terminal: terminal)
        } catch {
            throw failure(error is TLSError ? .noInput : .system, "\(error)", terminal)
        }
        let client = access.map(OfficerClient.init)
        let limits = RunLimits(
            presses: presses, durationS: duration, timeoutS: timeout, isAnswering: answer,
            hasScenario: told != nil,
            everyS: statsEvery, journalOf: journalOf, hgrm: hgrm)
        let run = FieldRun(fleet: fleet, client: client, limits: limits, signals: signals)
        let status: ExitCode
        do {
            status = try await run.run(answererSeed: plan.seed &+ 1)
        } catch {
            await client?.shutdown()
            throw error
        }
        await client?.shutdown()
        if status != .success { throw status }
    }

    private func load(_ path: String, _ terminal: Terminal) throws -> Scenario {
        do throws(SettingsError) {
            return try Scenario.load(path: path)
        } catch {
            throw failure(.noInput, "\(error)", terminal)
        }
    }

    private func plan(_ records: [UnitRecord], _ scenario: Scenario?, _ terminal: Terminal) -> FleetPlan {
        let seed = seed ?? scenario?.seed ?? 1
        var plan = FleetPlan(
            gateway: field.connect, units: records, seed: seed, heartbeatS: heartbeatS,
            schedule: scenario == nil
                ? PressSchedule(seed: seed, everyS: pressEvery, units: records.count, limit: presses) : nil)
        plan.pace = FleetPace(connectsPerS: connectsPerS, spreadsSources: spreadSources)
        guard let scenario else { return plan }
        let carriers = Carriers.ofEach(records)
        let spelt = ScenarioPlan(scenario, carriers: carriers, seed: seed)
        plan.scenario = spelt
        terminal.line("\(scenario.name): \(spelt.steps.count) steps in \(scenario.durationS) s")
        if spelt.omittedSteps > 0 {
            terminal.note("\(spelt.omittedSteps) steps do not fit and are left out: make the scenario smaller")
        }
        for case .carrierFails(let carrier, _) in scenario.happenings.map(\.kind) where !carriers.contains(carrier)
        {
            terminal.note(
                "no unit has the carrier \(carrier); there are \(Set(carriers).sorted().joined(separator: ", "))")
        }
        return plan
    }

    private func raiseLimits(units: Int, _ terminal: Terminal) {
        let wanted = units + 256
        let limit = DescriptorLimit.raise(to: wanted)
        if limit < wanted {
            terminal.note("\(limit) descriptors may be open, \(wanted) are needed: raise the limit (ulimit -Hn)")
        }
    }

    private func chosenUnits(_ scenario: Scenario?, _ terminal: Terminal) throws -> [UnitRecord] {
        let all = try field.loadUnits(terminal)
        if let units, units > all.count {
            throw ValidationError("--units \(units): the registry has \(all.count).")
        }
        return Array(all.prefix(units ?? scenario?.units ?? all.count))
    }
}
