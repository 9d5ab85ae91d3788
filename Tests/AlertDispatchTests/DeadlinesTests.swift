import AlertModel
import Testing

@testable import AlertDispatch

@Suite("Deadlines")
struct DeadlinesTests {
    private func key(_ number: UInt64) -> TimerKey { TimerKey(.escalation, AlertID(number)) }

    private func time(_ nanoseconds: UInt64) -> JournalTime { JournalTime(nanoseconds: nanoseconds) }

    /// Takes everything due by `now`.
    private func take(_ deadlines: inout Deadlines, by now: UInt64) -> [UInt64] {
        var taken: [UInt64] = []
        while let first = deadlines.first(), first.due <= time(now) {
            taken.append(first.key.low)
            deadlines.removeFirst()
        }
        return taken
    }

    @Test("random arming, disarming and taking agree with a plain list", arguments: Array(1...20) as [UInt64])
    func agreesWithList(seed: UInt64) {
        var random = SplitMix(seed)
        var deadlines = Deadlines()
        var model: [UInt64: UInt64] = [:]
        var taken: Set<UInt64> = []
        for now in UInt64(0)..<2_000 {
            let number = random.next() % 40
            switch random.next() % 4 {
            case 0:
                deadlines.disarm(key(number))
                model[number] = nil
            case 1:
                let due = model.filter { $0.value <= now && !taken.contains($0.key) }
                let expected = due.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)
                #expect(take(&deadlines, by: now) == expected, "seed \(seed)")
                taken.formUnion(expected)
            default:
                let due = now + random.next() % 100
                deadlines.arm(key(number), at: time(due))
                model[number] = due
                taken.remove(number)
            }
            #expect(
                deadlines.armed.mapValues(\.due.nanoseconds)
                    == Dictionary(
                        uniqueKeysWithValues: model.map { (key($0.key), $0.value) }), "seed \(seed)")
            #expect(deadlines.heapCount <= 2 * deadlines.armed.count + 65)
        }
    }

    @Test("what was taken stays armed until the event is applied, and a copy from its parts has it again")
    func takenIsArmed() throws {
        var deadlines = Deadlines()
        deadlines.arm(key(1), at: time(10))
        #expect(take(&deadlines, by: 10) == [1] && deadlines.first() == nil)
        let armed = try #require(deadlines.armed[key(1)])
        #expect(deadlines.isArmed(TimerFired(key: key(1), serial: armed.serial, due: armed.due)))
        var reborn = Deadlines(armed: deadlines.armed, lastSerial: deadlines.lastSerial)
        #expect(take(&reborn, by: 10) == [1])
        deadlines.arm(key(1), at: time(10))
        // The same due time, armed anew: the old firing is void.
        #expect(!deadlines.isArmed(TimerFired(key: key(1), serial: armed.serial, due: armed.due)))
    }

    @Test("a deadline that moved is looked at again when it comes due, and not touched before")
    func postponed() {
        var deadlines = Deadlines()
        deadlines.arm(key(1), at: time(10))
        deadlines.arm(key(2), at: time(20))
        let steps = deadlines.siftSteps
        #expect(deadlines.first()?.key == key(1))
        #expect(deadlines.siftSteps == steps)
        deadlines.postponeFirst(to: time(30))
        #expect(deadlines.first()?.key == key(2))
        #expect(deadlines.armed[key(1)]?.due == time(10))
        #expect(take(&deadlines, by: 30) == [2, 1])
    }

    @Test("100,000 deadlines: no more than the height of the heap for each")
    func cost() {
        var random = SplitMix(7)
        var deadlines = Deadlines()
        for number in UInt64(0)..<100_000 { deadlines.arm(key(number), at: time(random.next() % 1_000_000)) }
        // 17 levels; random arming rises two on average.
        #expect(deadlines.siftSteps < 100_000 * 4)
        let before = deadlines.siftSteps
        var last = JournalTime.zero
        for _ in 0..<100_000 {
            guard let first = deadlines.first() else { break }
            #expect(first.due >= last)
            last = first.due
            deadlines.removeFirst()
        }
        #expect(deadlines.first() == nil && deadlines.siftSteps - before <= 100_000 * 17)
    }
}

@Suite("The journal's clock")
struct JournalClockTests {
    private func at(wall: Int64, monotonic: UInt64) -> Instant {
        Instant(wall: WallTime(nanoseconds: wall), monotonic: MonotonicTime(nanoseconds: monotonic))
    }

    @Test("within a process it runs with the monotonic clock, whatever the wall clock does")
    func withinProcess() {
        var clock = JournalClock()
        clock.advance(to: at(wall: 1_000, monotonic: 500), isNewProcess: true)
        #expect(clock.now == .zero)
        clock.advance(to: at(wall: -9_000, monotonic: 530), isNewProcess: false)
        clock.advance(to: at(wall: .max, monotonic: 550), isNewProcess: false)
        #expect(clock.now == JournalTime(nanoseconds: 50))
        // A monotonic clock never goes back; should a record say so, time stands.
        clock.advance(to: at(wall: 0, monotonic: 10), isNewProcess: false)
        #expect(clock.now == JournalTime(nanoseconds: 50))
    }

    @Test("between processes it runs with the wall clock, and never backwards")
    func betweenProcesses() {
        var clock = JournalClock()
        clock.advance(to: at(wall: 1_000, monotonic: 500), isNewProcess: true)
        clock.advance(to: at(wall: 1_700, monotonic: 3), isNewProcess: true)
        #expect(clock.now == JournalTime(nanoseconds: 700))
        clock.advance(to: at(wall: 200, monotonic: 9_000), isNewProcess: true)
        #expect(clock.now == JournalTime(nanoseconds: 700))
        clock.advance(to: at(wall: .min, monotonic: 1), isNewProcess: true)
        clock.advance(to: at(wall: .max, monotonic: 1), isNewProcess: true)
        #expect(clock.now == JournalTime(nanoseconds: 700))
    }

    @Test("a deadline's moment in the running process, and back")
    func moments() {
        var clock = JournalClock()
        clock.advance(to: at(wall: 0, monotonic: 100), isNewProcess: true)
        clock.advance(to: at(wall: 1_000, monotonic: 7), isNewProcess: true)
        #expect(clock.moment(of: JournalTime(nanoseconds: 1_030)) == MonotonicTime(nanoseconds: 37))
        #expect(clock.moment(of: JournalTime(nanoseconds: 990)) == MonotonicTime(nanoseconds: 7))
        #expect(clock.time(at: MonotonicTime(nanoseconds: 37)) == JournalTime(nanoseconds: 1_030))
        #expect(clock.time(at: MonotonicTime(nanoseconds: 1)) == JournalTime(nanoseconds: 1_000))
        #expect(clock.wall(of: JournalTime(nanoseconds: 1_030)) == WallTime(nanoseconds: 1_030))
        #expect(clock.wall(of: JournalTime(nanoseconds: .max)) == WallTime(nanoseconds: .max))
    }
}
