// Two pinned threads that start together, and the time between.

import CMeasure
import Glibc
import LinuxIO
import Synchronization

/// Runs `body` on each processor at the same time and waits for both.
/// - Returns: what each thread summed up.
func onTwoProcessors(_ body: @escaping @Sendable (Int, Gate, inout Sum) -> Void) -> [Sum] {
    let gate = Gate()
    let share = Share()
    let threads = (0..<2).compactMap { index in
        try? LinuxIO.Thread.start(name: "bench \(index)") {
            _ = measure_pin_thread(Int32(index))
            var sum = Sum()
            body(index, gate, &sum)
            share.sums.withLock { [sum] in $0[index] = sum }
        }
    }
    precondition(threads.count == 2, "two threads are needed")
    for thread in threads { thread.join() }
    return share.sums.withLock { $0 }
}

private final class Share: Sendable {
    let sums = Mutex([Sum(), Sum()])
}

/// Lets two threads through when both have come; any number of times.
final class Gate: Sendable {
    private let arrivals = Atomic<Int>(0)

    func pass() {
        let arrival = arrivals.add(1, ordering: .acquiringAndReleasing).newValue
        let needed = (arrival + 1) / 2 * 2
        var pause = Pause()
        while arrivals.load(ordering: .acquiring) < needed { pause.once() }
    }
}

/// Spins; gives the processor away now and then, should somebody else need it to make progress.
struct Pause {
    private var turns = 0

    @inline(__always)
    mutating func once() {
        turns &+= 1
        if turns & 0xFFFF == 0 { sched_yield() }
    }
}

/// From the first thread's begin to the last one's end. Each of two threads keeps its own times.
final class Stopwatch: Sendable {
    private let times = Mutex<(begins: [UInt64], ends: [UInt64])>(([0, 0], [0, 0]))

    func begin(_ thread: Int) {
        let now = measure_nanoseconds()
        times.withLock { $0.begins[thread] = now }
    }

    func end(_ thread: Int) {
        let now = measure_nanoseconds()
        times.withLock { $0.ends[thread] = now }
    }

    var nanoseconds: Double {
        times.withLock { Double(max($0.ends[0], $0.ends[1]) - min($0.begins[0], $0.begins[1])) }
    }
}
