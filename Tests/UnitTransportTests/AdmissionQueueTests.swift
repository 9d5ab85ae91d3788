// The order in which waiting units are let on, against a plain model and by example.

import AlertModel
import LinuxIO
import Testing

@testable import UnitTransport

@Suite("Admission order")
struct AdmissionQueueTests {
    private static let start = MonotonicTime(nanoseconds: 50_000_000_000)

    private func source(_ number: UInt64) -> AddressSource {
        AddressSource(SocketAddress(high: 0, low: 0xFFFF << 32 | number, port: 9))
    }

    private func drain(_ queue: inout AdmissionQueue, _ lane: AdmissionQueue.Lane) -> [Int] {
        var places: [Int] = []
        while let place = queue.next(lane, mayPass: { _ in true }) { places.append(place) }
        return places
    }

    @Test("addresses take turns; within one, who came first goes first")
    func turns() {
        var queue = AdmissionQueue(pressTurnsMax: 9)
        for place in 0..<4 { _ = queue.enter(place, source: source(1), hasPress: false, now: Self.start) }
        _ = queue.enter(4, source: source(2), hasPress: false, now: Self.start)
        for place in 5..<7 { _ = queue.enter(place, source: source(3), hasPress: false, now: Self.start) }
        #expect(queue.count == 7)
        #expect(drain(&queue, .others) == [0, 4, 5, 1, 6, 2, 3])
        #expect(queue.count == 0)
    }

    @Test("an address may claim a press so many times in ten seconds; the rest waits with the others")
    func allowance() {
        var queue = AdmissionQueue(pressTurnsMax: 2)
        func enter(_ place: Int, _ number: UInt64, at now: MonotonicTime) -> AdmissionQueue.Lane {
            queue.enter(place, source: source(number), hasPress: true, now: now)
        }
        let lanes = (0..<4).map { enter($0, 1, at: Self.start) }
        #expect(lanes == [.press, .press, .others, .others])
        let other = enter(4, 2, at: Self.start)
        #expect(other == .press, "another address has its own")
        #expect(drain(&queue, .press) == [0, 4, 1])
        let soon = enter(0, 1, at: Self.start.advanced(byNanoseconds: 9_000_000_000))
        #expect(soon == .others, "taken is taken, also when it was served")
        let later = enter(1, 1, at: Self.start.advanced(byNanoseconds: 20_000_000_000))
        #expect(later == .press)
        #expect(drain(&queue, .others) == [2, 3, 0])
    }

    @Test("an address that may not pass keeps its turn for later and holds up nobody")
    func blocked() {
        var queue = AdmissionQueue(pressTurnsMax: 9)
        for place in 0..<4 {
            _ = queue.enter(place, source: source(UInt64(place % 2)), hasPress: false, now: Self.start)
        }
        let blocked = source(0)
        #expect(queue.next(.others, mayPass: { $0 != blocked }) == 1)
        #expect(queue.next(.others, mayPass: { $0 != blocked }) == 3)
        #expect(queue.next(.others, mayPass: { $0 != blocked }) == nil)
        #expect(queue.count(.others) == 2)
        #expect(drain(&queue, .others) == [0, 2])
    }

    @Test("any mix of coming, leaving and turns agrees with a plain model", arguments: [UInt64(1), 2, 3, 4])
    func model(seed: UInt64) {
        var random = SplitMix(state: seed)
        var queue = AdmissionQueue(pressTurnsMax: .max)
        // The model: for each lane the addresses in the order of their turns, each with its places in order. An address
        // whose last place left keeps its turn until that comes.
        var model: [AdmissionQueue.Lane: [(number: UInt64, places: [Int])]] = [.press: [], .others: []]
        var present: [Int: AdmissionQueue.Lane] = [:]
        for step in 0..<20_000 {
            let lane: AdmissionQueue.Lane = random.next() % 3 == 0 ? .press : .others
            switch random.next() % 5 {
            case 0, 1:
                let place = Int(random.next() % 64)
                guard present[place] == nil else { continue }
                let number = random.next() % 5
                present[place] = lane
                _ = queue.enter(place, source: source(number), hasPress: lane == .press, now: Self.start)
                if let index = model[lane]?.firstIndex(where: { $0.number == number }) {
                    model[lane]?[index].places.append(place)
                } else {
                    model[lane]?.append((number, [place]))
                }
            case 2:
                let place = Int(random.next() % 64)
                queue.remove(place)
                guard let old = present.removeValue(forKey: place) else { continue }
                for index in model[old, default: []].indices {
                    model[old]?[index].places.removeAll { $0 == place }
                }
            default:
                let barred = random.next() % 8
                let taken = queue.next(lane, mayPass: { $0 != source(barred) })
                let expected = Self.take(&model[lane, default: []], barred: barred)
                #expect(taken == expected, "seed \(seed), step \(step)")
                if let expected { present[expected] = nil }
            }
            #expect(queue.count == present.count)
            #expect(queue.count(.press) == present.values.count { $0 == .press }, "seed \(seed), step \(step)")
        }
    }

    private static func take(_ turns: inout [(number: UInt64, places: [Int])], barred: UInt64) -> Int? {
        guard turns.contains(where: { !$0.places.isEmpty }) else { return nil }
        for _ in 0..<turns.count {
            var one = turns.removeFirst()
            if one.places.isEmpty { continue }
            if one.number == barred {
                turns.append(one)
                continue
            }
            let place = one.places.removeFirst()
            if !one.places.isEmpty { turns.append(one) }
            return place
        }
        return nil
    }
}

/// A generator of 64 bits (Steele, Lea and Flood 2014); the same seed gives the same run.
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
