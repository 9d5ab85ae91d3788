// One seed and its story.

import SimulatorKit

enum OneSeed {
    /// - Returns: the exit code.
    static func run(_ seed: UInt64, _ options: SimulateOptions) -> Int32 {
        var settings = options.settings(seed)
        settings.keepsTrace = !options.isJSON
        let report = Simulation(settings).run()
        if options.isJSON {
            Output.line(ReportJSON.object(report))
        } else if report.violations.isEmpty {
            if options.tells { report.trace.forEach { Output.line($0.description) } }
            Output.line("seed \(seed): nothing broke; hash \(report.hash)")
        } else {
            tell(report, options)
        }
        return report.violations.isEmpty ? 0 : 1
    }

    /// A failing run for people.
    static func tell(_ report: SimulationReport, _ options: SimulateOptions) {
        let story = options.tellsEverything ? report.trace : report.story(linesMax: ManySeeds.storyLinesMax)
        Output.line("\nseed \(report.seed) BROKE \(report.violations.count) time(s):")
        for violation in report.violations.prefix(10) { Output.line("  \(violation)") }
        Output.line("again:  \(options.command(report.seed))")
        Output.line("story (\(story.count) of \(report.trace.count) lines; all with --everything):")
        story.forEach { Output.line($0.description) }
    }
}
