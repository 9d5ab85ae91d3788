import AlertModel
import Journal
import Testing

@Suite("Reading a journal that nobody may change")
struct JournalReaderTests {
    @Test("a whole journal reads as recovery replays it, without a finding")
    func whole() throws {
        var stage = try Stage()
        try stage.fill()
        let read = try ReadJournal(stage.disk)
        #expect(read.records == stage.written)
        #expect(read.findings == [])
        #expect(read.verification.verdict == .good)
        #expect(read.verification.anchor?.sequence.value == 27)
        #expect(try ReadJournal(stage.disk, from: 26).records == Array(stage.written.suffix(2)))
    }

    @Test(
        "one changed bit, anywhere in a journal of two segments, is found and named", arguments: [UInt8(1), 0x80])
    func everyBit(mask: UInt8) throws {
        var stage = try Stage()
        try stage.fill()
        let good = try ReadJournal(stage.disk)
        for (segment, step) in [(UInt64(1), 3), (stage.second, 17)] {
            // Headers are one checksum: few places stand for all of one.
            for offset in Array(stride(from: 0, to: 4096, by: 97 * step)) + stride(from: 4096, to: 8192, by: step)
            {
                let disk = stage.disk.copy()
                disk.flip(mask, at: offset, of: segment)
                let read = try ReadJournal(disk)
                let place = "byte \(offset) of \(segment)"
                guard let first = read.findings.first(where: { $0.gravity > .note }) else {
                    Issue.record("not found: \(place)")
                    continue
                }
                #expect(first.file == "segment-\(segment)", "\(place): \(first)")
                #expect(
                    first.sequence.value == named(offset, of: segment, in: good, first: segment),
                    "\(place): \(first)")
                // No record but the one that was hit is lost, and none is made up.
                let hit = zip(good.records, good.places).first { $0.1.covers(offset, of: segment) }?.0
                #expect(read.records == stage.written.filter { $0 != hit }, "\(place)")
            }
        }
    }

    /// The record that a change is to be named after: the one it is in, the first behind a header, the last before
    /// padding, the next one behind the end.
    private func named(_ offset: Int, of segment: UInt64, in good: ReadJournal, first: UInt64) -> UInt64 {
        guard offset >= 4096 else { return first }
        let here = zip(good.records, good.places).filter { $0.1.file == "segment-\(segment)" }
        if let hit = here.first(where: { $0.1.covers(offset, of: segment) }) { return hit.0.sequence }
        if let next = here.first(where: { $0.1.offset > offset }), next.1.offset - 96 <= offset {
            return next.0.sequence
        }
        guard let before = here.last(where: { $0.1.offset < offset })?.0.sequence else { return first }
        let isEnd = before == good.records.last?.sequence && offset >= 512 * ((here.last?.1.end ?? 0) / 512 + 1)
        return isEnd ? before + 1 : before
    }

    @Test("noise and zeros over many records: everything else is still read", arguments: 0..<200 as Range<UInt64>)
    func noise(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var stage = try Stage()
        try stage.fill()
        let good = try ReadJournal(stage.disk)
        let disk = stage.disk.copy()
        let segment = Bool.random(using: &random) ? 1 : stage.second
        let start = Int.random(in: 0..<8000, using: &random)
        let count = Int.random(in: 1...min(1500, 8192 - start), using: &random)
        let isZeroing = Bool.random(using: &random)
        disk.overwrite(
            (0..<count).map { _ in isZeroing ? 0 : .random(in: 1...255, using: &random) }, at: start, of: segment)
        let read = try ReadJournal(disk)
        let survivors = zip(good.records, good.places).filter {
            $0.1.file != "segment-\(segment)" || $0.1.end <= start || $0.1.offset >= start + count
        }.map(\.0)
        #expect(Set(read.records).isSuperset(of: survivors), "seed \(seed)")
        #expect(Set(read.records).isSubset(of: stage.written), "seed \(seed)")
        #expect(read.records.map(\.sequence) == read.records.map(\.sequence).sorted(), "seed \(seed)")
    }

    @Test("a segment whose header block is destroyed is read by the seed that its batches give away")
    func lostHeader() throws {
        var stage = try Stage()
        try stage.fill()
        stage.disk.overwrite((0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 5) }, at: 0, of: 1)
        let read = try ReadJournal(stage.disk)
        #expect(read.records == stage.written)
        #expect(read.findings.map(\.kind) == [.row(.headerUnreadable)])
    }

    @Test("files that are missing, shorter, or of another journal")
    func files() throws {
        var stage = try Stage()
        try stage.fill()
        let missing = stage.disk.copy()
        missing.segments[1] = nil
        var read = try ReadJournal(missing)
        #expect(read.findings.first?.kind == .beginsLater && read.findings.first?.lostThrough?.value == 24)
        #expect(read.records.map(\.sequence) == [25, 26, 27])
        #expect(try ReadJournal(missing, from: 25).findings == [])

        let shorter = stage.disk.copy()
        shorter.segments[1]?.visible.removeLast(1536)
        read = try ReadJournal(shorter)
        #expect(read.findings.first?.kind == .row(.headerMisfit))
        #expect(read.records.map(\.sequence) == Array(1...15) + [25, 26, 27])
        #expect(read.findings.contains { $0.sequence.value == 16 && $0.lostThrough?.value == 24 })
    }

    @Test("a batch that a daemon is writing is no damage")
    func tornTail() throws {
        var random = SeededRandom(seed: 5)
        for kept in stride(from: 1, to: 700, by: 13) {
            let stage = try Stage()
            var replayed: [Sample] = []
            var journal = try open(stage.disk, replayed: &replayed)
            stage.disk.failSyncAfter = 0
            for _ in 0..<6 { _ = try journal.append(bodyBytes: 60, random: &random) }
            #expect(throws: JournalError.self) { try journal.commit() }
            stage.disk.cutPower(keepingBytes: kept)
            let read = try ReadJournal(stage.disk)
            #expect(read.findings.allSatisfy { $0.gravity <= .tail }, "\(kept): \(read.findings)")
            #expect(Array(read.records.prefix(9)) == stage.written, "\(kept)")
            #expect(read.verification.anchor?.sequence.value == 9 || kept >= 696, "\(kept)")
        }
    }
}

