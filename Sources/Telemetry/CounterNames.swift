// Counters as operators read them.

extension Counter {
    /// The permanent metric name without the `sosgateway_` prefix and the `_total` suffix.
    public var name: String {
        // The Swift name in snake case: one word for one thing, in code and on dashboards.
        var text = ""
        var follows = false
        for character in String(describing: self) {
            if character.isUppercase && !follows { text.append("_") }
            follows = character.isUppercase
            text.append(contentsOf: character.lowercased())
        }
        return text
    }
}

extension Counters {
    /// Every counter and timing in Prometheus text exposition format 0.0.4.
    public func prometheusText() -> String {
        var text = ""
        for counter in Counter.allCases {
            let name = "sosgateway_\(counter.name)_total"
            text += "# TYPE \(name) counter\n\(name) \(value(counter))\n"
        }
        for timing in Timing.allCases { text += prometheusText(of: timing) }
        return text
    }

    private func prometheusText(of timing: Timing) -> String {
        let name = "sosgateway_\(timing.name)_seconds"
        let totals = totals(of: timing)
        var text = "# HELP \(name) \(timing.help)\n# TYPE \(name) histogram\n"
        var sum: UInt64 = 0
        for (bucket, count) in totals.buckets.enumerated() {
            sum &+= count
            let bound = bucket < Timing.bounds.count ? Timing.bounds[bucket].seconds : "+Inf"
            text += "\(name)_bucket{le=\"\(bound)\"} \(sum)\n"
        }
        return text + "\(name)_sum \(Self.seconds(totals.nanoseconds))\n\(name)_count \(sum)\n"
    }

    /// Nanoseconds as seconds, to the last digit: this tier has no formatter, and a float would round.
    private static func seconds(_ nanoseconds: UInt64) -> String {
        let fraction = String(nanoseconds % 1_000_000_000)
        let zeros = String(repeating: "0", count: 9 - fraction.count)
        return "\(nanoseconds / 1_000_000_000).\(zeros)\(fraction)"
    }
}
