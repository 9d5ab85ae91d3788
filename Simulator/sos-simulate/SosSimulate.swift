// Runs the simulation of the core for many seeds: is there one in which a promise breaks? Docs/simulation.md.

import Foundation
import SimulatorKit

@main
enum SosSimulate {
    static func main() async {
        do throws(OptionError) {
            let options = try SimulateOptions(CommandLine.arguments.dropFirst())
            exit(await run(options))
        } catch {
            Output.error("sos-simulate: \(error.reason)\n\(SimulateOptions.usage)")
            exit(64)
        }
    }

    /// - Returns: the exit code: 0 when nothing was found, 1 otherwise.
    private static func run(_ options: SimulateOptions) async -> Int32 {
        switch options.task {
        case .help:
            Output.line(SimulateOptions.usage)
            return 0
        case .everyBug: return await BugTable.run(options)
        case .oneSeed(let seed): return OneSeed.run(seed, options)
        case .manySeeds: return await ManySeeds.run(options)
        }
    }
}

/// Where lines go.
enum Output {
    /// To standard output.
    static func line(_ text: String) { print(text) }

    /// To standard error.
    static func error(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}
