// Every planted bug must be found, and by the rule that it breaks.

import SimulatorKit

enum BugTable {
    /// - Returns: the exit code: 1 when a bug escaped.
    static func run(_ options: SimulateOptions) async -> Int32 {
        var escaped = 0
        Output.line(row("bug", "what", "seed", "tick", "rule"))
        for bug in PlantedBug.allCases {
            var options = options
            options.bug = bug
            guard let found = await SeedRange(options).run().failure, let first = found.violations.first else {
                Output.line(row(bug.rawValue, bug.summary, "ESCAPED", "", ""))
                escaped += 1
                continue
            }
            let isExpected = bug.breaks.contains(first.rule)
            if !isExpected { escaped += 1 }
            let rule = first.rule.rawValue + (isExpected ? "" : " (UNEXPECTED)")
            Output.line(row(bug.rawValue, bug.summary, "\(found.seed)", "\(first.tick)", rule))
        }
        Output.line(escaped == 0 ? "every bug was found" : "\(escaped) not found as expected")
        return escaped == 0 ? 0 : 1
    }

    private static func row(_ bug: String, _ what: String, _ seed: String, _ tick: String, _ rule: String)
        -> String
    {
        padded(bug, 22) + padded(what, 40) + padded(seed, 8) + padded(tick, 6) + rule
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}
