import AlertModel
import Testing

@testable import AlertDispatch

@Suite("A centre's queue")
struct AlertQueueTests {
    private func keys(_ queue: AlertQueue) -> [AlertQueue.Key] {
        var keys: [AlertQueue.Key] = []
        queue.forEach { keys.append($0) }
        return keys
    }

    @Test("agrees with a sorted array under random inserts and removes", arguments: [1, 2, 3, 4, 5] as [UInt64])
    func againstModel(seed: UInt64) {
        var random = SplitMix(seed)
        var queue = AlertQueue()
        var model: Set<AlertQueue.Key> = []
        for _ in 0..<3_000 {
            let key = AlertQueue.Key(
                priority: Priority.allCases[Int(random.next() % 5)],
                escalation: EscalationLevel.allCases[Int(random.next() % 3)], alert: AlertID(random.next() % 200))
            if random.next() % 3 == 0 {
                #expect(queue.remove(key) == (model.remove(key) != nil), "seed \(seed)")
            } else {
                #expect(queue.insert(key) == model.insert(key).inserted, "seed \(seed)")
            }
            #expect(queue.contains(key) == model.contains(key))
            #expect(queue.count == model.count)
            #expect(queue.first == model.min())
        }
        #expect(keys(queue) == model.sorted(), "seed \(seed)")
    }

    @Test("priority first, then how far it was escalated, then age")
    func order() {
        var queue = AlertQueue()
        let alerts: [(Priority, EscalationLevel, UInt64)] = [
            (.urgent, .dutyDesk, 1), (.life, .none, 9), (.technical, .none, 2), (.life, .none, 3),
            (.life, .neighbour, 8),
        ]
        for (priority, escalation, alert) in alerts {
            queue.insert(AlertQueue.Key(priority: priority, escalation: escalation, alert: AlertID(alert)))
        }
        #expect(keys(queue).map(\.alert.value) == [8, 3, 9, 1, 2])
    }

    @Test("100,000 alerts raised in order make a tree of logarithmic depth")
    func depth() {
        var queue = AlertQueue()
        for number in UInt64(1)...100_000 {
            queue.insert(AlertQueue.Key(priority: .life, escalation: .none, alert: AlertID(number)))
        }
        // A random tree of n keys is about 2·ln n = 46 deep at most paths; 17 is the least possible.
        #expect(queue.depth < 60)
        for number in stride(from: UInt64(1), through: 100_000, by: 2) {
            queue.remove(AlertQueue.Key(priority: .life, escalation: .none, alert: AlertID(number)))
        }
        #expect(queue.count == 50_000 && queue.depth < 60)
        #expect(queue.first?.alert == AlertID(2))
    }
}

/// SplitMix64.
struct SplitMix {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
