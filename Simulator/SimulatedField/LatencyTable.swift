// Exact percentiles of what was measured, as a table for people.

import AlertModel

/// A set of durations in nanoseconds.
public struct Latencies: Sendable {
    private let sorted: [UInt64]

    /// - Parameter nanoseconds: in any order.
    public init(_ nanoseconds: [UInt64]) { sorted = nanoseconds.sorted() }

    /// How many.
    public var count: Int { sorted.count }

    /// The smallest value that `percent` of all values do not exceed (nearest rank); nil without values.
    public func percentile(_ percent: Double) -> UInt64? {
        guard !sorted.isEmpty else { return nil }
        let rank = Int((percent / 100 * Double(sorted.count)).rounded(.up))
        return sorted[max(1, min(rank, sorted.count)) - 1]
    }

    /// The largest.
    public var maximum: UInt64? { sorted.last }
}

/// The table at the end of a run.
public enum LatencyTable {
    /// Count, p50, p99 and maximum in ms: from the press to `stored`, and from an alert's first press to the console
    /// and to each stage at the unit. Stages that were there before the press are left out.
    public static func text(presses: [PressRecord], alerts: [AlertRecord]) -> String {
        var groups: [(String, [UInt64])] = [
            ("stored", presses.compactMap { elapsed(from: $0.pressedAt, to: $0.storedAt) }),
            ("console", alerts.compactMap { elapsed(from: $0.pressedAt, to: $0.shownAt) }),
        ]
        for stage in Stage.allCases where stage != .stored {
            groups.append(("\(stage)", alerts.compactMap { elapsed(from: $0.pressedAt, to: $0.stages[stage]) }))
        }
        let rows = groups.filter { !$0.1.isEmpty }.map { name, values in
            let latencies = Latencies(values)
            return row(
                name, "\(latencies.count)", milliseconds(latencies.percentile(50)),
                milliseconds(latencies.percentile(99)), milliseconds(latencies.maximum))
        }
        return ([row("press to", "count", "p50 ms", "p99 ms", "max ms")] + rows).joined(separator: "\n")
    }

    /// Nanoseconds as milliseconds with two decimals; `-` for nil.
    public static func milliseconds(_ nanoseconds: UInt64?) -> String {
        guard let nanoseconds else { return "-" }
        let hundredths = nanoseconds / 10_000 + (nanoseconds % 10_000 >= 5_000 ? 1 : 0)
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }

    private static func elapsed(from start: MonotonicTime?, to end: MonotonicTime?) -> UInt64? {
        guard let start, let end, start <= end else { return nil }
        return end.nanosecondsSince(start)
    }

    private static func row(_ name: String, _ values: String...) -> String {
        values.reduce("  " + name + spaces(12 - name.count)) { line, value in
            line + spaces(max(1, 11 - value.count)) + value
        }
    }

    private static func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }
}
