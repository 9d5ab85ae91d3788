import AlertModel
import Journal
import JournalFiles
import Telemetry
import Testing

@Suite("Old segments", .timeLimit(.minutes(5)))
struct JournalDirectoryTests {
    let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    private func open(from: UInt64) throws(JournalError) -> [UInt64] {
        var replayed: [UInt64] = []
        _ = try JournalWriter.open(
            directory: directory.path, limits: testLimits, counters: Counters(), from: JournalSequence(from)
        ) { replayed.append($0.sequence.value) }
        return replayed
    }

    @Test("are removed from the front, never the last, and the journal opens with a snapshot")
    func removal() throws {
        var replayed: [Written] = []
        var writer = try openJournal(directory, replayed: &replayed)
        for _ in 0..<8 { _ = try writer.write(1) }
        // Three batches a segment: 1 to 3, 4 to 6, 7 to 8.
        let segments = try JournalDirectory.segments(in: directory.path)
        #expect(segments.map(\.first.value) == [1, 4, 7] && segments.map(\.following?.value) == [4, 7, nil])
        #expect(segments.map(\.name) == (try directory.segments))
        #expect(try JournalDirectory.removeSegments(in: directory.path, before: JournalSequence(3)) == 0)
        #expect(try JournalDirectory.removeSegments(in: directory.path, before: JournalSequence(6)) == 1)
        #expect(try directory.segments.count == 2)
        _ = consume writer
        #expect(try open(from: 5) == [5, 6, 7, 8])
        #expect(try open(from: 4) == [4, 5, 6, 7, 8])
        for from in 1...3 as ClosedRange<UInt64> {
            do throws(JournalError) {
                _ = try open(from: from)
                Issue.record("opened from \(from)")
            } catch {
                #expect(error.code == .damaged(.missingSegment) && error.sequence?.value == from)
            }
        }
        #expect(try JournalDirectory.removeSegments(in: directory.path, before: JournalSequence(1000)) == 1)
        #expect(try open(from: 9).isEmpty)
    }
}
