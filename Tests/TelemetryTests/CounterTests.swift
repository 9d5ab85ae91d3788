import Foundation
import Telemetry
import Testing

@Suite("Counters")
struct CounterTests {
    /// Dashboards hold these: a number or name that stands here never changes, new ones are added.
    private static let pinned: [(name: String, number: Int)] = [
        ("connections_accepted", 0),
        ("connections_refused_backlog", 1),
        ("handshakes_completed", 2),
        ("handshakes_failed_no_certificate", 3),
        ("handshakes_failed_untrusted", 4),
        ("handshakes_failed_expired", 5),
        ("handshakes_failed_purpose", 6),
        ("handshakes_failed_not_tls", 7),
        ("handshakes_failed_version", 8),
        ("handshakes_failed_alpn", 9),
        ("handshakes_failed_identity", 10),
        ("handshakes_failed_timeout", 11),
        ("handshakes_failed_peer_closed", 12),
        ("handshakes_failed_other", 13),
        ("links_opened", 14),
        ("links_closed_goodbye", 15),
        ("links_closed_peer", 16),
        ("links_closed_silent", 17),
        ("links_closed_protocol", 18),
        ("links_closed_replaced", 19),
        ("links_closed_stopping", 20),
        ("links_closed_write_stalled", 21),
        ("accept_errors", 22),
        ("handshakes_failed_revoked", 23),
        ("links_closed_revoked", 24),
        ("connections_refused_address", 25),
        ("handshakes_queued", 28),
        ("handshakes_press_first", 29),
        ("connections_refused_wait", 30),
        ("frames_received", 32),
        ("frames_sent", 33),
        ("frames_skipped_unknown", 34),
        ("frames_refused_oversized", 35),
        ("frames_refused_malformed", 36),
        ("frames_refused_unknown_type", 37),
        ("frames_refused_version", 38),
        ("frames_refused_identity", 39),
        ("frames_refused_deadline", 40),
        ("frames_refused_unexpected", 41),
        ("presses_received", 42),
        ("heartbeats_received", 43),
        ("urgent_lane_full", 44),
        ("routine_shed", 45),
        ("answers_undeliverable", 46),
        ("routine_flooded", 52),
        ("journal_records", 64),
        ("journal_bytes", 65),
        ("journal_syncs", 66),
        ("journal_sync_nanoseconds", 67),
        ("journal_failures", 68),
        ("journal_syncs_slow", 69),
        ("snapshots_written", 72),
        ("snapshots_refused", 73),
        ("segments_verified", 74),
        ("segments_retired", 75),
        ("archivist_failures", 76),
        ("presses_stored", 80),
        ("presses_repeated", 81),
        ("alerts_raised", 82),
        ("alerts_claimed", 83),
        ("alerts_closed", 84),
        ("commands_refused", 85),
        ("events_undecodable", 86),
        ("console_sign_ins", 96),
        ("console_sign_ins_refused", 97),
        ("console_streams_opened", 98),
        ("console_streams_resynced", 99),
        ("reports_dropped", 100),
        ("console_connections_refused", 101),
        ("clock_steps", 112),
        ("warnings_raised", 113),
    ]

    @Test("names and numbers are permanent")
    func permanent() {
        for (name, number) in Self.pinned {
            #expect(Counter(rawValue: number)?.name == name)
        }
        #expect(Counter.allCases.count >= Self.pinned.count)
    }

    @Test("every counter is explained to operators")
    func documented() throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Docs/counters.md").standardizedFileURL
        let text = try String(contentsOf: page, encoding: .utf8)
        for counter in Counter.allCases {
            #expect(text.contains("| `\(counter.name)` | "), "\(counter.name) is not in Docs/counters.md")
        }
    }

    @Test("names are unique and in snake case")
    func names() {
        let names = Counter.allCases.map(\.name)
        #expect(Set(names).count == names.count)
        for name in names {
            #expect(name.first?.isLowercase == true && name.last != "_" && !name.contains("__"), "\(name)")
            #expect(name.allSatisfy { $0 == "_" || ($0.isASCII && ($0.isLowercase || $0.isNumber)) }, "\(name)")
        }
    }

    @Test("each counter counts for itself")
    func counts() {
        let counters = Counters()
        for (place, counter) in Counter.allCases.enumerated() {
            #expect(counters.value(counter) == 0)
            counters.add(counter)
            counters.add(counter, UInt64(place))
        }
        for (place, counter) in Counter.allCases.enumerated() {
            #expect(counters.value(counter) == UInt64(place) + 1)
        }
    }

    @Test("threads do not lose counts", .timeLimit(.minutes(5)))
    func threads() async {
        let counters = Counters()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask { for _ in 0..<10_000 { counters.add(.pressesStored) } }
            }
        }
        #expect(counters.value(.pressesStored) == 40_000)
        counters.add(.pressesStored, .max)
        #expect(counters.value(.pressesStored) == 39_999)
    }

    @Test("the exposition has a type and a value for each counter")
    func exposition() {
        let counters = Counters()
        counters.add(.pressesStored, 42)
        let lines = counters.prometheusText().split(separator: "\n")
        #expect(lines.count { $0.hasPrefix("# TYPE ") && $0.hasSuffix(" counter") } == Counter.allCases.count)
        #expect(lines.count { $0.contains("_total ") && !$0.hasPrefix("#") } == Counter.allCases.count)
        #expect(lines.contains("# TYPE sosgateway_presses_stored_total counter"))
        #expect(lines.contains("sosgateway_presses_stored_total 42"))
    }
}
