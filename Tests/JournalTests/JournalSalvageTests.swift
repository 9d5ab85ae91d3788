import AlertModel
import Journal
import Testing

@Suite("Salvage")
struct JournalSalvageTests {
    @Test(
        "whatever was destroyed, recovery takes the salvaged journal as it is", arguments: 0..<60 as Range<UInt64>)
    func reopens(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let disk = SimulatedDisk()
        let limits = smallLimits(segmentBytes: 4096 * Int.random(in: 2...5, using: &random))
        var replayed: [Sample] = []
        var journal = try open(disk, limits: limits, replayed: &replayed)
        for _ in 0..<Int.random(in: 3...30, using: &random) {
            _ = try journal.commit(.random(in: 1...5, using: &random), random: &random)
        }
        for _ in 0..<Int.random(in: 1...5, using: &random) {
            guard let segment = disk.segments.keys.randomElement(using: &random) else { break }
            let start = Int.random(in: 0..<limits.segmentBytes - 600, using: &random)
            let noise = (0..<Int.random(in: 1...600, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            disk.overwrite(noise, at: start, of: segment)
        }
        if Int.random(in: 0..<4, using: &random) == 0, let lost = disk.segments.keys.randomElement(using: &random)
        {
            disk.segments[lost] = nil
        }
        let readable = try ReadJournal(disk).records
        guard !readable.isEmpty else { return }
        let (salvaged, gaps) = try disk.salvaged(limits: limits)
        #expect(try ReadJournal(salvaged).findings.allSatisfy { $0.gravity == .note }, "seed \(seed)")
        journal = try open(salvaged, limits: limits, replayed: &replayed)
        #expect(replayed == readable, "seed \(seed)")
        #expect(journal.report.gaps.map(\.first) == gaps.map(\.first), "seed \(seed)")
        #expect(journal.report.gaps.map(\.last) == gaps.map(\.last), "seed \(seed)")
        let more = try journal.commit(3, random: &random)
        _ = try open(salvaged, limits: limits, replayed: &replayed)
        #expect(replayed == readable + more, "seed \(seed)")
    }

    @Test("gaps are named with the times around them, and every record keeps its sequence")
    func gaps() throws {
        let stage = try Stage()
        let (salvaged, gaps) = try stage.disk.salvaged(without: [1, 4, 5])
        #expect(gaps.map(\.first.value) == [1, 4] && gaps.map(\.last.value) == [1, 5])
        #expect(gaps.first?.after == nil && gaps.last?.after == stage.written[2].at.wall)
        #expect(gaps.last?.before == stage.written[5].at.wall)
        #expect(gaps.last?.count == 2)
        let read = try ReadJournal(salvaged)
        #expect(read.records.map(\.sequence) == [2, 3, 6, 7, 8, 9])
        #expect(read.findings.map(\.kind) == [.row(.declaredGap), .row(.declaredGap)])
        #expect(read.verification.verdict == .good)
    }

    @Test("a whole journal, salvaged, holds the same records without a gap, over several segments")
    func whole() throws {
        var stage = try Stage()
        try stage.fill()
        let (salvaged, gaps) = try stage.disk.salvaged(limits: smallLimits(batchBytesMax: 1024))
        #expect(gaps.isEmpty)
        var replayed: [Sample] = []
        let journal = try open(salvaged, replayed: &replayed)
        #expect(replayed == stage.written && journal.report.gaps.isEmpty)
    }

    @Test("a gap that a snapshot covers does not concern the journal opened behind it")
    func snapshotBehindTheGap() throws {
        let stage = try Stage()
        let (salvaged, _) = try stage.disk.salvaged(without: [4, 5])
        var replayed: [Sample] = []
        let journal = try open(salvaged, from: 7, replayed: &replayed)
        #expect(replayed == Array(stage.written.suffix(3)) && journal.report.gaps.isEmpty)
    }
}
