import AlertModel
import Testing

@testable import UnitTransport

@Suite("Reporting times")
struct ReportingTimesTests {
    @Test("a new table holds for the next link; what is not in it is nil")
    func replacement() throws {
        let one = try UnitID("AST-1")
        let two = try UnitID("AST-2")
        let times = ReportingTimes([one: 20])
        var view = ReportingTimes.View(times)
        #expect(view.seconds(for: one) == 20)
        #expect(view.seconds(for: two) == nil)
        times.replace(with: [two: 180])
        times.replace(with: [two: 90])
        #expect(view.seconds(for: one) == nil)
        #expect(view.seconds(for: two) == 90)
    }

    @Test("one thread reads while another replaces: always one whole table", .timeLimit(.minutes(5)))
    func whileReading() async throws {
        let units = try (0..<50).map { try UnitID("AST-\($0)") }
        let times = ReportingTimes(Dictionary(uniqueKeysWithValues: units.map { ($0, 0) }))
        let writer = Task.detached {
            for round in 1...2_000 {
                times.replace(with: Dictionary(uniqueKeysWithValues: units.map { ($0, UInt16(round)) }))
            }
        }
        var view = ReportingTimes.View(times)
        var last: UInt16 = 0
        while last < 2_000 {
            let seconds = view.seconds(for: units[0]) ?? 0
            #expect(seconds >= last)
            last = seconds
            await Task.yield()
        }
        await writer.value
    }
}
