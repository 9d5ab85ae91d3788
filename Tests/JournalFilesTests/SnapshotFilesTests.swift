import AlertModel
import Journal
import JournalFiles
import LinuxIO
import Telemetry
import Testing

@Suite("Snapshot files", .timeLimit(.minutes(5)))
struct SnapshotFilesTests {
    let directory: TemporaryDirectory
    let digests: JournalDigests
    init() throws {
        directory = try TemporaryDirectory()
        digests = try JournalDigests.standard()
    }

    private func snapshot(_ sequence: UInt64, bodyBytes: Int = 600_000) -> Snapshot {
        Snapshot(
            header: SnapshotHeader(
                sequence: JournalSequence(sequence), identity: JournalIdentity(high: 1, low: 2), stateHash: 77,
                lastAlertChange: JournalSequence(sequence - 1), created: WallTime(nanoseconds: -5), chain: .zero),
            body: (0..<bodyBytes).map { UInt8(truncatingIfNeeded: $0 &* 31) })
    }

    private func write(_ sequences: UInt64...) throws {
        for sequence in sequences {
            try SnapshotFiles.write(snapshot(sequence), in: directory.path, digests: digests)
        }
    }

    private func refusal(_ sequence: UInt64) -> SnapshotRefusal.Reason? {
        do throws(SnapshotRefusal) {
            _ = try SnapshotFiles.read(JournalSequence(sequence), in: directory.path, digests: digests)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test("what was written is read, the newest first, and the two newest stay")
    func roundTrip() throws {
        try write(5, 12, 9)
        try directory.write([1], to: "snapshot.preparing")
        try directory.write([1], to: "snapshot-7.state")
        #expect(try SnapshotFiles.list(in: directory.path).map(\.value) == [12, 9, 5])
        let found = try SnapshotFiles.read(JournalSequence(9), in: directory.path, digests: digests)
        #expect(found.header == snapshot(9).header && found.body == snapshot(9).body)
        try SnapshotFiles.prune(in: directory.path)
        #expect(try SnapshotFiles.list(in: directory.path).map(\.value) == [12, 9])
        #expect(try !directory.names.contains("snapshot.preparing"))
        try SnapshotFiles.setAside(JournalSequence(12), in: directory.path)
        #expect(try SnapshotFiles.list(in: directory.path).map(\.value) == [9])
        #expect(try directory.names.contains("\(SnapshotFiles.name(JournalSequence(12))).refused"))
    }

    @Test("every changed byte of header and body is noticed; so is every missing end")
    func damage() throws {
        let small = snapshot(3, bodyBytes: 50)
        try SnapshotFiles.write(small, in: directory.path, digests: digests)
        let name = SnapshotFiles.name(JournalSequence(3))
        let good = try directory.read(name)
        #expect(good.count == SnapshotHeader.bytes + 50)
        for offset in Array(0..<150) + Array(4080..<good.count) {
            try directory.write([good[offset] ^ 0x40], to: name, at: offset)
            #expect(refusal(3) == .damaged, "byte \(offset)")
            try directory.write([good[offset]], to: name, at: offset)
        }
        #expect(refusal(3) == nil)
        for bytes in [good.count - 1, SnapshotHeader.bytes, 100, 0] {
            try directory.truncate(name, to: bytes)
            #expect(refusal(3) == .damaged, "\(bytes) bytes")
        }
        #expect(refusal(4) == .unreadable)
    }

    @Test("a snapshot under another name, or of a later version, is not taken")
    func misfits() throws {
        try write(3)
        try directory.rename(SnapshotFiles.name(JournalSequence(3)), to: SnapshotFiles.name(JournalSequence(4)))
        #expect(refusal(4) == .damaged)
        var header = try Array(directory.read(SnapshotFiles.name(JournalSequence(4)))[..<SnapshotHeader.bytes])
        header[8] = 2
        let crc = header.withUnsafeBytes { CRC32C.checksum(0, UnsafeRawBufferPointer(rebasing: $0[..<4092])) }
        for place in 0..<4 { header[4092 + place] = UInt8(truncatingIfNeeded: crc >> UInt32(8 * place)) }
        try directory.write(header, to: SnapshotFiles.name(JournalSequence(4)))
        #expect(refusal(4) == .newerVersion)
    }
}

@Suite("Closed segments", .timeLimit(.minutes(5)))
struct ClosedSegmentsTests {
    let directory: TemporaryDirectory
    let digests: JournalDigests
    init() throws {
        directory = try TemporaryDirectory()
        digests = try JournalDigests.standard()
        var replayed: [Written] = []
        var writer = try openJournal(directory, replayed: &replayed)
        for _ in 0..<8 { _ = try writer.write(1) }
    }

    private var segments: [JournalDirectory.Segment] {
        get throws { try JournalDirectory.segments(in: directory.path) }
    }

    private func read(_ place: Int, previous: ChainValue?) throws -> ReadSegment {
        try ClosedSegments.read(
            try segments[place], in: directory.path, previous: previous, digests: digests
        ) { (_) throws(JournalError) in }
    }

    private func header(_ sequence: UInt64, _ read: ReadSegment) -> SnapshotHeader {
        SnapshotHeader(
            sequence: JournalSequence(sequence), identity: read.identity, stateHash: 0, lastAlertChange: .zero,
            created: WallTime(nanoseconds: 0), chain: read.chain)
    }

    private func refusal(_ header: SnapshotHeader) throws -> SnapshotRefusal.Reason? {
        do throws(SnapshotRefusal) {
            try ClosedSegments.check(
                header, against: (try? segments) ?? [], in: directory.path, digests: digests)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test("are read with their chain from one to the next; the last one is not")
    func chained() throws {
        let first = try read(0, previous: .zero)
        let second = try read(1, previous: first.chain)
        #expect(first.records == 3 && second.records == 3 && first.identity == second.identity)
        #expect(throws: JournalError.self) { try read(2, previous: second.chain) }
        #expect(throws: JournalError.self) { try read(1, previous: second.chain) }
    }

    @Test("a flipped bit is named with its record")
    func flipped() throws {
        let name = try segments[0].name
        let good = try directory.read(name)
        try directory.write([good[4096 + 96 + 45] ^ 1], to: name, at: 4096 + 96 + 45)
        do {
            _ = try read(0, previous: .zero)
            Issue.record("a damaged segment was read")
        } catch let error as JournalError {
            #expect(error.sequence == JournalSequence(1) && error.file == name)
        }
    }

    @Test("a snapshot fits only where its chain goes on")
    func fits() throws {
        let first = try read(0, previous: .zero)
        let second = try read(1, previous: first.chain)
        #expect(try refusal(header(3, first)) == nil)
        #expect(try refusal(header(6, second)) == nil)
        #expect(try refusal(header(6, first)) == .foreign)
        #expect(try refusal(header(5, second)) == .ahead)
        #expect(try refusal(header(8, second)) == .ahead)
        // The end was lost and other records were written in its place.
        try directory.remove(try segments[2].name)
        #expect(try refusal(header(6, second)) == .ahead)
        var replayed: [Written] = []
        var writer = try openJournal(directory, replayed: &replayed)
        for _ in 0..<3 { _ = try writer.write(2) }
        #expect(try segments[2].first == JournalSequence(7))
        _ = consume writer
        #expect(try refusal(header(6, second)) == nil)
        try directory.remove(try segments[1].name)
        try directory.remove(try segments[1].name)
        var other = try openJournal(directory, replayed: &replayed)
        for _ in 0..<4 { _ = try other.write(1, bodyBytes: 57) }
        #expect(try refusal(header(6, second)) == .foreign)
    }
}
