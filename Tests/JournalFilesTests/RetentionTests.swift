import AlertModel
import Glibc
import Journal
import LinuxIO
import Telemetry
import Testing

@testable import JournalFiles

private let day: Int64 = 86_400_000_000_000

@Suite("Retention decides")
struct RetentionPolicyTests {
    private static let policy = RetentionPolicy(keepDays: 400, keepBytes: nil, keepSegmentsMin: 2)

    private func facts(closedDay: Int64 = 10) -> SegmentFacts {
        SegmentFacts(
            segment: .init(name: "a", first: JournalSequence(101), following: JournalSequence(201)),
            last: JournalSequence(200), created: WallTime(nanoseconds: 5 * day),
            closed: WallTime(nanoseconds: closedDay * day), bytes: 1_000)
    }

    private let satisfied = RetentionNeeds(
        snapshotThrough: JournalSequence(200), historyThrough: JournalSequence(200), holds: [],
        followers: [JournalFollower(name: "replica", has: JournalSequence(200))])

    private func verdict(
        _ policy: RetentionPolicy = policy, facts: SegmentFacts? = nil, newestDay: Int64 = 400, closed: Int = 3,
        bytes: Int = 4_000, nowDay: Int64 = 410, _ change: (inout RetentionNeeds) -> Void = { _ in }
    ) -> RetentionVerdict {
        var needs = satisfied
        change(&needs)
        return policy.verdict(
            on: facts ?? self.facts(), newestCreated: WallTime(nanoseconds: newestDay * day), closedCount: closed,
            bytes: bytes, needs: needs, now: WallTime(nanoseconds: nowDay * day))
    }

    @Test("one need after the other keeps a segment")
    func needs() {
        #expect(verdict() == .mayGo)
        #expect(verdict(nowDay: 409) == .young)
        #expect(verdict(closed: 2) == .recent)
        #expect(verdict { $0.snapshotThrough = JournalSequence(199) } == .neededBySnapshot)
        #expect(verdict { $0.historyThrough = JournalSequence(199) } == .neededByHistory)
        #expect(
            verdict { $0.followers.append(JournalFollower(name: "b", has: JournalSequence(199))) }
                == .neededByFollower("b"))
    }

    @Test("a hold keeps what it touches, by sequence or by time with a day's margin")
    func holds() {
        func held(_ extent: LegalHold.Extent) -> Bool {
            verdict { $0.holds = [LegalHold(extent, reason: "case 7")] } == .held("case 7")
        }
        #expect(held(.sequences(200...200)) && held(.sequences(0...101)) && held(.sequences(0...(.max))))
        #expect(!held(.sequences(0...100)) && !held(.sequences(201...(.max))))
        #expect(
            held(.times((11 * day)...(12 * day))) && held(.times(0...(4 * day))) && held(.times(.min...(.max))))
        #expect(!held(.times((11 * day + 1)...(12 * day))) && !held(.times(0...(4 * day - 1))))
    }

    @Test("size makes a segment due before its age, never past a need; no limits keep for ever")
    func size() {
        let bySize = RetentionPolicy(keepDays: nil, keepBytes: 4_000, keepSegmentsMin: 2)
        #expect(verdict(bySize) == .young)
        #expect(verdict(bySize, bytes: 4_001) == .mayGo)
        #expect(verdict(bySize, bytes: 4_001) { $0.snapshotThrough = .zero } == .neededBySnapshot)
        let forEver = RetentionPolicy(keepDays: nil, keepBytes: nil, keepSegmentsMin: 0)
        #expect(verdict(forEver, nowDay: 100_000) == .young)
    }

    @Test("a clock that jumps ahead removes nothing")
    func clock() {
        #expect(verdict(newestDay: 100, nowDay: 20_000) == .young)
        #expect(verdict(newestDay: 379, nowDay: 20_000) == .mayGo)
        #expect(verdict(newestDay: 106_000, nowDay: 106_700) == .mayGo)
    }
}

@Suite("Retention at work", .timeLimit(.minutes(5)))
struct RetentionWorkTests {
    let directory: TemporaryDirectory
    let outside: TemporaryDirectory
    let digests: JournalDigests
    init() throws {
        directory = try TemporaryDirectory()
        outside = try TemporaryDirectory()
        digests = try JournalDigests.standard()
        var replayed: [Written] = []
        var writer = try openJournal(directory, replayed: &replayed)
        // Three batches a segment: 1 to 3, 4 to 6, …, 16 to 18, 19.
        for _ in 0..<19 { _ = try writer.write(1) }
        var chain = ChainValue.zero
        for segment in try JournalDirectory.segments(in: directory.path).dropLast() {
            let read = try ClosedSegments.read(
                segment, in: directory.path, previous: chain, digests: digests
            ) { (_) throws(JournalError) in }
            chain = read.chain
            let last = JournalSequence((segment.following?.value ?? 1) - 1)
            guard last.value == 9 || last.value == 12 else { continue }
            try SnapshotFiles.write(
                Snapshot(
                    header: SnapshotHeader(
                        sequence: last, identity: read.identity, stateHash: 0, lastAlertChange: JournalSequence(8),
                        created: WallTime(nanoseconds: 0), chain: chain), body: [1, 2, 3]),
                in: directory.path, digests: digests)
        }
    }

