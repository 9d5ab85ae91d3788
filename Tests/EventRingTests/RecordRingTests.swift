import EventRing
import Testing

/// One producer, one consumer, one thread.
struct RecordRingTests {
    @Test func whatIsAppendedIsSeenAfterPublishAndNotBefore() {
        let ring = RecordRing(capacitySlots: 8)
        let writer = Writer(ring)
        let reader = Reader(ring)
        #expect(reader.isEmpty)
        #expect(writer.append(Record(1, [10, 11])) == .appended)
        #expect(writer.append(Record(2, [])) == .appended)
        #expect(reader.isEmpty)
        #expect(reader.drain() == [])
        writer.publish()
        #expect(!reader.isEmpty)
        #expect(reader.drain() == [Record(1, [10, 11]), Record(2, [])])
        #expect(reader.isEmpty)
        #expect(reader.drain() == [])
    }

    @Test(arguments: [(0, 1), (1, 1), (56, 1), (57, 2), (120, 2), (121, 3), (248, 4)])
    func bodyTakesSlots(bytes: Int, slots: Int) {
        let ring = RecordRing(capacitySlots: 8)
        let writer = Writer(ring)
        let reader = Reader(ring)
        var fitted = 0
        while writer.append(Record(7, bytes: bytes)) == .appended { fitted += 1 }
        #expect(fitted == 8 / slots)
        writer.publish()
        #expect(reader.drain().map(\.body.count) == [Int](repeating: bytes, count: fitted))
    }

