import AlertModel
import Journal
import Testing

@Suite("The recovery table, row by row")
struct RecoveryTableTests {
    @Test("every state stands in exactly one row")
    func total() {
        for place in RecoveryPlace.allCases {
            for aftermath in RecoveryAftermath.allCases {
                let rows = RecoveryTable.rows.filter {
                    $0.places.contains(place) && $0.aftermaths.contains(aftermath)
                }
                #expect(rows.count == 1, "\(place), \(aftermath): \(rows.map(\.label.rawValue))")
            }
        }
    }

    @Test("every label has a scenario below")
    func complete() {
        #expect(Set(Scenario.all.map(\.label)) == Set(RecoveryCase.Label.allCases))
    }

    @Test("each row decides as it says", arguments: Scenario.all)
    func scenario(_ scenario: Scenario) throws {
        var stage = try Stage()
        try scenario.prepare(&stage)
        var replayed: [Sample] = []
        do throws(JournalError) {
            var journal = try open(stage.disk, from: scenario.from, replayed: &replayed)
            guard case .opens(let count, let cutFrom) = scenario.outcome else {
                Issue.record("opened: \(journal.report)")
                return
            }
            let report = journal.report
            #expect(replayed == Array(stage.written.prefix(count)))
            #expect(report.end == scenario.label || scenario.isPassing)
            #expect(report.cut?.offset == cutFrom)
            // What was cut is gone for good, and the journal goes on where it ended.
            let more = try journal.commit(2, random: &stage.random)
            let kept = replayed
            journal = try open(stage.disk, replayed: &replayed)
            #expect(replayed == kept + more)
            #expect(journal.report.cut == nil)
        } catch {
            guard case .refused(let sequence) = scenario.outcome else { return #expect("\(error)" == "") }
            let code: JournalError.Code =
                scenario.label == .unknownFlag ? .newerVersion : .damaged(scenario.label)
            #expect(error.code == code, "\(error)")
            #expect(error.sequence?.value == sequence, "\(error)")
            #expect(error.file != nil && error.offset != nil || stage.disk.segments.isEmpty, "\(error)")
        }
    }
}

@Suite("A newer version is refused as such")
struct NewerVersionTests {
    @Test("a later version, a feature that is not known", arguments: [(8, UInt8(2)), (12, 3), (15, 0x80)])
    func header(offset: Int, value: UInt8) throws {
        let stage = try Stage()
        var block = stage.disk.bytes(0..<4096, of: 1)
        block[offset] = value
        let crc = block.withUnsafeBytes { CRC32C.checksum(0, UnsafeRawBufferPointer(rebasing: $0[..<4092])) }
        withUnsafeBytes(of: crc.littleEndian) { block.replaceSubrange(4092..<4096, with: $0) }
        stage.disk.overwrite(block, at: 0, of: 1)
        var replayed: [Sample] = []
        do throws(JournalError) {
            _ = try open(stage.disk, replayed: &replayed)
            Issue.record("opened")
        } catch {
            #expect(error.code == .newerVersion && error.file != nil, "\(error)")
        }
        #expect(replayed.isEmpty)
    }
}

/// What was done to the journal and what the table makes of it.
struct Scenario: Sendable, CustomTestStringConvertible {
    enum Outcome: Sendable {
        case opens(count: Int, cutFrom: Int?)
        case refused(sequence: UInt64)
    }
    let label: RecoveryCase.Label
    let name: String
    let outcome: Outcome
    /// Whether the scan passes this row and ends at another.
    var isPassing = false
    /// The first sequence that no snapshot holds.
    var from: UInt64 = 1
    let prepare: @Sendable (inout Stage) throws -> Void
    var testDescription: String { "\(label.rawValue): \(name)" }

    static let all = clean + torn + lost + misdirected + changed + segments