    /// Segments are of 1970; everything is old. Only what is needed stays.
    private func apply(
        historyKnows: UInt64 = 8, archives: Bool = false
    ) throws -> (retired: [RetiredSegment], verdict: RetentionVerdict?) {
        var retired: [RetiredSegment] = []
        let verdict = try RetentionPolicy(keepDays: 1, keepBytes: nil, keepSegmentsMin: 1).apply(
            at: RetentionSite(
                journal: directory.path, holdsFile: "\(outside.path)/holds",
                followersDirectory: "\(outside.path)/f",
                archive: archives ? SegmentArchive(directory: "\(outside.path)/a") : nil),
            digests: digests, now: WallTime(nanoseconds: 10 * day),
            historyKnows: { (sequence) throws(JournalError) in sequence.value <= historyKnows },
            isStopping: { false }, retired: { retired.append($0) })
        return (retired, verdict)
    }

    private var firsts: [UInt64] {
        get throws { try JournalDirectory.segments(in: directory.path).map(\.first.value) }
    }

    @Test("takes what the oldest snapshot covers and nothing else; the journal opens behind it")
    func snapshot() throws {
        let (retired, verdict) = try apply()
        #expect(retired.map(\.facts.last.value) == [3, 6, 9] && verdict == .neededBySnapshot)
        #expect(try firsts == [10, 13, 16, 19])
        var count = 0
        _ = try JournalWriter.open(
            directory: directory.path, limits: testLimits, counters: Counters(), from: JournalSequence(10)
        ) { (_) throws(JournalError) in count += 1 }
        #expect(count == 10)
    }

    @Test("takes nothing while the history lacks something, or a snapshot is damaged or missing")
    func history() throws {
        #expect(try apply(historyKnows: 7).verdict == .neededByHistory)
        let name = SnapshotFiles.name(JournalSequence(12))
        try directory.write([9], to: name, at: SnapshotHeader.bytes)
        #expect(try apply().verdict == .neededBySnapshot)
        try directory.remove(name)
        #expect(try apply().verdict == .neededBySnapshot)
        #expect(try firsts.count == 7)
    }

    @Test("holds and followers are read from their files; what cannot be read keeps everything")
    func files() throws {
        try outside.write(Array("# held\n\n4 5 court order 17\n".utf8), to: "holds")
        #expect(try apply().verdict == .held("court order 17"))
        #expect(try firsts.first == 4)
        try outside.remove("holds")
        try outside.write(Array("4 five\n".utf8), to: "holds")
        #expect(throws: JournalError.self) { try apply() }
        try outside.remove("holds")
        _ = mkdir("\(outside.path)/f", 0o700)
        let other = try Files.open(
            "f", in: try Files.openDirectory(outside.path), access: .readOnly)
        _ = consume other
        try Files.replace("\(outside.path)/f/replica", with: Array("7\n".utf8))
        #expect(try apply().verdict == .neededByFollower("replica"))
        #expect(try firsts.first == 7)
        try Files.replace("\(outside.path)/f/replica", with: Array("seven".utf8))
        #expect(throws: JournalError.self) { try apply() }
        unlink("\(outside.path)/f/replica")
        #expect(try apply().retired.map(\.facts.last.value) == [9])
    }

    @Test("an archived segment unpacks to the file that it was, with both SHA-256 beside it")
    func archive() throws {
        let first = try JournalDirectory.segments(in: directory.path)[0].name
        let content = try directory.read(first)
        let (retired, _) = try apply(archives: true)
        #expect(retired.count == 3)
        let entry = try #require(retired.first?.archived)
        let archive = try Files.openDirectory("\(outside.path)/a")
        #expect(try Files.list(archive).count == 6)
        let text = try #require(try SmallFile.text("\(outside.path)/a/\(entry.name).sha256", bytesMax: 1_000))
        #expect(text.hasSuffix("\(entry.segmentSHA256)  \(first)\n"))
        let file = try Files.open(entry.name, in: archive, access: .readOnly)
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: entry.bytes, alignment: 8)
        defer { memory.deallocate() }
        #expect(try Files.pread(file, at: 0, into: memory) == entry.bytes)
        #expect(try SegmentArchive.unpack(Array(memory), bytes: content.count, name: "") == content)
        for name in try Files.list(archive) { try Files.unlink(name, in: archive) }
    }

    @Test("a hold behind a carriage return is a hold", arguments: ["\n", "\r\n", "\r"])
    func lineEnds(end: String) throws {
        let holds = try LegalHold.parse(
            ["# held", "1 5 court order 17", "", "6 9 court order 18"].joined(separator: end))
        #expect(
            holds == [
                LegalHold(.sequences(1...5), reason: "court order 17"),
                LegalHold(.sequences(6...9), reason: "court order 18"),
            ])
        #expect(throws: LegalHoldTextError(line: 2)) { try LegalHold.parse("# held\(end)7 five\(end)") }
    }

    @Test("two numbers in a follower's file are not one greater number")
    func followers() {
        #expect(JournalFollower.sequence(in: " 100\r\n") == 100)
        for text in ["100\n200\n", "1 00", "+5", "", "\n", "5\u{301}", "18446744073709551616"] {
            #expect(JournalFollower.sequence(in: text) == nil, "\(text)")
        }
    }

    @Test(
        "dates are dates",
        arguments: [
            ("1970-01-01", 0), ("2026-11-21", 1_795_219_200), ("2028-02-29T23:59:59Z", 1_835_481_599),
            ("2100-03-01", 4_107_542_400),
        ] as [(String, Int64)])
    func dates(text: String, seconds: Int64) {
        #expect(UTC.nanoseconds(text[...], isEnd: false) == seconds * 1_000_000_000)
    }

    @Test(
        "what is no date is none",
        arguments: [
            "2026-02-29", "2026-13-01", "2026-1-1", "1969-12-31", "2026-11-21T24:00:00Z", "2026-11-21T10:00:00",
            "",
            "2026-11-21T", "-2026-11-21", "2026-11-２1",
        ])
    func noDates(text: String) { #expect(UTC.nanoseconds(text[...], isEnd: false) == nil) }
}