    @Test func fullIsAnAnswerAndRoomComesBack() {
        let ring = RecordRing(capacitySlots: 4)
        let writer = Writer(ring)
        let reader = Reader(ring)
        for kind in 1...4 { #expect(writer.send(Record(UInt8(kind))) == .appended) }
        #expect(writer.send(Record(5)) == .full)
        #expect(reader.drain(max: 1) == [Record(1)])
        #expect(writer.send(Record(5)) == .appended)
        #expect(writer.send(Record(6)) == .full)
        #expect(reader.drain() == [Record(2), Record(3), Record(4), Record(5)])
    }

    @Test func recordLargerThanTheSpaceBeforeTheEndStartsAtTheBeginning() {
        let ring = RecordRing(capacitySlots: 8)
        let writer = Writer(ring)
        let reader = Reader(ring)
        for kind in 1...6 { _ = writer.send(Record(UInt8(kind))) }
        _ = reader.drain()
        // Two slots are left before the end, three are needed: two of padding, three at the beginning.
        #expect(writer.send(Record(7, bytes: 150)) == .appended)
        for kind in 8...10 { #expect(writer.send(Record(UInt8(kind))) == .appended) }
        #expect(writer.send(Record(11)) == .full)
        #expect(reader.drain(max: 1) == [Record(7, bytes: 150)])
        #expect(reader.drain() == [Record(8), Record(9), Record(10)])
    }

    @Test func recordThatEndsWithTheRingNeedsNoPadding() {
        let ring = RecordRing(capacitySlots: 8)
        let writer = Writer(ring)
        let reader = Reader(ring)
        for kind in 1...6 { _ = writer.send(Record(UInt8(kind))) }
        _ = reader.drain(max: 5)
        #expect(writer.send(Record(7, bytes: 120)) == .appended)
        for kind in 8...12 { #expect(writer.send(Record(UInt8(kind))) == .appended) }
        #expect(writer.send(Record(13)) == .full)
        #expect(reader.drain().map(\.kind) == [6, 7, 8, 9, 10, 11, 12])
    }

    @Test func theLargestBodyFitsAtEveryPosition() {
        for offset in 0..<16 {
            let ring = RecordRing(capacitySlots: 16)
            let writer = Writer(ring)
            let reader = Reader(ring)
            for _ in 0..<offset { _ = writer.send(Record(1)) }
            _ = reader.drain()
            let record = Record(2, bytes: ring.bodyBytesMax)
            #expect(writer.send(record) == .appended, "at \(offset)")
            #expect(reader.drain() == [record], "at \(offset)")
        }
    }

    @Test func tooLargeIsSaidWhateverTheRoom() {
        let ring = RecordRing(capacitySlots: 8)
        let writer = Writer(ring)
        #expect(ring.bodyBytesMax == 248)
        #expect(writer.append(Record(1), room: 249) == .tooLarge)
        #expect(RecordRing(capacitySlots: 4_096).bodyBytesMax == 65_535)
        let large = Writer(RecordRing(capacitySlots: 4_096))
        #expect(large.append(Record(1), room: 65_536) == .tooLarge)
        #expect(large.append(Record(1, bytes: 65_535)) == .appended)
    }

    @Test func abandonedFillLeavesNothingBehind() {
        let ring = RecordRing(capacitySlots: 8)
        let writer = Writer(ring)
        let reader = Reader(ring)
        for kind in 1...7 { _ = writer.send(Record(UInt8(kind))) }
        _ = reader.drain()
        // One slot before the end: these would pad.
        #expect(writer.abandon(room: 100) == .abandoned)
        writer.publish()
        #expect(reader.isEmpty)
        #expect(writer.send(Record(9)) == .appended)
        #expect(writer.abandon(room: 10) == .abandoned)
        #expect(writer.send(Record(10)) == .appended)
        #expect(reader.drain() == [Record(9), Record(10)])
    }

    @Test func recordKeepsOnlyTheSlotsItUsed() {
        let ring = RecordRing(capacitySlots: 8)
        let writer = Writer(ring)
        for _ in 0..<5 { #expect(writer.append(Record(1, bytes: 20), room: 248) == .appended) }
        // Room for the announced four slots is no longer there.
        #expect(writer.append(Record(1, bytes: 20), room: 248) == .full)
        #expect(writer.append(Record(1, bytes: 20), room: 20) == .appended)
    }

    @Test func stopLeavesTheRecordUnread() {
        let ring = RecordRing(capacitySlots: 8)
        let writer = Writer(ring)
        let reader = Reader(ring)
        for kind in 1...7 { _ = writer.send(Record(UInt8(kind))) }
        #expect(reader.end.drain(max: 10) { kind, _ in kind < 7 ? .next : .stop } == 6)
        #expect(reader.end.drain(max: 10) { _, _ in .stop } == 0)
        #expect(!reader.isEmpty)
        // A record behind padding, left the same way.
        _ = reader.drain()
        _ = writer.send(Record(8, bytes: 100))
        #expect(reader.end.drain(max: 10) { _, _ in .stop } == 0)
        #expect(!reader.isEmpty)
        #expect(reader.drain() == [Record(8, bytes: 100)])
    }

    @Test func drainTakesNoMoreThanMax() {
        let ring = RecordRing(capacitySlots: 8)
        let writer = Writer(ring)
        let reader = Reader(ring)
        for kind in 1...5 { _ = writer.send(Record(UInt8(kind))) }
        #expect(reader.drain(max: 0) == [])
        #expect(reader.drain(max: 2).map(\.kind) == [1, 2])
        #expect(reader.drain(max: 2).map(\.kind) == [3, 4])
        #expect(reader.drain(max: 2).map(\.kind) == [5])
    }

    @Test func bodiesAreAligned() {
        let ring = RecordRing(capacitySlots: 16)
        let producer = ring.takeProducer()
        for bytes in [1, 60, 3] {
            let result = producer.append(kind: 1, bodyBytesMax: bytes) { buffer in
                guard let base = buffer.baseAddress else { return nil }
                #expect(Int(bitPattern: base) % 64 == 8)
                return bytes
            }
            #expect(result == .appended)
        }
    }

    @Test func handlesKeepTheMemoryAlive() {
        let (writer, reader) = {
            let ring = RecordRing(capacitySlots: 8)
            return (Writer(ring), Reader(ring))
        }()
        #expect(writer.send(Record(1, [1, 2, 3])) == .appended)
        #expect(reader.drain() == [Record(1, [1, 2, 3])])
    }
}
