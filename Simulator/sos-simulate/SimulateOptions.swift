// The command line.

import Foundation
import SimulatorKit

/// What is wrong with the command line.
struct OptionError: Error {
    let reason: String
}

/// What to run and how to say it.
struct SimulateOptions {
    /// What is asked for.
    enum Task {
        case help
        case everyBug
        case oneSeed(UInt64)
        case manySeeds
    }

    var task = Task.manySeeds
    /// How many seeds.
    var seeds: UInt64 = 1_000
    /// The first.
    var from: UInt64 = 1
    /// Seeds run at the same time.
    var jobs = ProcessInfo.processInfo.activeProcessorCount
    /// A mistake that the simulated gateway makes.
    var bug: PlantedBug?
    /// The story of one seed also when nothing broke.
    var tells = false
    /// The whole story, not only what concerns the broken alert.
    var tellsEverything = false
    var isJSON = false

    static let usage = """
        usage: sos-simulate [--seeds N] [--from S] [--jobs J] [--bug NAME] [--json]
               sos-simulate --seed S [--trace] [--everything] [--bug NAME] [--json]
               sos-simulate --bug all [--seeds N]
          --seeds N     how many seeds (1000; with --bug all, within how many each bug must be found: 100)
          --from S      the first seed (1)
          --jobs J      seeds at the same time (as many as processors)
          --seed S      one seed, with its story when it fails
          --trace       its story also when it does not fail
          --everything  the whole story, not only what concerns the broken alert
          --bug NAME    plant a bug: \(PlantedBug.allCases.map(\.rawValue).joined(separator: ", "))
          --json        one JSON object instead of lines
        exit codes: 0 nothing broke, 1 something did (with --bug all: one escaped), 64 this text
        """

    /// - Throws: ``OptionError`` for an unknown option or a value that is none.
    init(_ arguments: some Sequence<String>) throws(OptionError) {
        var left = Array(arguments)[...]
        var seedsAreGiven = false
        var oneSeed: UInt64?
        while let name = left.popFirst() {
            switch name {
            case "--seeds":
                seeds = try Self.number(name, &left)
                seedsAreGiven = true
            case "--from": from = try Self.number(name, &left)
            case "--jobs": jobs = Int(clamping: max(1, try Self.number(name, &left)))
            case "--seed": oneSeed = try Self.number(name, &left)
            case "--trace": tells = true
            case "--everything": tellsEverything = true
            case "--json": isJSON = true
            case "--bug":
                let value = left.popFirst() ?? ""
                bug = PlantedBug(rawValue: value)
                if value == "all" {
                    task = .everyBug
                } else if bug == nil {
                    throw OptionError(reason: "no bug is called \(value)")
                }
            case "--help", "-h":
                task = .help
                return
            default: throw OptionError(reason: "unknown option \(name)")
            }
        }
        guard !from.addingReportingOverflow(seeds).overflow else { throw OptionError(reason: "too many seeds") }
        if let oneSeed { task = .oneSeed(oneSeed) }
        if case .everyBug = task, !seedsAreGiven { seeds = 100 }
    }

    private static func number(_ name: String, _ left: inout ArraySlice<String>) throws(OptionError) -> UInt64 {
        let text = left.popFirst() ?? ""
        guard let number = UInt64(text) else { throw OptionError(reason: "\(name) takes a number, not “\(text)”") }
        return number
    }

    /// Settings of one run.
    func settings(_ seed: UInt64) -> SimulationSettings {
        var settings = SimulationSettings(seed: seed)
        settings.plantedBug = bug
        return settings
    }

    /// What replays a seed and tells its story.
    func command(_ seed: UInt64) -> String {
        "Scripts/simulate --seed \(seed)" + (bug.map { " --bug \($0.rawValue)" } ?? "") + " --trace"
    }
}
