import AlertModel
import Testing

@testable import UnitTransport

@Suite("Deadline wheel")
struct DeadlineWheelTests {
    private static func time(ms: UInt64) -> MonotonicTime { MonotonicTime(nanoseconds: ms * 1_000_000) }

    @Test("an entry comes with the tick of its deadline: up to a tick early, never late")
    func comesInTime() {
        var wheel = DeadlineWheel(now: Self.time(ms: 1_000))
        wheel.reserve(entries: 4)
        wheel.schedule(2, at: Self.time(ms: 21_100))
        #expect(wheel.popDue(at: Self.time(ms: 20_999)) == nil)
        #expect(wheel.popDue(at: Self.time(ms: 21_000)) == 2)
        #expect(DeadlineWheel.isDue(Self.time(ms: 21_100), at: Self.time(ms: 21_000)))
        #expect(wheel.popDue(at: Self.time(ms: 30_000)) == nil)
        #expect(wheel.count == 0)
    }

    @Test("moving, cancelling, deadlines past and beyond the wheel")
    func movesAndCancels() {
        var wheel = DeadlineWheel(now: Self.time(ms: 0))
        wheel.reserve(entries: 3)
        wheel.schedule(0, at: Self.time(ms: 90_000))
        wheel.schedule(0, at: Self.time(ms: 10_000))
        wheel.schedule(1, at: Self.time(ms: 10_000))
        wheel.schedule(2, at: Self.time(ms: 10_000))
        wheel.cancel(1)
        wheel.cancel(1)
        #expect(wheel.count == 2)
        #expect(wheel.popDue(at: Self.time(ms: 10_000)) == 2)
        #expect(wheel.popDue(at: Self.time(ms: 10_000)) == 0)
        #expect(wheel.popDue(at: Self.time(ms: 95_000)) == nil)
        wheel.schedule(1, at: Self.time(ms: 0))
        #expect(wheel.popDue(at: Self.time(ms: 95_250)) == 1)
        // Ten minutes: seen again when the last slot passes, and then as far as it is.
        wheel.schedule(1, at: Self.time(ms: 700_000))
        #expect(wheel.popDue(at: Self.time(ms: 200_000)) == nil)
        #expect(wheel.popDue(at: Self.time(ms: 230_000)) == 1)
        #expect(!DeadlineWheel.isDue(Self.time(ms: 700_000), at: Self.time(ms: 230_000)))
    }

    @Test("after a pause of hours everything due comes, once")
    func longPause() {
        var wheel = DeadlineWheel(now: Self.time(ms: 0))
        wheel.reserve(entries: 1_000)
        for entry in 0..<1_000 { wheel.schedule(entry, at: Self.time(ms: UInt64(entry) * 100 + 300)) }
        var seen = Set<Int>()
        while let entry = wheel.popDue(at: Self.time(ms: 36_000_000)) { #expect(seen.insert(entry).inserted) }
        #expect(seen.count == 1_000)
    }

    @Test("against a plain list, at random", arguments: [1, 2, 3] as [UInt64])
    func random(seed: UInt64) {
        var state = seed &* 0x9E37_79B9_7F4A_7C15
        func next(_ bound: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % bound
        }
        var wheel = DeadlineWheel(now: Self.time(ms: 0))
        wheel.reserve(entries: 50)
        var model: [Int: UInt64] = [:]
        var nowMs: UInt64 = 0
        for _ in 0..<20_000 {
            let entry = Int(next(50))
            switch next(4) {
            case 0:
                wheel.cancel(entry)
                model[entry] = nil
            case 1:
                nowMs += next(2_000)
                while let due = wheel.popDue(at: Self.time(ms: nowMs)) {
                    let deadline = model.removeValue(forKey: due)
                    #expect((deadline ?? .max) / 250 <= nowMs / 250, "seed \(seed)")
                }
                let late = model.values.filter { $0 / 250 <= nowMs / 250 }
                #expect(late.isEmpty, "seed \(seed)")
            default:
                let deadline = nowMs + 250 + next(100_000)
                wheel.schedule(entry, at: Self.time(ms: deadline))
                model[entry] = deadline
            }
            #expect(wheel.count == model.count, "seed \(seed)")
        }
    }

    @Test("it sleeps until the next entry's tick")
    func waits() {
        var wheel = DeadlineWheel(now: Self.time(ms: 100))
        wheel.reserve(entries: 1)
        #expect(wheel.waitMs(from: Self.time(ms: 100), most: 500) == 500)
        wheel.schedule(0, at: Self.time(ms: 251))
        #expect(wheel.waitMs(from: Self.time(ms: 100), most: 500) == 150)
        wheel.schedule(0, at: Self.time(ms: 2_000))
        #expect(wheel.waitMs(from: Self.time(ms: 100), most: 500) == 500)
    }
}
