// Results for programs.

import AlertModel
import Foundation
import SimulatorKit

enum ReportJSON {
    private struct Range: Encodable {
        let from: UInt64
        let seeds: UInt64
        let seconds: Double
        let totals: [String: UInt64]
        let failure: Run?
        let again: String?
    }

    private struct Run: Encodable {
        let seed: UInt64
        let hash: UInt64
        let violations: [Broken]
        let totals: [String: UInt64]
    }

    private struct Broken: Encodable {
        let rule: String
        let tick: Int
        let detail: String
        let alert: UInt64?
        let unit: String?
    }

    /// Many seeds.
    static func object(_ result: RangeResult, _ options: SimulateOptions, seconds: Double) -> String {
        text(
            Range(
                from: options.from, seeds: result.seeds, seconds: seconds, totals: totals(result.totals),
                failure: result.failure.map(run), again: result.failure.map { options.command($0.seed) }))
    }

    /// One seed.
    static func object(_ report: SimulationReport) -> String { text(run(report)) }

    private static func run(_ report: SimulationReport) -> Run {
        Run(
            seed: report.seed, hash: report.hash,
            violations: report.violations.map {
                Broken(
                    rule: $0.rule.rawValue, tick: $0.tick, detail: $0.detail, alert: $0.alert?.value,
                    unit: $0.unit?.description)
            }, totals: totals(report.totals))
    }

    private static func totals(_ totals: StormTotals) -> [String: UInt64] {
        Dictionary(uniqueKeysWithValues: StormFigure.allCases.map { ($0.rawValue, totals[$0]) })
    }

    private static func text(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        do { return String(decoding: try encoder.encode(value), as: UTF8.self) } catch { return "{}" }
    }
}
