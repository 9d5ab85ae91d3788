// Two pinned threads that start together.

import CTicks
import Glibc
import LinuxIO
import Synchronization

/// Runs `body` on each processor at the same time and waits for both.
func onTwoProcessors(_ body: @escaping @Sendable (Int, Gate) -> Void) {
    let gate = Gate()
    let threads = (0..<2).compactMap { index in
        try? LinuxIO.Thread.start(name: "bench \(index)") {
            _ = ticks_pin_thread(Int32(index))
            body(index, gate)
        }
    }
    precondition(threads.count == 2, "two threads are needed")
    for thread in threads { thread.join() }
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

/// Where results go that only keep the optimizer honest.
let blackHole = Atomic<UInt64>(0)
