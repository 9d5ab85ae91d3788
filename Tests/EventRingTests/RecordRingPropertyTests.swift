import EventRing
import Testing

/// Random operations on a ring and on arrays that say what it must do.
struct RecordRingPropertyTests {
    /// What the ring should hold: plain arrays, slot arithmetic written down a second time.
    private struct Model {
        let capacity: Int
        var appended: [Record] = []
        var published = 0
        var journalRead = 0
        var journalReleased = 0
        var dispatcherReleased = 0
        /// Slot position behind each record, the padding before it included.
        var ends: [Int] = []

        var head: Int { ends.last ?? 0 }
        var free: Int { dispatcherReleased == 0 ? 0 : ends[dispatcherReleased - 1] }

        func slots(_ bytes: Int) -> Int { (bytes + 8 + 63) / 64 }

        /// Where a record of so many slots would start.
        func start(slots: Int) -> Int {
            let left = capacity - head % capacity
            return slots <= left ? head : head + left
        }

        func fits(room: Int) -> Bool { start(slots: slots(room)) + slots(room) <= free + capacity }
    }

    @Test(arguments: [1, 2, 3, 42, 20_261_121] as [UInt64], [8, 32])
    func ringDoesWhatTheModelSays(seed: UInt64, capacity: Int) {
        var random = SeededGenerator(seed: seed)
        let ring = RecordRing(capacitySlots: capacity, consumers: 2)
        let writer = Writer(ring)
        let journal = Reader(ring, 0)
        let dispatcher = Reader(ring, 1, after: [0])
        var model = Model(capacity: capacity)
        for step in 0..<20_000 {
            let place: Comment = "seed \(seed), capacity \(capacity), step \(step)"
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<4: append(writer, &model, ring.bodyBytesMax, &random, place)
            case 4:
                writer.publish()
                model.published = model.appended.count
            case 5, 6:
                let max = Int.random(in: 0...6, using: &random)
                let expected = model.appended[model.journalRead..<model.published].prefix(max)
                let got = journal.read(max: max)
                #expect(got == Array(expected), place)
                model.journalRead += got.count
                #expect(journal.isEmpty == (model.journalRead == model.published), place)
            case 7:
                journal.release()
                model.journalReleased = model.journalRead
            default:
                let max = Int.random(in: 0...6, using: &random)
                let expected = model.appended[model.dispatcherReleased..<model.journalReleased].prefix(max)
                let got = dispatcher.drain(max: max)
                #expect(got == Array(expected), place)
                model.dispatcherReleased += got.count
                #expect(dispatcher.isEmpty == (model.dispatcherReleased == model.journalReleased), place)
            }
        }
        #expect(model.appended.count > 1_000, "seed \(seed): the run must go round many times")
    }

    private func append(
        _ writer: Writer, _ model: inout Model, _ bodyBytesMax: Int, _ random: inout SeededGenerator,
        _ place: Comment
    ) {
        let room = Int.random(in: 0...bodyBytesMax + 10, using: &random)
        if Int.random(in: 0..<8, using: &random) == 0 {
            let expected: AppendResult =
                room > bodyBytesMax ? .tooLarge : model.fits(room: room) ? .abandoned : .full
            #expect(writer.abandon(room: room) == expected, place)
            return
        }
        // Most records are as short as a press; the announced room is as long as `room`.
        let used = Int.random(in: 0...min(room, Bool.random(using: &random) ? 56 : room), using: &random)
        let body = (0..<used).map { _ in UInt8.random(in: 0...255, using: &random) }
        let record = Record(UInt8.random(in: 0...255, using: &random), body)
        let expected: AppendResult = room > bodyBytesMax ? .tooLarge : model.fits(room: room) ? .appended : .full
        #expect(writer.append(record, room: room) == expected, place)
        guard expected == .appended else { return }
        model.ends.append(model.start(slots: model.slots(room)) + model.slots(used))
        model.appended.append(record)
    }
}
