import AlertModel
import Journal
import Testing

@Suite("A journal opened with a snapshot")
struct PartialReplayTests {
    /// A journal of several segments, none with fewer than three records.
    private func journal(_ random: inout SeededRandom) throws -> (SimulatedDisk, [Sample]) {
        let disk = SimulatedDisk()
        var written: [Sample] = []
        var journal = try open(disk, replayed: &written)
        while disk.segments.count < 4 { written += try journal.commit(3, random: &random) }
        written += try journal.commit(2, random: &random)
        return (disk, written)
    }

    @Test("replays exactly what the snapshot does not hold, reads no segment before it, and goes on")
    func everyPlace() throws {
        var random = SeededRandom(seed: 1)
        let (disk, written) = try journal(&random)
        let firsts = disk.segments.keys.sorted()
        for from in 1...UInt64(written.count) + 1 {
            let copy = disk.copy()
            for (first, following) in zip(firsts, firsts.dropFirst()) where following <= from {
                // Every other time the file is gone; otherwise reading it would be refused.
                if from % 2 == 0 { copy.segments[first] = nil } else { copy.flip(1, at: 100, of: first) }
            }
            var replayed: [Sample] = []
            var journal = try open(copy, from: from, replayed: &replayed)
            #expect(replayed == written.filter { $0.sequence >= from }, "from \(from)")
            let report = journal.report
            #expect(report.replayed == replayed.count && report.records >= replayed.count)
            #expect(report.segmentsSkipped + report.segments == copy.segments.count)
            let more = try journal.commit(4, random: &random)
            _ = try open(copy, from: from, replayed: &replayed)
            #expect(replayed == written.filter { $0.sequence >= from } + more, "from \(from)")
        }
    }

    @Test("a segment missing behind the first one read is refused", arguments: [2, 3])
    func hole(index: Int) throws {
        var random = SeededRandom(seed: 2)
        let (disk, _) = try journal(&random)
        let firsts = disk.segments.keys.sorted()
        disk.segments[firsts[index - 1]] = nil
        var replayed: [Sample] = []
        do throws(JournalError) {
            _ = try open(disk, from: firsts[index - 1], replayed: &replayed)
            Issue.record("opened")
        } catch {
            #expect(error.code == .damaged(.missingSegment) && error.sequence?.value == firsts[index - 1])
        }
    }

    @Test("records before the snapshot are checked in the segment that is read")
    func checked() throws {
        var random = SeededRandom(seed: 3)
        let (disk, _) = try journal(&random)
        disk.flip(1, at: 4096 + 96 + 50, of: 1)
        var replayed: [Sample] = []
        do throws(JournalError) {
            _ = try open(disk, from: 5, replayed: &replayed)
            Issue.record("opened")
        } catch {
            #expect(error.code == .damaged(.lostRecord) && error.sequence?.value == 1 && replayed.isEmpty)
        }
    }

    @Test("a snapshot newer than the journal is refused before anything is changed, and can be left out")
    func snapshotAhead() throws {
        var random = SeededRandom(seed: 4)
        let (disk, written) = try journal(&random)
        let last = try #require(disk.segments.keys.max())
        let end = try #require(disk.segments[last]?.durable.lastIndex { $0 != 0 })
        disk.flip(1, at: end, of: last)
        let before = disk.segments[last]?.visible
        var replayed: [Sample] = []
        do throws(JournalError) {
            _ = try open(disk, from: UInt64(written.count) + 1, replayed: &replayed)
            Issue.record("opened")
        } catch {
            #expect(error.code == .damaged(.snapshotAhead) && error.sequence?.value == UInt64(written.count))
        }
        #expect(disk.segments[last]?.visible == before && disk.setAside.isEmpty)
        _ = try open(disk, replayed: &replayed)
        #expect(replayed == Array(written.dropLast()))
    }
}
