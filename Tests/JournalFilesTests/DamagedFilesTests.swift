import AlertModel
import Journal
import JournalFiles
import LinuxIO
import Telemetry
import Testing

@Suite("Damaged files are cut or refused, by name", .timeLimit(.minutes(5)))
struct DamagedFilesTests {
    let directory: TemporaryDirectory
    let written: [Written]
    private static let first = "journal-00000000000000000001.segment"

    init() throws {
        directory = try TemporaryDirectory()
        var replayed: [Written] = []
        var writer = try openJournal(directory, replayed: &replayed)
        // Batches at 4096, 8192 and 12288 of the first segment, at 4096 and 8192 of the second.
        var written = try writer.write(3) + writer.write(3) + writer.write(3)
        written += try writer.write(3) + writer.write(3)
        self.written = written
    }

    private func refusal() throws -> JournalError? {
        var replayed: [Written] = []
        do throws(JournalError) {
            _ = try openJournal(directory, replayed: &replayed)
            return nil
        } catch {
            return error
        }
    }

    @Test("a torn tail is cut, kept beside, told of, and zero on the disk")
    func tornTail() throws {
        let name = try #require(try directory.segments.last)
        var bytes = try directory.read(name)
        bytes[8192 + 96 + 2 * 96 + 44] ^= 0x10
        try directory.write(bytes, to: name)
        var replayed: [Written] = []
        let more: [Written]
        do {
            var writer = try openJournal(directory, replayed: &replayed)
            #expect(replayed == Array(written.prefix(14)))
            let cut = try #require(writer.report.cut)
            #expect(cut.file == name && cut.offset == 8192 + 96 + 2 * 96 && cut.sequence.value == 15)
            #expect(cut.bytes > 40 && cut.label == .torn)
            let kept = try #require(try directory.names.first { $0.hasPrefix("cut-") })
            #expect(try directory.read(kept) == Array(bytes[cut.offset..<(cut.offset + cut.bytes)]))
            #expect(try directory.read(name)[cut.offset...].allSatisfy { $0 == 0 })
            more = try writer.write(1)
        }
        _ = try openJournal(directory, replayed: &replayed)
        #expect(replayed == Array(written.prefix(14)) + more)
    }

    @Test("damage to acknowledged records is refused with file, offset and sequence, and nothing is changed")
    func damagedRecord() throws {
        let offset = 4096 + 96 + 96 + 50
        var bytes = try directory.read(Self.first)
        bytes[offset] ^= 1
        try directory.write(bytes, to: Self.first)
        for _ in 0..<2 {
            let error = try #require(try refusal())
            #expect(error.code == .damaged(.lostRecord))
            #expect(error.file == Self.first && error.offset == 4096 + 96 + 96 && error.sequence?.value == 2)
            #expect("\(error)".contains("acknowledged record unreadable"))
        }
        #expect(try directory.read(Self.first) == bytes)
        #expect(try !directory.names.contains { $0.hasPrefix("cut-") })
    }

    @Test("a missing segment, a shortened one, a renamed one, a foreign one, a newer one")
    func segments() throws {
        let second = try #require(try directory.segments.dropFirst().first)
        let bytes = try directory.read(Self.first)

        try directory.rename(Self.first, to: "away")
        #expect(try refusal()?.code == .damaged(.missingSegment))
        try directory.rename(second, to: "journal-7.segment")
        #expect(try refusal()?.code == .damaged(.headerMisfit))
        try directory.rename("journal-7.segment", to: second)
        try directory.rename("away", to: Self.first)
        #expect(try refusal() == nil)

        try directory.truncate(Self.first, to: 12288)
        #expect(try refusal()?.code == .damaged(.headerMisfit))
        try directory.truncate(Self.first, to: 100)
        #expect(try refusal()?.code == .damaged(.headerMisfit))
        try directory.write(bytes, to: Self.first)
        #expect(try refusal() == nil)

        var newer = bytes
        newer[8] = 2
        let crc = newer.withUnsafeBytes { CRC32C.checksum(0, UnsafeRawBufferPointer(rebasing: $0[..<4092])) }
        withUnsafeBytes(of: crc.littleEndian) { newer.replaceSubrange(4092..<4096, with: $0) }
        try directory.write(newer, to: Self.first)
        #expect(try refusal()?.code == .newerVersion)

        let other = try TemporaryDirectory()
        do {
            var replayed: [Written] = []
            var writer = try openJournal(other, replayed: &replayed)
            for _ in 0..<5 { _ = try writer.write(3) }
        }
        try directory.write(bytes, to: Self.first)
        try directory.write(try other.read(second), to: second)
        #expect(try refusal()?.code == .damaged(.foreignSegment))
    }

    @Test("a file shortened anywhere in its last batch is refused, never taken for the end")
    func shortened() throws {
        let name = try #require(try directory.segments.last)
        let bytes = try directory.read(name)
        for length in stride(from: 8192, through: 8192 + 96 + 3 * 96, by: 13) {
            try directory.truncate(name, to: length)
            #expect(try refusal()?.code == .damaged(.headerMisfit), "\(length)")
            try directory.write(bytes, to: name)
        }
        #expect(try refusal() == nil)
    }
}

@Suite("Segments made ahead", .timeLimit(.minutes(5)))
struct SegmentPreparationTests {
    let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    @Test("half-made files of a crash are removed, a ready spare is used, other files are left alone")
    func leftovers() throws {
        var replayed: [Written] = []
        do { _ = try openJournal(directory, replayed: &replayed) }
        for name in ["spare.preparing", "inline.preparing", "cut.preparing"] {
            try? directory.remove(name)
            try directory.write([1, 2, 3], to: name)
        }
        try directory.write([9], to: "README")
        try? directory.remove("spare.ready")
        // A crash between a spare's first block and its name leaves the block dirty.
        try directory.write(
            [UInt8](repeating: 0xAA, count: 4096) + [UInt8](repeating: 0, count: 12288), to: "spare.ready")
        do {
            var writer = try openJournal(directory, replayed: &replayed)
            for _ in 0..<4 { _ = try writer.write(2) }
        }
        _ = try openJournal(directory, replayed: &replayed)
        #expect(replayed.count == 8)
        let names = try directory.names
        #expect(
            names.contains("README") && !names.contains("inline.preparing") && !names.contains("cut.preparing"))
    }

    @Test("a spare of another size is not used")
    func otherSize() throws {
        var replayed: [Written] = []
        try directory.write([UInt8](repeating: 0, count: 8192), to: "spare.ready")
        do {
            var writer = try openJournal(directory, replayed: &replayed)
            for _ in 0..<4 { _ = try writer.write(2) }
        }
        _ = try openJournal(directory, replayed: &replayed)
        #expect(replayed.count == 8)
        for name in try directory.segments { #expect(try directory.read(name).count == 16384) }
    }

    @Test("a writer that outruns the preparer goes on all the same")
    func outrunning() throws {
        var replayed: [Written] = []
        var count = 0
        do {
            var writer = try openJournal(directory, replayed: &replayed)
            for _ in 0..<60 { count += try writer.write(1).count }
            let inline = writer.segmentsMadeInline
            let failure = writer.preparingFailure
            #expect(inline < 30 && failure == nil)
        }
        _ = try openJournal(directory, replayed: &replayed)
        #expect(replayed.count == count)
    }
}
