import Telemetry
import Testing

@Suite("Timings")
struct TimingTests {
    @Test("a duration lands in the first bucket that holds it")
    func buckets() {
        let counters = Counters()
        for nanoseconds in [0, 100_000, 100_001, 5_000_000_000, 5_000_000_001, .max] as [UInt64] {
            counters.measured(.journalSync, nanoseconds: nanoseconds)
        }
        let totals = counters.totals(of: .journalSync)
        #expect(totals.count == 6)
        #expect(totals.buckets.first == 2 && totals.buckets[1] == 1)
        #expect(totals.buckets.suffix(2) == [1, 2])
        #expect(totals.count(longerThanNanoseconds: 100_000) == 4)
        #expect(totals.count(longerThanNanoseconds: 5_000_000_000) == 2)
        #expect(totals.count(longerThanNanoseconds: .max) == 0)
    }

    @Test("the exposition is a Prometheus histogram: accumulated, with sum and count")
    func exposition() {
        let counters = Counters()
        counters.measured(.journalSync, nanoseconds: 150_000)
        counters.measured(.journalSync, nanoseconds: 200_000_001)
        let lines = counters.prometheusText().split(separator: "\n").filter { $0.contains("journal_sync_seconds") }
        #expect(
            lines == [
                "# HELP sosgateway_journal_sync_seconds \(Timing.journalSync.help)",
                "# TYPE sosgateway_journal_sync_seconds histogram",
                #"sosgateway_journal_sync_seconds_bucket{le="0.0001"} 0"#,
                #"sosgateway_journal_sync_seconds_bucket{le="0.0002"} 1"#,
                #"sosgateway_journal_sync_seconds_bucket{le="0.0005"} 1"#,
                #"sosgateway_journal_sync_seconds_bucket{le="0.001"} 1"#,
                #"sosgateway_journal_sync_seconds_bucket{le="0.002"} 1"#,
                #"sosgateway_journal_sync_seconds_bucket{le="0.005"} 1"#,
                #"sosgateway_journal_sync_seconds_bucket{le="0.01"} 1"#,
                #"sosgateway_journal_sync_seconds_bucket{le="0.02"} 1"#,
                #"sosgateway_journal_sync_seconds_bucket{le="0.05"} 1"#,
                #"sosgateway_journal_sync_seconds_bucket{le="0.1"} 1"#,
                #"sosgateway_journal_sync_seconds_bucket{le="0.2"} 1"#,
                #"sosgateway_journal_sync_seconds_bucket{le="0.5"} 2"#,
                #"sosgateway_journal_sync_seconds_bucket{le="1"} 2"#,
                #"sosgateway_journal_sync_seconds_bucket{le="2"} 2"#,
                #"sosgateway_journal_sync_seconds_bucket{le="5"} 2"#,
                #"sosgateway_journal_sync_seconds_bucket{le="+Inf"} 2"#,
                "sosgateway_journal_sync_seconds_sum 0.200150001", "sosgateway_journal_sync_seconds_count 2",
            ])
    }
}
