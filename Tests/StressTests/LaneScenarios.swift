// One producer to one consumer, and several lanes into one order.

import EventRing
import LinuxIO
import Synchronization

enum LaneScenarios {
    static let all: [Scenario] = [
        Scenario(name: "lane, 8 slots") { try lanes(1, slots: 8, batchMax: 3, $0) },
        Scenario(name: "lane, 1,024 slots") { try lanes(1, slots: 1_024, batchMax: 64, $0) },
        Scenario(name: "three lanes merged, 64 slots") { try lanes(3, slots: 64, batchMax: 100, $0) },
    ]

    static func lanes(_ count: Int, slots: Int, batchMax: Int, _ setting: Setting) throws -> UInt64 {
        let rings = (0..<count).map { _ in RecordRing(capacitySlots: slots) }
        let senders = rings.enumerated().map { lane, ring in
            Sender(ring, seed: setting.seed, lane: UInt8(lane), bodyBytesMax: 2_000)
        }
        var merge = LaneMerge(lanesMax: count, laneBatchMax: 8)
        for ring in rings { merge.add(ring.takeConsumer(0)) }
        let deadline = setting.deadline
        let threads = try senders.map { sender in
            try startThread("sender") { sender.run(until: deadline) }
        }
        var checkers = senders.map { LaneChecker($0.traffic, setting.findings) }
        receive {
            zip(senders, checkers).allSatisfy { $0.sent.load(ordering: .acquiring) <= $1.next }
        } step: {
            merge.drain(max: batchMax) { kind, body in
                // The lane comes out of the record: a torn kind is counted with the first lane.
                checkers[Int(kind) < count ? Int(kind) : 0].see(kind: kind, body: body)
                return .next
            }
        }
        for thread in threads { thread.join() }
        for (sender, checker) in zip(senders, checkers) {
            checker.finish(sent: sender.sent.load(ordering: .acquiring))
        }
        return checkers.reduce(0) { $0 + $1.next }
    }
}
