import AlertModel
import Journal
import Testing

@Suite("A journal gives back what was committed")
struct SegmentedJournalTests {
    @Test("random batches over many segments and reopenings", arguments: 0..<20 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let disk = SimulatedDisk()
        var written: [Sample] = []
        var replayed: [Sample] = []
        for _ in 0..<5 {
            // Sizes may change between two starts.
            let limits = smallLimits(segmentBytes: 4096 * Int.random(in: 2...5, using: &random))
            var journal = try open(disk, limits: limits, replayed: &replayed)
            #expect(replayed == written, "seed \(seed)")
            let last = journal.lastSequence
            #expect(last.value == UInt64(written.count), "seed \(seed)")
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                for _ in 0..<Int.random(in: 0...12, using: &random) where !journal.batchIsFull {
                    let bodyBytes = Int.random(in: 0...300, using: &random)
                    written.append(try journal.append(bodyBytes: bodyBytes, random: &random))
                }
                try journal.commit()
            }
        }
        _ = try open(disk, replayed: &replayed)
        #expect(replayed == written, "seed \(seed)")
    }

    @Test("a batch is one write and one sync, and an empty one is nothing")
    func oneSyncABatch() throws {
        var random = SeededRandom(seed: 1)
        let disk = SimulatedDisk()
        var replayed: [Sample] = []
        var journal = try open(disk, replayed: &replayed)
        let before = (disk.writes, disk.syncs)
        _ = try journal.commit(8, random: &random)
        #expect((disk.writes, disk.syncs) == (before.0 + 1, before.1 + 1))
        try journal.commit()
        #expect((disk.writes, disk.syncs) == (before.0 + 1, before.1 + 1))
    }

    @Test("durable follows last only at a commit")
    func sequences() throws {
        var random = SeededRandom(seed: 1)
        var replayed: [Sample] = []
        var journal = try open(SimulatedDisk(), replayed: &replayed)
        _ = try journal.append(bodyBytes: 5, random: &random)
        _ = try journal.append(bodyBytes: 5, random: &random)
        var state = (journal.lastSequence.value, journal.durableSequence.value)
        #expect(state == (2, 0))
        try journal.commit()
        state = (journal.lastSequence.value, journal.durableSequence.value)
        #expect(state == (2, 2))
    }

    @Test("a batch says that it is full while the largest record still fits")
    func fullBatch() throws {
        var random = SeededRandom(seed: 1)
        let disk = SimulatedDisk()
        var replayed: [Sample] = []
        var journal = try open(disk, replayed: &replayed)
        var written: [Sample] = []
        while !journal.batchIsFull { written.append(try journal.append(bodyBytes: 300, random: &random)) }
        #expect(written.count == 5)
        try journal.commit()
        let isFull = journal.batchIsFull
        #expect(!isFull)
        _ = try open(disk, replayed: &replayed)
        #expect(replayed == written)
    }

    @Test("behind a batch all is zero, whatever the batch before it left in memory")
    func padding() throws {
        var random = SeededRandom(seed: 1)
        let disk = SimulatedDisk()
        var replayed: [Sample] = []
        var journal = try open(disk, replayed: &replayed)
        _ = try journal.commit(5, bodyBytes: 250, random: &random)
        _ = try journal.commit(1, bodyBytes: 3, random: &random)
        // The first batch ends at 4096 + 96 + 5 × 296 and takes four blocks; the second begins at 6144.
        let end = 6144 + 96 + 48
        #expect(disk.bytes(6144..<end, of: 1).contains { $0 != 0 })
        #expect(disk.bytes(end..<8192, of: 1).allSatisfy { $0 == 0 })
    }

    @Test("a body over the limit is refused and costs nothing else")
    func bodyTooLarge() throws {
        var random = SeededRandom(seed: 1)
        let disk = SimulatedDisk()
        var replayed: [Sample] = []
        var journal = try open(disk, replayed: &replayed)
        do {
            _ = try journal.append(bodyBytes: 301, random: &random)
            Issue.record("taken")
        } catch {
            #expect(error.code == .bodyTooLarge)
        }
        let written = try journal.commit(1, random: &random)
        _ = try open(disk, replayed: &replayed)
        #expect(replayed == written)
    }

    @Test("replay may refuse, and its error comes out")
    func replayRefuses() throws {
        var random = SeededRandom(seed: 1)
        let disk = SimulatedDisk()
        var replayed: [Sample] = []
        var journal = try open(disk, replayed: &replayed)
        _ = try journal.commit(3, random: &random)
        let refusal = JournalError(.inputOutput, sequence: JournalSequence(2), reason: "not this one")
        #expect(throws: refusal) {
            _ = try SimulatedJournal.open(
                SimulatedStorage(disk: disk), limits: smallLimits(), identity: JournalIdentity(high: 1, low: 1),
                now: WallTime(nanoseconds: 0), digests: testDigests()
            ) { (record) throws(JournalError) in if record.sequence.value == 2 { throw refusal } }
        }
    }

    @Test("limits outside their range are refused by name")
    func limits() {
        let broken: [(JournalLimits, String)] = [
            (smallLimits(segmentBytes: 5000), "segmentBytes"),
            (smallLimits(segmentBytes: 2 << 30), "segmentBytes"),
            (smallLimits(batchBytesMax: 700), "batchBytesMax"),
            (smallLimits(batchBytesMax: 2 << 20), "batchBytesMax"),
            (smallLimits(batchBytesMax: 8192), "segment"),
            (smallLimits(bodyBytesMax: 2000), "body"),
        ]
        for (limits, word) in broken {
            do throws(JournalError) {
                try limits.validate()
                Issue.record("\(limits) is valid")
            } catch {
                #expect(error.code == .badLimits)
                #expect(error.reason.contains(word))
            }
        }
        var odd = smallLimits()
        odd.batchAlignment = 768
        #expect(throws: JournalError.self) { try odd.validate() }
        #expect(throws: Never.self) { try JournalLimits().validate() }
    }
}

@Suite("A refusal of the disk is final")
struct FinalFailureTests {
    @Test("of a write, of a sync, of a new segment", arguments: ["write", "sync", "segment"])
    func final(kind: String) throws {
        var random = SeededRandom(seed: 1)
        let disk = SimulatedDisk()
        var replayed: [Sample] = []
        var journal = try open(disk, replayed: &replayed)
        let durable = try journal.commit(3, random: &random)
        switch kind {
        case "write": disk.failWriteAfter = 0
        case "sync": disk.failSyncAfter = 0
        default: disk.segmentsMax = 1
        }
        var first: JournalError?
        for _ in 0..<20 where first == nil {
            do throws(JournalError) { _ = try journal.commit(3, bodyBytes: 300, random: &random) } catch {
                first = error
            }
        }
        let code: JournalError.Code = kind == "sync" ? .inputOutput : .noSpace
        #expect(first?.code == code)
        // The disk is well again, but what it holds is unknown: only a new opening may find out.
        disk.failWriteAfter = nil
        disk.failSyncAfter = nil
        disk.segmentsMax = .max
        let calls = (disk.writes, disk.syncs)
        do throws(JournalError) {
            try journal.commit()
            Issue.record("committed after a failure")
        } catch { #expect(error == first) }
        do throws(JournalError) {
            _ = try journal.append(bodyBytes: 1, random: &random)
            Issue.record("appended after a failure")
        } catch { #expect(error == first) }
        #expect((disk.writes, disk.syncs) == calls)
        let count = Int(journal.durableSequence.value)
        _ = try open(disk, replayed: &replayed)
        #expect(replayed.count >= count && Array(replayed.prefix(3)) == durable)
    }
}
