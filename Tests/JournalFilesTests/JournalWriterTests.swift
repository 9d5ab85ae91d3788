import AlertModel
import Glibc
import Journal
import JournalFiles
import LinuxIO
import Telemetry
import Testing

@Suite("The journal on real files", .timeLimit(.minutes(5)))
struct JournalWriterTests {
    let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    @Test("what was committed is replayed, over many openings and segments")
    func reopenings() throws {
        var all: [Written] = []
        var replayed: [Written] = []
        for round in 0..<12 {
            var writer = try openJournal(directory, replayed: &replayed)
            #expect(replayed == all)
            let last = writer.lastSequence.value
            #expect(last == UInt64(all.count))
            for size in [1, 3, 7] { all += try writer.write(size, bodyBytes: round * 80) }
            let durable = writer.durableSequence.value
            #expect(durable == UInt64(all.count))
        }
        #expect(try directory.segments.count > 5)
        let writer = try openJournal(directory, replayed: &replayed)
        #expect(replayed == all)
        let report = writer.report
        #expect(report.records == all.count && report.cut == nil && report.end == .cleanEnd)
    }

    @Test("what was appended and not committed is not there")
    func uncommitted() throws {
        var replayed: [Written] = []
        do {
            var writer = try openJournal(directory, replayed: &replayed)
            _ = try writer.write(2)
            _ = try writer.append(
                kind: 1, at: Instant(wall: WallTime(nanoseconds: 0), monotonic: MonotonicTime(nanoseconds: 0)),
                body: UnsafeRawBufferPointer(start: nil, count: 0))
            let sequences = (writer.lastSequence.value, writer.durableSequence.value)
            #expect(sequences == (3, 2))
        }
        _ = try openJournal(directory, replayed: &replayed)
        #expect(replayed.count == 2)
    }

    @Test("segments have the full size, their first sequence as name, and zeros behind the records")
    func segmentFiles() throws {
        var replayed: [Written] = []
        var writer = try openJournal(directory, replayed: &replayed)
        for _ in 0..<4 { _ = try writer.write(1) }
        #expect(
            try directory.segments == [
                "journal-00000000000000000001.segment", "journal-00000000000000000004.segment",
            ])
        let bytes = try directory.read("journal-00000000000000000004.segment")
        #expect(bytes.count == testLimits.segmentBytes)
        #expect(bytes[..<8].elementsEqual("SOSJOURN".utf8))
        #expect(bytes[8192...].allSatisfy { $0 == 0 })
    }

    @Test("counters tell records, bytes and syncs")
    func counters() throws {
        let counters = Counters()
        var replayed: [Written] = []
        var writer = try openJournal(directory, counters: counters, replayed: &replayed)
        let before = counters.value(.journalSyncs)
        _ = try writer.write(3)
        _ = try writer.write(60)
        #expect(counters.value(.journalRecords) == 63)
        #expect(counters.value(.journalBytes) == 4096 + 8192)
        #expect(counters.value(.journalSyncs) == before + 2)
        #expect(counters.value(.journalSyncNanoseconds) > 0)
        #expect(counters.value(.journalFailures) == 0)
    }

    @Test("two writers of one directory: the second is refused, until the first is gone")
    func twoWriters() throws {
        var replayed: [Written] = []
        do {
            let first = try openJournal(directory, replayed: &replayed)
            do throws(JournalError) {
                _ = try openJournal(directory, replayed: &replayed)
                Issue.record("both opened it")
            } catch {
                #expect(error.code == .locked)
                #expect(error.file == directory.path)
            }
            let last = first.lastSequence.value
            #expect(last == 0)
        }
        _ = try openJournal(directory, replayed: &replayed)
    }

    @Test("a journal that may not be written is refused with its reason")
    func readOnly() throws {
        var replayed: [Written] = []
        do { _ = try openJournal(directory, replayed: &replayed) }
        chmod(directory.path, 0o555)
        chmod("\(directory.path)/journal-00000000000000000001.segment", 0o444)
        defer { chmod(directory.path, 0o755) }
        // Rights do not bind root: this thread gives them up for the file system, for the length of this test.
        let user = try setFileSystemUser(65534)
        defer { _ = try? setFileSystemUser(user) }
        do throws(JournalError) {
            _ = try openJournal(directory, replayed: &replayed)
            Issue.record("opened")
        } catch {
            #expect(error.code == .permission && error.isPermission, "\(error)")
            #expect(error.file != nil)
        }
    }

    @Test("a path that is no directory, or has no parent, is refused with its reason")
    func badPaths() throws {
        try directory.write([1], to: "file")
        for path in ["\(directory.path)/file", "\(directory.path)/no/journal"] {
            do throws(JournalError) {
                _ = try JournalWriter.open(directory: path, limits: testLimits, counters: Counters()) { _ in }
                Issue.record("opened \(path)")
            } catch {
                #expect(error.code == .inputOutput)
                #expect(error.file == path)
            }
        }
    }

    @Test("a missing directory is made")
    func makesDirectory() throws {
        let path = "\(directory.path)/journal"
        do { _ = try JournalWriter.open(directory: path, limits: testLimits, counters: Counters()) { _ in } }
        let names = try Files.list(try Files.openDirectory(path))
        #expect(names.contains("journal-00000000000000000001.segment"))
        for name in names { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    @Test("the first failure is counted once and every later call gives it again")
    func failureIsFinal() throws {
        let counters = Counters()
        var replayed: [Written] = []
        var writer = try openJournal(directory, counters: counters, replayed: &replayed)
        _ = try writer.write(1)
        // Room for one more batch; then a new segment is needed where none can be made.
        var errors: [JournalError] = []
        try directory.blockNewSegments()
        for _ in 0..<6 {
            do { _ = try writer.write(1) } catch let error as JournalError { errors.append(error) }
        }
        #expect(errors.count >= 3)
        #expect(Set(errors).count == 1)
        #expect(counters.value(.journalFailures) == 1)
        let durable = writer.durableSequence.value
        #expect(durable == 3)
    }
}

/// setfsuid(2), which Swift's Glibc module leaves out.
///
/// - Returns: the user before.
@discardableResult
private func setFileSystemUser(_ user: Int32) throws -> Int32 {
    typealias Call = @convention(c) (Int32) -> Int32
    let symbol = try #require(dlsym(dlopen(nil, RTLD_NOW), "setfsuid"))
    return unsafeBitCast(symbol, to: Call.self)(user)
}

extension TemporaryDirectory {
    /// Puts directories in the way of every segment that could come next.
    func blockNewSegments() throws {
        for sequence in 4...9 { mkdir("\(path)/journal-0000000000000000000\(sequence).segment", 0o700) }
    }
}
