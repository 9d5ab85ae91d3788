// `sos-simulator check`: one press through everything, step by step, without a person.

import AlertModel
import ArgumentParser
import Settings
import SimulatedField

/// Proves that one press comes through.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Lets one unit press and one officer answer; prints every step with its latency.")

    @OptionGroup var field: FieldOptions

    @Option(help: ArgumentHelp("The console, such as https://127.0.0.1:8443.", valueName: "url"))
    var console: String
    @Option(help: "Who signs in there.")
    var officer: String
    @Option(help: ArgumentHelp("Its first line is the officer's password.", valueName: "file"))
    var passwordFile: String
    @Option(help: ArgumentHelp("For everything together.", valueName: "seconds"))
    var timeout: Double = 20

    func validate() throws {
        guard timeout > 0 else { throw ValidationError("--timeout must be more than 0.") }
    }

    func run() async throws {
        let terminal = Terminal()
        let units = try field.loadUnits(terminal)
        let access = try field.access(
            console: console, officer: officer, passwordFile: passwordFile, terminal)
        let client = OfficerClient(access)
        let steps = CheckSteps(terminal: terminal, timeoutS: timeout)
        let check = PressCheck(
            steps: steps, client: client, units: units, gateway: field.connect, pki: field.pki)
        let isPassed = await withTaskGroup(of: Bool.self) { group in
            group.addTask { await check.run() }
            group.addTask {
                try? await Task.sleep(for: .seconds(timeout))
                return false
            }
            // Whoever is first cancels the other; a check that is cancelled says at which step.
            let first = await group.next() ?? false
            group.cancelAll()
            await group.waitForAll()
            return first
        }
        await client.shutdown()
        guard isPassed else { throw ExitCode(ExitStatus.lost.rawValue) }
    }
}