    private static let clean: [Scenario] = [
        Scenario(label: .next, name: "nothing happened", outcome: .opens(count: 9, cutFrom: nil), isPassing: true)
        {
            _ in
        },
        Scenario(label: .cleanEnd, name: "nothing happened", outcome: .opens(count: 9, cutFrom: nil)) { _ in },
        Scenario(
            label: .segmentEnd, name: "a second segment", outcome: .opens(count: 27, cutFrom: nil), isPassing: true
        ) { try $0.fill() },
        Scenario(
            label: .segmentEnd, name: "garbage behind the end of a full segment",
            outcome: .opens(count: 27, cutFrom: nil), isPassing: true
        ) { stage in
            try stage.fill()
            let end = stage.disk.segments[1]?.durable.lastIndex { $0 != 0 } ?? 0
            if end + 1 < 8192 { stage.disk.flip(1, at: end + 1, of: 1) }
        },
    ]

    private static let torn: [Scenario] = [
        Scenario(
            label: .torn, name: "zeroed tail: the last record's block is missing",
            outcome: .opens(count: 8, cutFrom: 5408)
        ) {
            $0.disk.overwrite([UInt8](repeating: 0, count: 5632 - 5408), at: 5408, of: 1)
        },
        Scenario(
            label: .torn, name: "torn last record: the write stopped inside it",
            outcome: .opens(count: 8, cutFrom: 5408)
        ) {
            $0.disk.overwrite([UInt8](repeating: 0, count: 5632 - 5450), at: 5450, of: 1)
        },
        Scenario(label: .torn, name: "first record of the batch missing", outcome: .opens(count: 6, cutFrom: 5120))
        {
            $0.disk.overwrite([UInt8](repeating: 0, count: Stage.recordBytes), at: 5216, of: 1)
        },
        Scenario(
            label: .torn, name: "torn in the middle of a batch: a record between others is missing",
            outcome: .opens(count: 7, cutFrom: 5312)
        ) {
            $0.disk.overwrite([UInt8](repeating: 0, count: Stage.recordBytes), at: 5312, of: 1)
        },
        Scenario(label: .torn, name: "length insane at the tail", outcome: .opens(count: 8, cutFrom: 5408)) {
            $0.disk.overwrite([0xFF, 0xFF, 0xFF, 0xFF], at: 5412, of: 1)
        },
        Scenario(label: .torn, name: "CRC wrong at the tail", outcome: .opens(count: 8, cutFrom: 5408)) {
            $0.disk.flip(4, at: 5470, of: 1)
        },
        Scenario(
            label: .torn, name: "batch header unreadable at the tail", outcome: .opens(count: 6, cutFrom: 5120)
        ) { $0.disk.flip(4, at: 5130, of: 1) },
        Scenario(
            label: .strayBytes, name: "first block of a torn batch missing",
            outcome: .opens(count: 6, cutFrom: 5120)
        ) { $0.disk.overwrite([UInt8](repeating: 0, count: 216), at: 5120, of: 1) },
        Scenario(label: .strayBytes, name: "one bit in the unused part", outcome: .opens(count: 9, cutFrom: 5632))
        {
            $0.disk.flip(1, at: 8000, of: 1)
        },
        Scenario(
            label: .strayBytes, name: "stale data of another journal's use of the blocks",
            outcome: .opens(count: 9, cutFrom: 5632)
        ) { stage in
            let other = SimulatedDisk()
            var replayed: [Sample] = []
            var journal = try open(other, identity: 99, replayed: &replayed)
            for _ in 0..<4 { _ = try journal.commit(3, random: &stage.random) }
            stage.disk.overwrite(other.bytes(5632..<6144, of: 1), at: 5632 + 512, of: 1)
        },
        Scenario(
            label: .torn, name: "stale data of an older use of the segment, as the next batch",
            outcome: .opens(count: 9, cutFrom: 5632)
        ) { stage in
            // The same journal, the same place, the very sequences that come next, from before it was restored.
            let older = SimulatedDisk()
            var replayed: [Sample] = []
            var journal = try open(older, created: 2, replayed: &replayed)
            for _ in 0..<4 { _ = try journal.commit(3, random: &stage.random) }
            stage.disk.overwrite(older.bytes(5632..<6144, of: 1), at: 5632, of: 1)
        },
        Scenario(
            label: .cleanEnd, name: "a batch cut before, and another behind it",
            outcome: .opens(count: 10, cutFrom: nil)
        ) { try $0.cutAndGoOn() },
    ]

