// A histogram as the text that HdrHistogram's tools and plotters read (.hgrm).

extension LatencyHistogram {
    /// Milliseconds with three decimals, percentile, count up to it, and one in how many are slower.
    ///
    /// - Parameter ticks: rows for each halving of what is left to 100 %; at least 1. HdrHistogram's own tools take 5.
    public func table(ticks: Int = 5) -> String {
        var lines = [row("Value", "Percentile", "TotalCount", "1/(1-Percentile)"), ""]
        var seen: UInt64 = 0
        var level = 0.0
        let all = buckets
        for (number, bucket) in all.enumerated() {
            seen += bucket.count
            let reached = Double(seen) / Double(count)
            while number < all.count - 1, level <= reached {
                lines.append(row(bucket.top, level, seen))
                level = Self.next(after: level, ticks: max(1, ticks))
            }
        }
        if let last = all.last {
            lines.append(row(last.top, level, count))
            lines.append(row(last.top, 1, count))
        }
        lines.append(
            "#[Mean    = \(pad(fixed(mean / 1e6, 3), 12)), StdDeviation   = \(pad(fixed(standardDeviation / 1e6, 3), 12))]"
        )
        lines.append(
            "#[Max     = \(pad(fixed(Double(maximum ?? 0) / 1e6, 3), 12)), Total count    = \(pad("\(count)", 12))]"
        )
        lines.append("#[Buckets = \(pad("\(doublings)", 12)), SubBuckets     = \(pad("\(Self.exactValues)", 12))]")
        return lines.joined(separator: "\n") + "\n"
    }

    /// The next percentile to report: `ticks` steps until half of what is left is done, then as many for the next half.
    private static func next(after level: Double, ticks: Int) -> Double {
        var left = 1.0
        while left / 2 >= 1 - level { left /= 2 }
        return level + left / Double(2 * ticks)
    }

    /// Doublings in use, the exact part as one.
    private var doublings: Int {
        buckets.last.map { max(1, Self.place(of: $0.top) / (Self.exactValues / 2)) } ?? 1
    }

    private func row(_ value: UInt64, _ level: Double, _ seen: UInt64) -> String {
        let inverse = level < 1 ? fixed(1 / (1 - level), 2) : nil
        return row(fixed(Double(value) / 1e6, 3), fixed(level, 12), "\(seen)", inverse)
    }

    private func row(_ value: String, _ level: String, _ seen: String, _ inverse: String?) -> String {
        let line = "\(pad(value, 12)) \(pad(level, 14)) \(pad(seen, 10))"
        return inverse.map { "\(line) \(pad($0, 14))" } ?? line
    }

    private func pad(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// A number with so many decimals; for numbers from 0 up to 10¹⁵ and 12 decimals at most.
    private func fixed(_ number: Double, _ decimals: Int) -> String {
        var scale: UInt64 = 1
        for _ in 0..<decimals { scale *= 10 }
        let whole = number.rounded(.down)
        var units = UInt64(whole)
        var fraction = UInt64(((number - whole) * Double(scale)).rounded())
        if fraction >= scale {
            units += 1
            fraction -= scale
        }
        let digits = "\(fraction)"
        return "\(units)." + String(repeating: "0", count: decimals - digits.count) + digits
    }
}