@Suite("Somebody who knows the format")
struct TamperingTests {
    @Test("mends the record's CRC: the chain names the batch")
    func mendedChecksum() throws {
        let stage = try Stage()
        stage.changeRecord(at: 4608 + 96 + 96)
        let finding = try #require(try ReadJournal(stage.disk).findings.first)
        #expect(finding.kind == .row(.brokenChain) && finding.offset == 4608 && finding.sequence.value == 4)
    }

    @Test("mends the batch's chain too: the next batch does not continue it")
    func mendedChain() throws {
        let stage = try Stage()
        stage.changeRecord(at: 4608 + 96 + 96)
        stage.mendChain(ofBatchAt: 4608, previousAt: 4096)
        let finding = try #require(try ReadJournal(stage.disk).findings.first)
        #expect(finding.kind == .row(.brokenChain) && finding.offset == 5120)
    }

    @Test("rewrites everything from a place on: only a value kept outside tells")
    func rewritten() throws {
        let stage = try Stage()
        let anchors = [4096, 4608, 5120].enumerated().compactMap { index, offset in
            ChainAnchor("\(3 * index + 3):" + hexadecimal(stage.disk.bytes((offset + 40)..<(offset + 72), of: 1)))
        }
        #expect(anchors.count == 3)
        #expect(try ReadJournal(stage.disk, expecting: anchors).verification.verdict == .good)
        stage.changeRecord(at: 4608 + 96 + 96)
        stage.mendChain(ofBatchAt: 4608, previousAt: 4096)
        stage.mendChain(ofBatchAt: 5120, previousAt: 4608)
        #expect(try ReadJournal(stage.disk).verification.verdict == .good)
        let verification = try ReadJournal(stage.disk, expecting: anchors).verification
        #expect(verification.verdict == .changed)
        #expect(verification.rewritten?.after.value == 3 && verification.rewritten?.through.value == 6)
        #expect(verification.anchors.map { $0.state == .matches } == [true, false, false])
    }

    @Test("an expected value is read as it is printed, and nothing else")
    func anchors() {
        let digits = String(repeating: "aB", count: 32)
        #expect(ChainAnchor("7:\(digits)")?.description == "7:\(digits.lowercased())")
        for text in [
            "", "7", ":\(digits)", "0:\(digits)", "-1:\(digits)", "7:\(digits)0", "7:\(digits.dropLast())g",
        ] {
            #expect(ChainAnchor(text) == nil, "\(text)")
        }
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

extension JournalPlace {
    var end: Int { offset + bytes }

    func covers(_ place: Int, of segment: UInt64) -> Bool {
        file == "segment-\(segment)" && (offset..<end).contains(place)
    }
}
