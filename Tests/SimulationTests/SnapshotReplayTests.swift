import AlertDispatch
import AlertModel
import Testing

@testable import SimulatorKit

@Suite("A start from a snapshot is a start from the beginning")
struct SnapshotReplayTests {
    /// Journals of whole runs, with crashes, repeats, two paths and clocks that jump.
    @Test("the same state hash and the same effects, wherever the snapshot was taken", .timeLimit(.minutes(5)))
    func everywhere() throws {
        var compared = 0
        for seed in UInt64(1)...60 {
            var settings = SimulationSettings(seed: seed)
            settings.removesSegments = false
            let simulation = Simulation(settings)
            _ = simulation.run()
            let records = simulation.gateway.disk.records
            var random = SeededGenerator(seed: seed)
            for _ in 0..<4 {
                compared += try compare(records, cut: random.below(records.count + 1), seed: seed)
            }
        }
        #expect(compared > 10_000)
    }

    /// - Returns: records behind the cut.
    private func compare(_ records: [SimulatedRecord], cut: Int, seed: UInt64) throws -> Int {
        var whole = Dispatcher()
        var ignored: [Effect] = []
        for record in records[..<cut] {
            let event = try #require(record.event)
            whole.step(event, sequence: record.sequence, at: record.at, effects: &ignored)
        }
        let bytes = whole.snapshot()
        var resumed = try Dispatcher.restored(from: bytes)
        for record in records[cut...] {
            let event = try #require(record.event)
            var expected: [Effect] = []
            var found: [Effect] = []
            whole.step(event, sequence: record.sequence, at: record.at, effects: &expected)
            resumed.step(event, sequence: record.sequence, at: record.at, effects: &found)
            #expect(expected == found, "seed \(seed), cut \(cut), record \(record.sequence.value)")
        }
        let hashes = (whole.stateHash(), resumed.stateHash())
        #expect(hashes.0 == hashes.1, "seed \(seed), cut \(cut)")
        return records.count - cut
    }
}
