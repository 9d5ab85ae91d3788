import EventRing
import Testing

/// Consumers that wait for each other.
struct RecordRingStagesTests {
    @Test func downstreamReadsOnlyWhatUpstreamReleased() {
        let ring = RecordRing(capacitySlots: 8, consumers: 2)
        let writer = Writer(ring)
        let journal = Reader(ring, 0)
        let dispatcher = Reader(ring, 1, after: [0])
        for kind in 1...3 { _ = writer.send(Record(UInt8(kind))) }
        #expect(dispatcher.isEmpty)
        #expect(journal.read(max: 2).map(\.kind) == [1, 2])
        #expect(dispatcher.isEmpty)
        #expect(dispatcher.drain() == [])
        #expect(journal.read().map(\.kind) == [3])
        #expect(journal.isEmpty)
        #expect(dispatcher.drain() == [])
        journal.release()
        #expect(dispatcher.drain().map(\.kind) == [1, 2, 3])
    }

    @Test func releaseAfterAPartHandsOnThatPart() {
        let ring = RecordRing(capacitySlots: 8, consumers: 2)
        let writer = Writer(ring)
        let journal = Reader(ring, 0)
        let dispatcher = Reader(ring, 1, after: [0])
        for kind in 1...4 { _ = writer.send(Record(UInt8(kind))) }
        _ = journal.read(max: 2)
        journal.release()
        #expect(dispatcher.drain().map(\.kind) == [1, 2])
        #expect(journal.read(max: 1).map(\.kind) == [3])
        #expect(dispatcher.isEmpty)
        journal.release()
        #expect(dispatcher.drain().map(\.kind) == [3])
    }

    @Test func theProducerWaitsForTheLastStage() {
        let ring = RecordRing(capacitySlots: 4, consumers: 2)
        let writer = Writer(ring)
        let journal = Reader(ring, 0)
        let dispatcher = Reader(ring, 1, after: [0])
        for kind in 1...4 { _ = writer.send(Record(UInt8(kind))) }
        #expect(journal.drain().count == 4)
        #expect(writer.send(Record(5)) == .full)
        #expect(dispatcher.drain(max: 1).map(\.kind) == [1])
        #expect(writer.send(Record(5)) == .appended)
        #expect(writer.send(Record(6)) == .full)
    }

    @Test func theProducerWaitsForTheSlowestOfParallelConsumers() {
        let ring = RecordRing(capacitySlots: 4, consumers: 3)
        let writer = Writer(ring)
        let readers = [Reader(ring, 0), Reader(ring, 1), Reader(ring, 2)]
        for kind in 1...4 { _ = writer.send(Record(UInt8(kind))) }
        for reader in readers.dropLast() { #expect(reader.drain().count == 4) }
        #expect(writer.send(Record(5)) == .full)
        #expect(readers[2].drain(max: 2).count == 2)
        #expect(writer.send(Record(5)) == .appended)
        #expect(readers.map { $0.drain().map(\.kind) } == [[5], [5], [3, 4, 5]])
    }

    @Test func aJoinWaitsForAllItsUpstreams() {
        let ring = RecordRing(capacitySlots: 8, consumers: 3)
        let writer = Writer(ring)
        let left = Reader(ring, 0)
        let right = Reader(ring, 1)
        let join = Reader(ring, 2, after: [0, 1])
        for kind in 1...3 { _ = writer.send(Record(UInt8(kind))) }
        _ = left.drain()
        #expect(join.drain() == [])
        _ = right.drain(max: 2)
        #expect(join.drain().map(\.kind) == [1, 2])
        _ = right.drain()
        #expect(join.drain().map(\.kind) == [3])
    }

    @Test func anEndThatNobodyTookHoldsTheRing() {
        let ring = RecordRing(capacitySlots: 4, consumers: 2)
        let writer = Writer(ring)
        let first = Reader(ring, 0)
        for kind in 1...4 { _ = writer.send(Record(UInt8(kind))) }
        _ = first.drain()
        #expect(writer.send(Record(5)) == .full)
        // Taken late, it still gets everything.
        #expect(Reader(ring, 1).drain().map(\.kind) == [1, 2, 3, 4])
        #expect(writer.send(Record(5)) == .appended)
    }

    @Test func aRunningRingCanGetItsStages() {
        let ring = RecordRing(capacitySlots: 4, consumers: 2)
        let writer = Writer(ring)
        let journal = Reader(ring, 0)
        for kind in 1...4 { _ = writer.send(Record(UInt8(kind))) }
        _ = journal.drain(max: 3)
        let dispatcher = Reader(ring, 1, after: [0])
        #expect(dispatcher.drain().map(\.kind) == [1, 2, 3])
        #expect(writer.send(Record(5)) == .appended)
    }
}
