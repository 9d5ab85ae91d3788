import AlertModel
import Journal
import Testing

/// One seed: lives of a journal, each ended by a cut of the power, and what became of what was acknowledged.
private struct Storm {
    let seed: UInt64
    let isLying: Bool
    private(set) var cuts = 0
    private(set) var acknowledged = 0
    /// The first promise that was broken.
    private(set) var problem: String?

    init(seed: UInt64, isLying: Bool = false) {
        self.seed = seed
        self.isLying = isLying
    }

    mutating func run(lives: Int) {
        var random = SeededRandom(seed: seed)
        let disk = SimulatedDisk()
        disk.isLying = isLying
        let limits = smallLimits(segmentBytes: 4096 * Int.random(in: 2...3, using: &random))
        var certain: [Sample] = []
        var possible: [Sample] = []
        for life in 0..<lives where problem == nil {
            var replayed: [Sample] = []
            do throws(JournalError) {
                // Some cuts come during the recovery from the one before.
                if Int.random(in: 0..<4, using: &random) == 0 {
                    disk.failSyncAfter = Int.random(in: 0...2, using: &random)
                }
                var journal = try open(disk, limits: limits, replayed: &replayed)
                disk.failSyncAfter = nil
                judge(replayed, certain: certain, possible: possible, life: life)
                certain = replayed
                possible = replayed
                try live(&journal, on: disk, certain: &certain, possible: &possible, random: &random)
            } catch {
                if error.code != .inputOutput { problem = "life \(life) refused: \(error)" }
            }
            disk.failSyncAfter = nil
            disk.failWriteAfter = nil
            disk.cutPowerHarshly(&random)
            cuts += 1
        }
    }

    private mutating func live(
        _ journal: inout SimulatedJournal, on disk: SimulatedDisk, certain: inout [Sample],
        possible: inout [Sample], random: inout SeededRandom
    ) throws(JournalError) {
        disk.failSyncAfter = Int.random(in: 0...4, using: &random)
        for _ in 0..<4 {
            for _ in 0..<Int.random(in: 1...5, using: &random) where !journal.batchIsFull {
                possible.append(
                    try journal.append(bodyBytes: .random(in: 0...200, using: &random), random: &random))
            }
            try journal.commit()
            acknowledged += possible.count - certain.count
            certain = possible
        }
    }

    private mutating func judge(_ replayed: [Sample], certain: [Sample], possible: [Sample], life: Int) {
        if replayed.count < certain.count {
            problem = "life \(life) lost \(certain.count - replayed.count) of \(certain.count) acknowledged"
        } else if replayed != Array(possible.prefix(replayed.count)) {
            problem = "life \(life) has records that were never appended, or in another order"
        }
    }
}

@Suite("Power cuts by the thousand", .timeLimit(.minutes(5)))
struct PowerCutStormTests {
    private static let seedsPerGroup: UInt64 = 75

    @Test(
        "torn, reordered, zeroed and stale sectors cost nothing acknowledged", arguments: 0..<16 as Range<UInt64>)
    func nothingIsLost(group: UInt64) {
        var acknowledged = 0
        var cuts = 0
        for seed in group * Self.seedsPerGroup..<(group + 1) * Self.seedsPerGroup {
            var storm = Storm(seed: seed)
            storm.run(lives: 6)
            #expect(storm.problem == nil, "seed \(seed): \(storm.problem ?? "")")
            acknowledged += storm.acknowledged
            cuts += storm.cuts
        }
        // A storm that acknowledges nothing would prove nothing.
        #expect(cuts == 6 * Int(Self.seedsPerGroup) && acknowledged > 10 * cuts / 6)
    }

    @Test("a disk that lies about its syncs is caught by the same storm")
    func canary() {
        var caught = 0
        for seed in 0..<50 as Range<UInt64> {
            var storm = Storm(seed: seed, isLying: true)
            storm.run(lives: 6)
            if storm.problem != nil { caught += 1 }
        }
        #expect(caught > 40, "only \(caught) of 50 seeds noticed that nothing was synced")
    }
}
