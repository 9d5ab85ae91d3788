import AlertModel
import Glibc
import Journal
import LinuxIO
import Telemetry
import Testing

@testable import JournalFiles

@Suite("Batches past the page cache", .timeLimit(.minutes(5)))
struct DirectWriterTests {
    let directory: TemporaryDirectory
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 3 * 4096, alignment: 4096)

    init() throws {
        directory = try TemporaryDirectory()
        try directory.write([UInt8](repeating: 0, count: 16384), to: "file")
        _ = block.initializeMemory(as: UInt8.self, repeating: 7)
    }

    private func writer() throws -> DirectWriter {
        var writer = DirectWriter()
        let parent = try Files.openDirectory(directory.path)
        try Files.fdatasync(try Files.open("file", in: parent, access: .readWrite))
        try writer.open("file", in: parent)
        return writer
    }

    @Test("what was written directly is what every reader sees, also over zeros that the cache holds")
    func readBack() throws {
        defer { block.deallocate() }
        var writer = try writer()
        let isRefused = writer.isRefused
        #expect(try directory.read("file").allSatisfy { $0 == 0 })
        let isWritten = try writer.write(UnsafeRawBufferPointer(rebasing: block[..<8192]), at: 4096)
        #expect(isWritten != isRefused)
        guard isWritten else { return }
        let bytes = try directory.read("file")
        #expect(bytes.indices.allSatisfy { bytes[$0] == ((4096..<12288).contains($0) ? 7 : 0) })
    }

    @Test("what the disk cannot take this way is refused before anything is written, and not tried again")
    func misaligned() throws {
        defer { block.deallocate() }
        var writer = try writer()
        // An odd address is aligned to no device's block.
        let odd = UnsafeRawBufferPointer(rebasing: block[1..<4097])
        #expect(try !writer.write(odd, at: 4096))
        let isRefused = writer.isRefused
        #expect(isRefused)
        #expect(try directory.read("file").allSatisfy { $0 == 0 })
        let parent = try Files.openDirectory(directory.path)
        try writer.open("file", in: parent)
        #expect(try !writer.write(UnsafeRawBufferPointer(rebasing: block[..<4096]), at: 4096))
    }

    @Test("a missing file is an error of its own")
    func missing() throws {
        defer { block.deallocate() }
        var writer = DirectWriter()
        let parent = try Files.openDirectory(directory.path)
        #expect(throws: Errno.notFound) { try writer.open("none", in: parent) }
    }

    @Test("the journal takes the other way when it must, in the middle of its life")
    func fallingBack() throws {
        defer { block.deallocate() }
        var files = try SegmentFiles.open(
            directory: directory.path, segmentBytes: 16384, counters: Counters(), clock: SystemClock())
        try files.create(
            JournalSequence(1), bytes: 16384, firstBlock: UnsafeRawBufferPointer(rebasing: block[..<4096]))
        try files.writeDurably(UnsafeRawBufferPointer(rebasing: block[..<4096]), at: 4096)
        try files.writeDurably(UnsafeRawBufferPointer(rebasing: block[1..<4097]), at: 8192)
        let isDirect = files.isDirect
        #expect(!isDirect)
        try files.writeDurably(UnsafeRawBufferPointer(rebasing: block[..<4096]), at: 12288)
        #expect(try directory.read("journal-00000000000000000001.segment").allSatisfy { $0 == 7 })
    }

    @Test("batches smaller than the device's block arrive, whichever way they go")
    func smallBatches() throws {
        defer { block.deallocate() }
        var limits = testLimits
        limits.batchAlignment = 512
        var replayed: [Written] = []
        var written: [Written] = []
        do {
            var writer = try openJournal(directory, limits: limits, replayed: &replayed)
            for count in 1...9 { written += try writer.write(count) }
        }
        _ = try openJournal(directory, limits: limits, replayed: &replayed)
        #expect(replayed == written)
    }
}
