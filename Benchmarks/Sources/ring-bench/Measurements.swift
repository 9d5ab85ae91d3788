// The columns of the table; peers/protocol.hpp measures the same in the same way.

import CMeasure
import Synchronization

enum Measurements {
    /// Slots of each ring; 256 KiB, so that the second-level cache holds it.
    static let capacity = 4_096

    /// One thread, publish and take in turn: nanoseconds for both.
    static func oneThread<Queue: MeasuredQueue>(_: Queue.Type, events: Int) -> Double {
        let queue = Queue(lanes: 1, capacity: capacity)
        let watch = Stopwatch()
        let sums = onTwoProcessors { index, _, sum in
            watch.begin(index)
            for number in 0..<(index == 0 ? events : 0) {
                _ = queue.push(lane: 0, first: UInt64(number), count: 1)
                _ = queue.take(max: 1, sum: &sum)
            }
            watch.end(index)
        }
        sums[0].check(count: events)
        return watch.nanoseconds / Double(events)
    }

    /// One producer, one consumer that takes up to 64 at a time: millions of events a second.
    static func pipe<Queue: MeasuredQueue>(_: Queue.Type, batch: Int, events: Int) -> Double {
        let queue = Queue(lanes: 1, capacity: capacity)
        let watch = Stopwatch()
        let sums = onTwoProcessors { index, gate, sum in
            var pause = Pause()
            var done = 0
            gate.pass()
            watch.begin(index)
            while done < events {
                let moved =
                    index == 0
                    ? queue.push(lane: 0, first: UInt64(done), count: min(batch, events - done))
                    : queue.take(max: 64, sum: &sum)
                if moved == 0 { pause.once() }
                done += moved
            }
            watch.end(index)
        }
        sums[1].check(count: events)
        return Double(events) / watch.nanoseconds * 1_000
    }

    /// Two producers fill what has room for both, again and again: millions of events a second together.
    static func fill<Queue: MeasuredQueue>(_: Queue.Type, batch: Int, repeats: Int) -> Double {
        let each = 16_000
        var nanoseconds = 0.0
        let queue = Queue(lanes: 2, capacity: 32_768)
        for _ in 0..<repeats {
            let watch = Stopwatch()
            let sums = onTwoProcessors { index, gate, sum in
                gate.pass()
                gate.pass()
                watch.begin(index)
                var done = 0
                while done < each {
                    done += queue.push(lane: index, first: UInt64(done), count: min(batch, each - done))
                }
                watch.end(index)
                gate.pass()
                if index == 0 {
                    var taken = 0
                    while taken < 2 * each { taken += queue.take(max: 1_024, sum: &sum) }
                }
            }
            nanoseconds += watch.nanoseconds
            sums[0].check(count: each, times: 2)
        }
        return Double(2 * each * repeats) / nanoseconds * 1_000
    }

    /// Two producers, of which one also takes what both published: millions of events a second.
    static func drainToo<Queue: MeasuredQueue>(_: Queue.Type, batch: Int, events: Int) -> Double {
        let queue = Queue(lanes: 2, capacity: capacity)
        let watch = Stopwatch()
        let sums = onTwoProcessors { index, gate, sum in
            var pause = Pause()
            var sent = 0
            var taken = 0
            gate.pass()
            watch.begin(index)
            while sent < events || (index == 0 && taken < 2 * events) {
                let count = min(batch, events - sent)
                var moved = count > 0 ? queue.push(lane: index, first: UInt64(sent), count: count) : 0
                sent += moved
                if index == 0 {
                    let got = queue.take(max: 2 * batch, sum: &sum)
                    taken += got
                    moved += got
                }
                if moved == 0 { pause.once() }
            }
            watch.end(index)
        }
        sums[0].check(count: events, times: 2)
        return Double(2 * events) / watch.nanoseconds * 1_000
    }

    /// One event there by one queue, one back by another: nanoseconds of each round trip, sorted. They hold
    /// one reading of the clock.
    static func roundTrip<Queue: MeasuredQueue>(_: Queue.Type, trips: Int) -> [Double] {
        let queues = [Queue(lanes: 1, capacity: 1_024), Queue(lanes: 1, capacity: 1_024)]
        let times = Times(trips)
        let sums = onTwoProcessors { index, gate, sum in
            let (out, back) = (queues[index], queues[1 - index])
            var pause = Pause()
            gate.pass()
            var last = measure_nanoseconds()
            for trip in 0..<trips {
                if index == 0 { _ = out.push(lane: 0, first: UInt64(trip), count: 1) }
                while back.take(max: 1, sum: &sum) == 0 { pause.once() }
                if index == 1 { _ = out.push(lane: 0, first: UInt64(trip), count: 1) }
                if index == 0 {
                    let now = measure_nanoseconds()
                    times.base[trip] = now - last
                    last = now
                }
            }
        }
        for sum in sums { sum.check(count: trips) }
        return times.sorted.map { Double($0) }
    }
}

/// `@unchecked Sendable`: the pointer never changes; one thread writes, and is joined before others read.
private final class Times: @unchecked Sendable {
    let base: UnsafeMutablePointer<UInt64>
    private let count: Int

    init(_ count: Int) {
        self.count = count
        base = .allocate(capacity: count)
        base.initialize(repeating: 0, count: count)
    }

    deinit { base.deallocate() }

    var sorted: [UInt64] { UnsafeBufferPointer(start: base, count: count).sorted() }
}
