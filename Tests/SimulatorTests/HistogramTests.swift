import SimulatedField
import Testing

@Suite("Latencies are counted to three digits")
struct HistogramTests {
    @Test(
        "every percentile is that of a sort, at most a thousandth above", arguments: 1...20 as ClosedRange<UInt64>)
    func againstSort(seed: UInt64) {
        var chance = Chance(seed: seed)
        var histogram = LatencyHistogram()
        // From nanoseconds to half an hour: the exponent is as random as the digits.
        let values = (0..<Int(1 + seed * 100)).map { _ in
            chance.next() >> UInt64.random(in: 23...63, using: &chance)
        }
        for value in values { histogram.record(value) }
        let exact = Latencies(values)
        for percent in [0, 1, 25, 50, 90, 99, 99.9, 100] {
            let wanted = exact.percentile(percent) ?? 0
            let found = histogram.percentile(percent) ?? 0
            #expect(
                found >= wanted && found - wanted <= wanted / 1_000,
                "seed \(seed), \(percent) %: \(found), \(wanted)")
        }
        #expect(histogram.count == UInt64(values.count) && histogram.maximum == values.max())
        #expect(histogram.minimum == values.min())
        let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
        #expect(abs(histogram.mean - mean) <= mean / 1e9, "seed \(seed)")
    }

    @Test("each value lies in its bucket, and buckets follow each other without a gap")
    func buckets() {
        var before: UInt64?
        for value in [0, 1, 2_046, 2_047, 2_048, 2_049, 2_050, 4_095, 4_096, 4_099, 4_100, 8_191, 8_192, .max]
            as [UInt64]
        {
            var one = LatencyHistogram()
            // The largest of all would need 55 doublings: memory for it is not worth a test.
            guard value < 1 << 40 else { continue }
            one.record(value)
            #expect(one.buckets.count == 1 && one.buckets[0].top >= value)
            #expect(one.buckets[0].top - value < max(1, value / 1_024))
            if let before { #expect(one.buckets[0].top >= before) }
            before = one.buckets[0].top
        }
        var many = LatencyHistogram()
        for value in 0..<10_000 as Range<UInt64> { many.record(value) }
        // 2,048 of one, 1,024 of two, 1,024 of four, and 1,808 values behind 8,192 in buckets of eight.
        #expect(many.buckets.count == 2_048 + 1_024 + 1_024 + 226)
    }

    @Test("what two counted, their sum has counted")
    func sums() {
        var left = LatencyHistogram()
        var right = LatencyHistogram()
        var both = LatencyHistogram()
        for value in 1...1_000 as ClosedRange<UInt64> {
            if value % 3 == 0 { left.record(value * 7_919) } else { right.record(value * 7_919) }
            both.record(value * 7_919)
        }
        left.add(right)
        #expect(
            left.buckets.map(\.count) == both.buckets.map(\.count) && left.percentile(99) == both.percentile(99))
        left.add(LatencyHistogram())
        #expect(left.count == 1_000 && left.maximum == 7_919_000)
    }

    @Test("the table is HdrHistogram's text")
    func table() {
        var histogram = LatencyHistogram()
        for milliseconds in 1...100 as ClosedRange<UInt64> { histogram.record(milliseconds * 1_000_000) }
        let lines = histogram.table(ticks: 1).split(separator: "\n", omittingEmptySubsequences: false).map(
            String.init)
        #expect(lines[0] == "       Value     Percentile TotalCount 1/(1-Percentile)")
        #expect(lines[1] == "")
        #expect(lines[2] == "       1.000 0.000000000000          1           1.00", "\(lines[2])")
        #expect(lines[3] == "      50.004 0.500000000000         50           2.00", "\(lines[3])")
        #expect(lines[4] == "      75.039 0.750000000000         75           4.00", "\(lines[4])")
        #expect(lines.contains { $0.hasSuffix("1.000000000000        100") })
        #expect(lines.contains("#[Mean    =       50.500, StdDeviation   =       28.866]"))
        #expect(lines.contains("#[Max     =      100.000, Total count    =          100]"))
        let values = lines.dropFirst(2).compactMap { line in
            line.hasPrefix("#") ? nil : line.split(separator: " ").first.flatMap { Double($0) }
        }
        #expect(values == values.sorted())
    }

    @Test("one value, and none, have a table too")
    func small() {
        var histogram = LatencyHistogram()
        #expect(histogram.percentile(50) == nil)
        #expect(histogram.table().contains("Total count    =            0"))
        histogram.record(5_000_000)
        #expect(histogram.percentile(0) == histogram.percentile(100))
        #expect(histogram.table().contains("1.000000000000          1\n"))
    }
}
