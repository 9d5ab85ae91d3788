import AlertModel
import Journal
import JournalFiles
import Telemetry
import Testing

@Suite("Salvage on real files", .timeLimit(.minutes(5)))
struct SalvageFolderTests {
    let directory: TemporaryDirectory
    let target: TemporaryDirectory
    let digests: JournalDigests
    let written: [Written]

    /// Segments of records 1 to 3, 4 to 6, and 7 and 8; record 5 is damaged.
    init() throws {
        directory = try TemporaryDirectory()
        target = try TemporaryDirectory()
        digests = try JournalDigests.standard()
        var replayed: [Written] = []
        var writer = try openJournal(directory, replayed: &replayed)
        written = try (0..<8).flatMap { _ in try writer.write(1) }
        _ = consume writer
        try directory.write([0xEE, 0xEE, 0xEE], to: try directory.segments[1], at: 8192 + 96 + 20)
    }

    private func salvage(to path: String) throws -> JournalSalvagePlan {
        var folder = try JournalFolder(path: directory.path)
        let reader = JournalReader(digests: digests)
        var plan = JournalSalvagePlan()
        try reader.read(&folder) { plan.take($0) }
        plan.finish()
        var target = try SalvageFolder(path: path)
        for segment in plan.wholeSegments {
            try folder.withSegment(segment) { (bytes) throws(JournalError) in try target.put(segment, bytes) }
        }
        let start = try #require(plan.end)
        var salvage = try JournalSalvage(limits: testLimits, start: start, digests: digests)
        try reader.read(&folder, from: start.last.next) { (reading) throws(JournalError) in
            if case .record(let record, _) = reading { try salvage.append(record, to: &target) }
        }
        try salvage.finish(to: &target)
        try target.finish(report: Array("report".utf8))
        return plan
    }

    @Test("segments before the damage stay as they are, and the journal opens with everything else and the gap")
    func opens() throws {
        let plan = try salvage(to: target.path + "/journal")
        #expect(plan.wholeSegments.map(\.value) == [1] && plan.wholeRecords == 3)
        try directory.replace(with: target.path + "/journal")
        var replayed: [Written] = []
        let writer = try openJournal(directory, replayed: &replayed)
        #expect(replayed == written.filter { $0.sequence != 5 })
        #expect(writer.report.gaps.map(\.first.value) == [5])
    }

    @Test("snapshots before the damage and at the gap fit the salvaged journal")
    func snapshots() throws {
        let before = try read(0, previous: .zero)
        _ = try salvage(to: target.path + "/journal")
        try directory.replace(with: target.path + "/journal")
        let segments = try JournalDirectory.segments(in: directory.path)
        #expect(segments.map(\.first.value) == [1, 4, 6])
        let gap = try read(1, previous: before.chain)
        for (sequence, read) in [(UInt64(3), before), (4, gap)] {
            let header = SnapshotHeader(
                sequence: JournalSequence(sequence), identity: read.identity, stateHash: 0, lastAlertChange: .zero,
                created: WallTime(nanoseconds: 0), chain: read.chain)
            try ClosedSegments.check(header, against: segments, in: directory.path, digests: digests)
        }
        #expect(
            try ClosedSegments.declaredGap(before: JournalSequence(6), in: directory.path, digests: digests) == 1)
    }

    @Test("a directory that is there is not written into, and half a one is not called whole")
    func existing() throws {
        #expect(throws: JournalError.self) { _ = try SalvageFolder(path: directory.path) }
        let half = try SalvageFolder(path: target.path + "/half/")
        try half.put("anything", [1])
        #expect(try target.names == ["half.partial"])
        #expect(throws: JournalError.self) { _ = try SalvageFolder(path: target.path + "/half") }
        try half.finish(report: [])
        #expect(try target.names == ["half"])
        try directory.replace(with: target.path + "/half")
        #expect(try directory.names == ["anything", "salvage-report.txt"])
    }

    private func read(_ place: Int, previous: ChainValue) throws -> ReadSegment {
        try ClosedSegments.read(
            try JournalDirectory.segments(in: directory.path)[place], in: directory.path, previous: previous,
            digests: digests
        ) { (_) throws(JournalError) in }
    }
}
