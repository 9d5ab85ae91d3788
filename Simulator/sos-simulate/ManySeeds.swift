// Many seeds, with progress, totals, and the first failing one with its story.

import SimulatorKit

enum ManySeeds {
    /// Lines of a story that a person still reads.
    static let storyLinesMax = 160

    /// - Returns: the exit code.
    static func run(_ options: SimulateOptions) async -> Int32 {
        let clock = ContinuousClock()
        let start = clock.now
        let range = SeedRange(options)
        let progress = Task { await report(range, options, since: start) }
        let result = await range.run()
        progress.cancel()
        let seconds = start.duration(to: clock.now) / .seconds(1)
        let rate = Double(result.seeds) / max(seconds, 0.001)
        if options.isJSON {
            Output.line(ReportJSON.object(result, options, seconds: seconds))
        } else {
            Output.line(
                "\(result.seeds) seeds from \(options.from) in \(tenths(seconds)) s, \(Int(rate)) seeds/s, "
                    + "\(options.jobs) at a time")
            Output.line(words(of: result.totals))
        }
        guard let failure = result.failure else {
            if !options.isJSON { Output.line("nothing broke") }
            return 0
        }
        if !options.isJSON { tell(failure.seed, options) }
        return 1
    }

    /// Runs the seed again with its story.
    private static func tell(_ seed: UInt64, _ options: SimulateOptions) {
        var settings = options.settings(seed)
        settings.keepsTrace = true
        OneSeed.tell(Simulation(settings).run(), options)
    }

    private static func report(
        _ range: SeedRange, _ options: SimulateOptions, since start: ContinuousClock.Instant
    ) async {
        let clock = ContinuousClock()
        var second = 0
        while !Task.isCancelled {
            second += 5
            do { try await clock.sleep(until: start.advanced(by: .seconds(second))) } catch { return }
            let count = range.count
            Output.error("\(count) of \(options.seeds) seeds, \(count / UInt64(second)) seeds/s")
        }
    }

    private static func tenths(_ seconds: Double) -> Double { (seconds * 10).rounded() / 10 }

    private static func words(of totals: StormTotals) -> String {
        let words = StormFigure.allCases.map { "\(totals[$0]) \($0.rawValue)" }
        var lines: [String] = []
        for word in words {
            if let last = lines.last, last.count + word.count < 100 {
                lines[lines.count - 1] = last + ", " + word
            } else {
                lines.append(word)
            }
        }
        return lines.joined(separator: "\n")
    }
}