    private static let lost: [Scenario] = [
        Scenario(label: .lostRecord, name: "CRC wrong in the middle", outcome: .refused(sequence: 5)) {
            $0.disk.flip(4, at: 4608 + 96 + Stage.recordBytes + 50, of: 1)
        },
        Scenario(label: .lostRecord, name: "record zeroed in the middle", outcome: .refused(sequence: 5)) {
            $0.disk.overwrite([UInt8](repeating: 0, count: 96), at: 4608 + 96 + Stage.recordBytes, of: 1)
        },
        Scenario(label: .lostRecord, name: "batch header unreadable in the middle", outcome: .refused(sequence: 4))
        {
            $0.disk.flip(4, at: 4608 + 20, of: 1)
        },
        Scenario(
            label: .lostRecord, name: "middle damaged and the next batch's header too: its records prove it",
            outcome: .refused(sequence: 5)
        ) {
            $0.disk.flip(4, at: 4608 + 96 + Stage.recordBytes + 50, of: 1)
            $0.disk.flip(4, at: 5130, of: 1)
        },
        Scenario(label: .lostRecord, name: "end of a full segment damaged", outcome: .refused(sequence: 8)) {
            stage in
            try stage.fill()
            stage.disk.flip(4, at: 5120 + 96 + Stage.recordBytes, of: 1)
        },
        Scenario(
            label: .lostRecord, name: "a cut batch's header goes back to what it was",
            outcome: .refused(sequence: 9)
        ) { stage in
            let header = stage.disk.bytes(5120..<5216, of: 1)
            try stage.cutAndGoOn()
            stage.disk.overwrite(header, at: 5120, of: 1)
        },
        Scenario(
            label: .lostBatch, name: "missing block: a whole batch zeroed in the middle",
            outcome: .refused(sequence: 4)
        ) {
            $0.disk.overwrite([UInt8](repeating: 0, count: 512), at: 4608, of: 1)
        },
        Scenario(label: .wreck, name: "garbage over more than a batch", outcome: .refused(sequence: 1)) { stage in
            stage = try Stage.garbage(bytes: 2 << 20)
        },
        Scenario(label: .missingSequence, name: "a later batch in its place", outcome: .refused(sequence: 4)) {
            try $0.forgeBatch(first: 6, at: 4608)
        },
        Scenario(label: .repeatedSequence, name: "an earlier batch in its place", outcome: .refused(sequence: 4)) {
            try $0.forgeBatch(first: 1, at: 4608)
        },
    ]

    private static let misdirected: [Scenario] = [
        Scenario(
            label: .misplacedBlock, name: "duplicated block: one written over another",
            outcome: .refused(sequence: 4)
        ) {
            $0.disk.overwrite($0.disk.bytes(5120..<5632, of: 1), at: 4608, of: 1)
        },
        Scenario(
            label: .strayBlock, name: "misdirected block: one written behind the end instead of at its place",
            outcome: .refused(sequence: 7)
        ) {
            $0.disk.overwrite($0.disk.bytes(5120..<5632, of: 1), at: 6144, of: 1)
            $0.disk.overwrite([UInt8](repeating: 0, count: 512), at: 5120, of: 1)
        },
        Scenario(
            label: .misplacedBlock, name: "duplicated block: the last batch once more behind the end",
            outcome: .refused(sequence: 10)
        ) { $0.disk.overwrite($0.disk.bytes(5120..<5632, of: 1), at: 5632, of: 1) },
        Scenario(label: .unknownFlag, name: "a batch flag of a later version", outcome: .refused(sequence: 4)) {
            try $0.forgeBatch(first: 4, at: 4608, flags: 1)
        },
    ]

