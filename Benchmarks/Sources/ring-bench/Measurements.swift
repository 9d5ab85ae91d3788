// The columns of the table.

import CTicks
import Synchronization

enum Measurements {
    /// Slots of each ring; 256 KiB, so that the second-level cache holds it.
    static let capacity = 4_096

    /// One thread, publish and take in turn: nanoseconds for both.
    static func oneThread<Queue: MeasuredQueue>(_: Queue.Type, records: Int, tick: Double) -> Double {
        let queue = Queue(lanes: 1, capacity: capacity)
        var sum: UInt64 = 0
        let start = ticks_now()
        for number in 0..<records {
            _ = queue.push(lane: 0, first: UInt64(number), count: 1)
            _ = queue.take(max: 1, sum: &sum)
        }
        let ticks = ticks_now() - start
        blackHole.wrappingAdd(sum, ordering: .relaxed)
        return Double(ticks) / tick / Double(records)
    }

    /// One producer, one consumer that takes up to 64 at a time: millions of records a second.
    static func pipe<Queue: MeasuredQueue>(_: Queue.Type, batch: Int, records: Int, tick: Double) -> Double {
        let queue = Queue(lanes: 1, capacity: capacity)
        let watch = Stopwatch()
        onTwoProcessors { index, gate in
            var pause = Pause()
            var done = 0
            var sum: UInt64 = 0
            gate.pass()
            watch.begin(index)
            while done < records {
                let moved =
                    index == 0
                    ? queue.push(lane: 0, first: UInt64(done), count: min(batch, records - done))
                    : queue.take(max: 64, sum: &sum)
                if moved == 0 { pause.once() }
                done += moved
            }
            watch.end(index)
            blackHole.wrappingAdd(sum, ordering: .relaxed)
        }
        return Double(records) / watch.nanoseconds(tick) * 1_000
    }

    /// Two producers fill what has room for both, again and again: millions of records a second together.
    static func fill<Queue: MeasuredQueue>(_: Queue.Type, batch: Int, repeats: Int, tick: Double) -> Double {
        let each = 16_384
        var nanoseconds = 0.0
        let queue = Queue(lanes: 2, capacity: 2 * each)
        for _ in 0..<repeats {
            let watch = Stopwatch()
            onTwoProcessors { index, gate in
                gate.pass()
                gate.pass()
                watch.begin(index)
                var done = 0
                while done < each {
                    done += queue.push(lane: index, first: UInt64(done), count: min(batch, each - done))
                }
                watch.end(index)
            }
            nanoseconds += watch.nanoseconds(tick)
            var sum: UInt64 = 0
            while queue.take(max: 1_024, sum: &sum) > 0 {}
            blackHole.wrappingAdd(sum, ordering: .relaxed)
        }
        return Double(2 * each * repeats) / nanoseconds * 1_000
    }

    /// Two producers, of which one also takes what both published: millions of records a second.
    static func drainToo<Queue: MeasuredQueue>(_: Queue.Type, batch: Int, records: Int, tick: Double) -> Double {
        let queue = Queue(lanes: 2, capacity: capacity)
        let watch = Stopwatch()
        onTwoProcessors { index, gate in
            var pause = Pause()
            var sent = 0
            var taken = 0
            var sum: UInt64 = 0
            gate.pass()
            watch.begin(index)
            while sent < records || (index == 0 && taken < 2 * records) {
                var moved = queue.push(lane: index, first: UInt64(sent), count: min(batch, records - sent))
                sent += moved
                if index == 0 {
                    let got = queue.take(max: 2 * batch, sum: &sum)
                    taken += got
                    moved += got
                }
                if moved == 0 { pause.once() }
            }
            watch.end(index)
            blackHole.wrappingAdd(sum, ordering: .relaxed)
        }
        return Double(2 * records) / watch.nanoseconds(tick) * 1_000
    }

    /// One record there by one queue, one back by another: nanoseconds of each round trip, sorted. They hold
    /// one reading of the counter.
    static func roundTrip<Queue: MeasuredQueue>(_: Queue.Type, trips: Int, tick: Double) -> [Double] {
        let queues = [Queue(lanes: 1, capacity: 1_024), Queue(lanes: 1, capacity: 1_024)]
        let times = Times(trips)
        onTwoProcessors { index, gate in
            let (out, back) = (queues[index], queues[1 - index])
            var pause = Pause()
            var sum: UInt64 = 0
            gate.pass()
            var last = ticks_now()
            for trip in 0..<trips {
                if index == 0 { _ = out.push(lane: 0, first: UInt64(trip), count: 1) }
                while back.take(max: 1, sum: &sum) == 0 { pause.once() }
                if index == 1 { _ = out.push(lane: 0, first: UInt64(trip), count: 1) }
                if index == 0 {
                    let now = ticks_now()
                    times.base[trip] = now - last
                    last = now
                }
            }
            blackHole.wrappingAdd(sum, ordering: .relaxed)
        }
        return times.sorted.map { Double($0) / tick }
    }
}

/// From the first thread's begin to the last one's end. Each of two threads keeps its own times.
final class Stopwatch: Sendable {
    private let times = Mutex<(begins: [UInt64], ends: [UInt64])>(([0, 0], [0, 0]))

    func begin(_ thread: Int) {
        let now = ticks_now()
        times.withLock { $0.begins[thread] = now }
    }

    func end(_ thread: Int) {
        let now = ticks_now()
        times.withLock { $0.ends[thread] = now }
    }

    func nanoseconds(_ tick: Double) -> Double {
        times.withLock { Double(max($0.ends[0], $0.ends[1]) - min($0.begins[0], $0.begins[1])) / tick }
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
