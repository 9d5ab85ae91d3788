import Foundation
import SimulatedField
import Testing
import UnitProtocol

@Suite("The conformance kit judges by the document")
struct ConformanceTests {
    @Test("the clauses are those of the document's table, in its order")
    func clausesAreTheDocuments() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "Docs/unit-protocol.md"), encoding: .utf8)
        let parts = text.components(separatedBy: "\n## 11 Clauses\n")
        try #require(parts.count == 2)
        let rows = parts[1].components(separatedBy: "\n").filter { $0.hasPrefix("| U") || $0.hasPrefix("| G") }
        let unit = ConformanceClause.unit.map { "| \($0.number) | unit | \($0.text) |" }
        let gateway = ConformanceClause.gateway.map { "| \($0.number) | gateway | \($0.text) |" }
        #expect(rows == unit + gateway)
        #expect(Set(rows.map { $0.split(separator: " ")[1] }).count == rows.count)
    }

    @Test("the first failure of a clause stays, a pass takes the place of not tested")
    func verdictsAddUp() {
        var report = ConformanceReport([.init("U1", "one"), .init("U2", "two"), .init("U3", "three")])
        report.record("U1", .pass)
        report.record("U1", .fail(expected: "a", came: "b"))
        report.record("U1", .fail(expected: "c", came: "d"))
        report.record("U1", .pass)
        report.record("U2", .notTested("why"))
        report.record("U2", .pass)
        report.record("U2", .notTested("why"))
        report.close(because: "over")
        #expect(report["U1"] == .fail(expected: "a", came: "b"))
        #expect(report["U2"] == .pass)
        #expect(report["U3"] == .notTested("over"))
        #expect(report.counts == (1, 1, 1))
        #expect(report.line(of: report.clauses[0]).contains("FAIL        one\n"))
    }

    @Test(
        "waits between connections follow the row",
        arguments: [
            ([700, 1_300, 3_900, 5_000], true), ([300, 600, 1_700, 2_100], true), ([29_000], true),
            // It stays at a second; it never waits; it forgets the jitter; too early.
            ([900, 900, 900, 900], false), ([10, 10, 10], false), ([1_000, 2_000, 4_000, 8_000], false),
            ([700, 400], false),
        ] as [([Int], Bool)])
    func backoff(waits: [Int], isGood: Bool) {
        #expect((TimingJudge.backoff(waits) == .pass) == isGood)
    }

    @Test(
        "a press comes four times, then the connection ends",
        arguments: [
            ([0, 2_010, 4_100, 8_000], 16_000, true, true), ([0, 2_010, 4_100, 8_000], nil, true, false),
            ([0, 2_010, 4_100, 8_000], 10_000, true, false), ([0, 1_500, 3_500, 7_500], 15_500, false, true),
            ([0, 2_000, 4_000], 12_000, false, true), ([0, 2_000, 4_000, 6_000], 14_000, false, true),
        ] as [([Int], Int?, Bool, Bool)])
    func repeats(sent: [Int], end: Int?, isRow: Bool, isEnd: Bool) {
        let verdicts = TimingJudge.repeats(sent, endMs: end)
        #expect((verdicts.row == .pass) == isRow)
        #expect((verdicts.end == .pass) == isEnd)
    }

    @Test("silence longer than the interval is seen, also at the end of the watch")
    func heartbeats() {
        #expect(TimingJudge.heartbeats([0, 6_000, 12_100], untilMs: 13_400, intervalMs: 6_000) == .pass)
        #expect(TimingJudge.heartbeats([0, 6_000], untilMs: 13_400, intervalMs: 6_000).isFailure)
        #expect(TimingJudge.heartbeats([0, 7_000, 12_000], untilMs: 13_400, intervalMs: 6_000).isFailure)
    }

    @Test("with a press pending attempts are 1 to 2 s apart")
    func hurry() {
        #expect(TimingJudge.hurry([1_000, 1_999]) == .pass)
        #expect(TimingJudge.hurry([1_500, 400]).isFailure)
        #expect(TimingJudge.hurry([3_000]).isFailure)
    }

    @Test("a frame is taken from the front once it is whole, and told field by field")
    func frames() {
        let press = RawFrame(.stageConfirm, flags: 2, BigEndian.u64(0x1267) + [1, 0xAB])
        var bytes = press.bytes + [0, 1]
        #expect(RawFrame.take(from: &bytes) == press)
        #expect(bytes == [0, 1])
        #expect(RawFrame.take(from: &bytes) == nil)
        #expect(press.number(at: 0, bytes: 8) == 0x1267)
        #expect(press.number(at: 3, bytes: 8) == nil)
        #expect("\(press)" == "stageConfirm flags 02 alert=0000000000001267 stage=01 rest=ab")
        #expect("\(RawFrame(number: 0x7F))" == "type 7f")
    }
}
