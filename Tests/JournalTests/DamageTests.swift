import AlertModel
import Journal
import Testing

@Suite("No damage goes unnoticed, no acknowledged record silently")
struct DamageTests {
    /// Opens a damaged journal and checks what may never happen.
    ///
    /// - Parameters:
    ///   - acknowledged: records of all batches but the last.
    private func check(
        _ disk: SimulatedDisk, written: [Sample], acknowledged: Int, limits: JournalLimits, _ what: String
    ) {
        var replayed: [Sample] = []
        do throws(JournalError) {
            let journal = try open(disk, limits: limits, replayed: &replayed)
            let report = journal.report
            #expect(replayed == Array(written.prefix(replayed.count)), "wrong record accepted: \(what)")
            #expect(replayed.count >= acknowledged, "acknowledged record dropped: \(what)")
            #expect(replayed.count == written.count || report.cut != nil, "dropped without a word: \(what)")
        } catch {
            #expect(error.file != nil && error.offset != nil, "\(what): \(error)")
            // What was handed out before the refusal was right, too.
            #expect(replayed == Array(written.prefix(replayed.count)), "wrong record accepted: \(what)")
        }
    }

    @Test("a change of any byte of a segment of three batches")
    func everyByte() throws {
        let stage = try Stage()
        for offset in 0..<8192 {
            for mask in [UInt8(1), 0xFF] {
                let disk = stage.disk.copy()
                disk.flip(mask, at: offset, of: 1)
                check(
                    disk, written: stage.written, acknowledged: 6, limits: smallLimits(),
                    "byte \(offset) ^ \(mask)")
            }
        }
    }

    @Test("random changes in journals of many batches and segments", arguments: 0..<60 as Range<UInt64>)
    func randomBytes(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let disk = SimulatedDisk()
        let limits = smallLimits(segmentBytes: 4096 * Int.random(in: 2...6, using: &random))
        var replayed: [Sample] = []
        var journal = try open(disk, limits: limits, replayed: &replayed)
        var written: [Sample] = []
        var acknowledged = 0
        for _ in 0..<Int.random(in: 2...20, using: &random) {
            acknowledged = written.count
            for _ in 0..<Int.random(in: 1...8, using: &random) where !journal.batchIsFull {
                written.append(
                    try journal.append(bodyBytes: .random(in: 0...300, using: &random), random: &random))
            }
            try journal.commit()
        }
        for _ in 0..<30 {
            let copy = disk.copy()
            guard let segment = copy.segments.keys.sorted().randomElement(using: &random) else { return }
            let offset = Int.random(in: 0..<limits.segmentBytes, using: &random)
            let bytes = Int.random(in: 1...min(40, limits.segmentBytes - offset), using: &random)
            let isZeroing = Bool.random(using: &random)
            let noise = (0..<bytes).map { _ in isZeroing ? 0 : UInt8.random(in: 0...255, using: &random) }
            copy.overwrite(noise, at: offset, of: segment)
            // Noise over the end of one batch and the header of the next still leaves records that tell.
            check(
                copy, written: written, acknowledged: acknowledged, limits: limits,
                "seed \(seed), segment \(segment), offset \(offset), \(bytes) bytes")
        }
    }

    @Test("the last batch stops at any byte", arguments: [false, true])
    func everyTruncation(isFirstBatch: Bool) throws {
        var random = SeededRandom(seed: 3)
        for kept in 0...1024 {
            let disk = SimulatedDisk()
            var replayed: [Sample] = []
            var journal = try open(disk, replayed: &replayed)
            var written = isFirstBatch ? [] : try journal.commit(3, random: &random)
            let acknowledged = written.count
            disk.failSyncAfter = 0
            for _ in 0..<6 { written.append(try journal.append(bodyBytes: 60, random: &random)) }
            do throws(JournalError) {
                try journal.commit()
                Issue.record("synced")
            } catch { #expect(error.code == .inputOutput) }
            disk.failSyncAfter = nil
            disk.cutPower(keepingBytes: kept)
            journal = try open(disk, replayed: &replayed)
            #expect(replayed.count >= acknowledged, "\(kept) bytes kept")
            #expect(replayed == Array(written.prefix(replayed.count)), "\(kept) bytes kept")
            let now = replayed + (try journal.commit(2, random: &random))
            _ = try open(disk, replayed: &replayed)
            #expect(replayed == now, "\(kept) bytes kept")
        }
    }
}

@Suite("Power cuts")
struct PowerCutTests {
    @Test("at any write, keeping any of the unsynced sectors", arguments: 0..<100 as Range<UInt64>)
    func randomCuts(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let disk = SimulatedDisk()
        let limits = smallLimits(segmentBytes: 4096 * Int.random(in: 2...5, using: &random))
        var certain: [Sample] = []
        var possible: [Sample] = []
        for life in 0..<12 {
            var replayed: [Sample] = []
            var journal = try open(disk, limits: limits, replayed: &replayed)
            #expect(replayed.count >= certain.count, "lost; seed \(seed), life \(life)")
            #expect(replayed == Array(possible.prefix(replayed.count)), "wrong; seed \(seed), life \(life)")
            certain = replayed
            possible = replayed
            disk.failSyncAfter = Int.random(in: 0...7, using: &random)
            do throws(JournalError) {
                // Some lives end between two commits, most inside one.
                for _ in 0..<7 {
                    for _ in 0..<Int.random(in: 1...8, using: &random) where !journal.batchIsFull {
                        let bodyBytes = Int.random(in: 0...300, using: &random)
                        possible.append(try journal.append(bodyBytes: bodyBytes, random: &random))
                    }
                    try journal.commit()
                    certain = possible
                }
            } catch { #expect(error.code == .inputOutput) }
            disk.failSyncAfter = nil
            disk.cutPower(&random, keepingEach: Double.random(in: 0...1, using: &random))
        }
    }

    @Test("during the recovery itself", arguments: 0..<40 as Range<UInt64>)
    func cutsDuringRecovery(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let disk = SimulatedDisk()
        var replayed: [Sample] = []
        var journal = try open(disk, replayed: &replayed)
        let certain = try journal.commit(4, random: &random)
        disk.failSyncAfter = 0
        _ = try? journal.commit(5, bodyBytes: 200, random: &random)
        disk.cutPower(&random, keepingEach: 0.5)
        for _ in 0..<6 {
            disk.failSyncAfter = 0
            #expect(throws: JournalError.self) { _ = try open(disk, replayed: &replayed) }
            disk.cutPower(&random, keepingEach: 0.5)
        }
        disk.failSyncAfter = nil
        _ = try open(disk, replayed: &replayed)
        #expect(Array(replayed.prefix(4)) == certain, "seed \(seed)")
    }

    @Test("what a killed process wrote and did not sync is durable once it was replayed")
    func unsyncedIsSyncedAtOpening() throws {
        var random = SeededRandom(seed: 1)
        let disk = SimulatedDisk()
        var replayed: [Sample] = []
        var journal = try open(disk, replayed: &replayed)
        disk.failSyncAfter = 0
        _ = try? journal.commit(3, random: &random)
        disk.failSyncAfter = nil
        // Killed, not powered off: the next process reads what the kernel still holds.
        journal = try open(disk, replayed: &replayed)
        let seen = replayed
        #expect(seen.count == 3)
        disk.cutPower(&random, keepingEach: 0)
        _ = try open(disk, replayed: &replayed)
        #expect(replayed == seen)
    }
}
