import EventRing
import Testing

struct LaneMergeTests {
    /// Lanes of 64 slots; what they get carries the lane as kind and a count as body.
    private final class Lanes {
        let writers: [Writer]
        let merge: LaneMerge
        private var counts: [UInt8]

        init(_ lanes: Int, laneBatchMax: Int) {
            let rings = (0..<lanes).map { _ in RecordRing(capacitySlots: 64) }
            writers = rings.map { Writer($0) }
            var merge = LaneMerge(lanesMax: lanes, laneBatchMax: laneBatchMax)
            for ring in rings { merge.add(ring.takeConsumer(0)) }
            self.merge = merge
            counts = [UInt8](repeating: 0, count: lanes)
        }

        func send(_ lane: Int, _ records: Int) {
            for _ in 0..<records {
                counts[lane] += 1
                #expect(writers[lane].send(Record(UInt8(lane), [counts[lane]])) == .appended)
            }
        }

        /// (lane, count) of each record taken.
        func drain(max: Int, stopAt stop: [UInt8]? = nil) -> [[UInt8]] {
            var taken: [[UInt8]] = []
            let count = merge.drain(max: max) { kind, body in
                let record = [kind] + Array(body)
                if record == stop { return .stop }
                taken.append(record)
                return .next
            }
            #expect(count == taken.count)
            return taken
        }

        var isEmpty: Bool { merge.isEmpty }
    }

    @Test func lanesTakeTurnsAndKeepTheirOrder() {
        let lanes = Lanes(3, laneBatchMax: 2)
        lanes.send(0, 5)
        lanes.send(1, 1)
        lanes.send(2, 3)
        #expect(
            lanes.drain(max: 100) == [
                [0, 1], [0, 2], [1, 1], [2, 1], [2, 2], [0, 3], [0, 4], [2, 3], [0, 5],
            ])
        #expect(lanes.drain(max: 100) == [])
    }

    @Test func theNextDrainGoesOnWithTheNextLane() {
        let lanes = Lanes(3, laneBatchMax: 2)
        for lane in 0..<3 { lanes.send(lane, 4) }
        #expect(lanes.drain(max: 2) == [[0, 1], [0, 2]])
        #expect(lanes.drain(max: 3) == [[1, 1], [1, 2], [2, 1]])
        #expect(lanes.drain(max: 2) == [[0, 3], [0, 4]])
    }

    @Test func aFloodDelaysOthersByOneTurn() {
        let lanes = Lanes(2, laneBatchMax: 4)
        lanes.send(0, 60)
        _ = lanes.drain(max: 1)
        lanes.send(1, 1)
        for _ in 0..<3 { lanes.send(0, 1) }
        #expect(lanes.drain(max: 5).contains([1, 1]))
    }

    @Test func stopLeavesTheRecordAndTheTurn() {
        let lanes = Lanes(2, laneBatchMax: 8)
        lanes.send(0, 3)
        lanes.send(1, 2)
        #expect(lanes.drain(max: 100, stopAt: [0, 2]) == [[0, 1]])
        #expect(!lanes.isEmpty)
        #expect(lanes.drain(max: 100, stopAt: [0, 2]) == [])
        #expect(lanes.drain(max: 100) == [[0, 2], [0, 3], [1, 1], [1, 2]])
        #expect(lanes.isEmpty)
    }

    @Test func emptyMergeIsEmpty() {
        let merge = LaneMerge(lanesMax: 2)
        let isEmpty = merge.isEmpty
        #expect(isEmpty)
        #expect(merge.drain(max: 10) { _, _ in .next } == 0)
    }

    @Test func isEmptySeesEveryLane() {
        let lanes = Lanes(3, laneBatchMax: 1)
        #expect(lanes.isEmpty)
        lanes.send(2, 1)
        #expect(!lanes.isEmpty)
    }

    @Test func droppingTheMergeFreesItsLanes() {
        weak var ring: RecordRing?
        do {
            let lane = RecordRing(capacitySlots: 8)
            ring = lane
            var merge = LaneMerge(lanesMax: 2)
            merge.add(lane.takeConsumer(0))
            #expect(ring != nil)
        }
        #expect(ring == nil)
    }
}
