import AlertModel
import SimulatedField
import Testing

@Suite("Everything random comes from the seed")
struct ChanceTests {
    @Test("the same seed gives the same numbers")
    func repeatable() {
        var first = Chance(seed: 7)
        var second = Chance(seed: 7)
        var other = Chance(seed: 8)
        let numbers = (0..<100).map { _ in first.next() }
        #expect(numbers == (0..<100).map { _ in second.next() })
        #expect(numbers != (0..<100).map { _ in other.next() })
    }

    @Test("exponential values have mean 1 and the right tail", arguments: [1, 2, 3] as [UInt64])
    func exponential(seed: UInt64) {
        var chance = Chance(seed: seed)
        let values = (0..<50_000).map { _ in chance.exponential() }
        let mean = values.reduce(0, +) / 50_000
        let beyondTwo = Double(values.count { $0 > 2 }) / 50_000
        #expect(abs(mean - 1) < 0.03, "seed \(seed): mean \(mean)")
        #expect(abs(beyondTwo - 0.1353) < 0.01, "seed \(seed): \(beyondTwo) beyond 2")
        #expect(values.allSatisfy { $0 >= 0 })
    }

    @Test("a schedule is the same for the same seed, and ends where it has to")
    func schedule() {
        var first = PressSchedule(seed: 3, everyS: 0.5, units: 10, limit: 400)
        var second = PressSchedule(seed: 3, everyS: 0.5, units: 10, limit: 400)
        let presses = (0..<400).compactMap { _ in first.next() }
        #expect(presses == (0..<400).compactMap { _ in second.next() })
        #expect(presses.count == 400)
        #expect(first.next() == nil)
        #expect(Set(presses.map(\.unit)) == Set(0..<10))
        #expect(Set(presses.map(\.category)) == [.police, .medical, .roadAccident, .fire])
        let meanNs = presses.map { Double($0.afterNs) }.reduce(0, +) / 400
        #expect(abs(meanNs / 5e8 - 1) < 0.2)
    }

    @Test("a backoff grows to its limit, sooner with a press, and starts anew")
    func backoff() {
        var chance = Chance(seed: 1)
        var backoff = Backoff()
        for longest in [200, 400, 800, 1_600, 3_000, 3_000] as [UInt64] {
            let waitNs = backoff.next(hasPress: false, chance: &chance)
            #expect((longest * 500_000...longest * 1_000_000).contains(waitNs))
        }
        #expect(backoff.next(hasPress: true, chance: &chance) <= Backoff.mostWithPressNs)
        backoff.reset()
        #expect(backoff.next(hasPress: false, chance: &chance) <= Backoff.firstNs)
    }

    @Test("the heap gives places in the order of their times", arguments: [1, 2, 3, 4] as [UInt64])
    func heap(seed: UInt64) {
        var chance = Chance(seed: seed)
        var heap = DeadlineHeap()
        let times = (0..<500).map { _ in UInt64.random(in: 0...200, using: &chance) }
        for (place, time) in times.enumerated() { heap.push(place, at: MonotonicTime(nanoseconds: time)) }
        var order: [UInt64] = []
        while let due = heap.popDue(at: MonotonicTime(nanoseconds: 150)) {
            #expect(due.at.nanoseconds == times[due.place])
            order.append(times[due.place])
        }
        #expect(order == times.filter { $0 <= 150 }.sorted(), "seed \(seed)")
        #expect(heap.earliest.map { $0.nanoseconds > 150 } ?? times.allSatisfy { $0 <= 150 })
    }
}