    private static let changed: [Scenario] = [
        Scenario(label: .brokenChain, name: "a record changed and its CRC mended", outcome: .refused(sequence: 4))
        {
            $0.changeRecord(at: 4608 + 96 + Stage.recordBytes)
        },
        Scenario(
            label: .brokenChain, name: "the last record changed and its CRC mended", outcome: .refused(sequence: 7)
        ) { $0.changeRecord(at: 5120 + 96 + 2 * Stage.recordBytes) },
        Scenario(
            label: .brokenChain, name: "a record changed, its CRC and its batch's chain mended",
            outcome: .refused(sequence: 7)
        ) {
            $0.changeRecord(at: 4608 + 96)
            $0.mendChain(ofBatchAt: 4608, previousAt: 4096)
        },
        Scenario(
            label: .brokenChain, name: "the end of a segment changed, its CRC and its batch's chain mended",
            outcome: .refused(sequence: 25)
        ) { stage in
            try stage.fill()
            stage.changeRecord(at: 7680 + 96)
            stage.mendChain(ofBatchAt: 7680, previousAt: 7168)
        },
    ]

    private static let segments: [Scenario] = [
        Scenario(label: .headerUnreadable, name: "a bit of the header", outcome: .refused(sequence: 1)) {
            $0.disk.flip(1, at: 2000, of: 1)
        },
        Scenario(label: .headerMisfit, name: "the file is shorter than it says", outcome: .refused(sequence: 1)) {
            $0.disk.segments[1]?.visible.removeLast(512)
        },
        Scenario(
            label: .headerMisfit, name: "the file has another's name", outcome: .refused(sequence: 2), from: 2
        ) {
            $0.disk.segments[1 + 1] = $0.disk.segments.removeValue(forKey: 1)
        },
        Scenario(label: .foreignSegment, name: "a segment of another journal", outcome: .refused(sequence: 25)) {
            stage in
            try stage.fill()
            let other = SimulatedDisk()
            var replayed: [Sample] = []
            var journal = try open(other, identity: 99, replayed: &replayed)
            while other.segments.count < 2 { _ = try journal.commit(3, random: &stage.random) }
            stage.disk.segments[stage.second] = other.segments[stage.second]
        },
        Scenario(
            label: .missingSegment, name: "a file between others is gone", outcome: .refused(sequence: 25)
        ) { stage in
            try stage.fill(segments: 3)
            stage.disk.segments[25] = nil
        },
        Scenario(label: .missingSegment, name: "the first file is gone", outcome: .refused(sequence: 1)) { stage in
            try stage.fill()
            stage.disk.segments[1] = nil
        },
        Scenario(
            label: .missingSegment, name: "a gap that is larger than the one declared",
            outcome: .refused(sequence: 10)
        ) { try $0.forgeSegment(first: 21, declaredGap: 10) },
        Scenario(
            label: .declaredGap, name: "the first records, and some between two segments",
            outcome: .opens(count: 6, cutFrom: nil), isPassing: true
        ) { try $0.salvage(without: [1, 2, 6]) },
        Scenario(label: .repeatedSegment, name: "a copy of an older state beside", outcome: .refused(sequence: 10))
        {
            stage in
            try stage.forgeSegment(first: 7)
        },
        Scenario(
            label: .missingSegment, name: "the segment that holds the first record behind a snapshot is gone",
            outcome: .refused(sequence: 20), from: 20
        ) { stage in
            try stage.fill()
            stage.disk.segments[1] = nil
        },
        Scenario(
            label: .snapshotAhead, name: "the last batch is gone", outcome: .refused(sequence: 7), from: 10
        ) { $0.disk.overwrite([UInt8](repeating: 0, count: 512), at: 5120, of: 1) },
        Scenario(
            label: .snapshotAhead, name: "every segment is gone", outcome: .refused(sequence: 1), from: 10
        ) { $0.disk.segments = [:] },
    ]
}
