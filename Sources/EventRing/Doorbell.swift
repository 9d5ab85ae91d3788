// How a thread that has nothing to do sleeps, and how others wake it: an eventfd behind a flag.

public import LinuxIO
public import Synchronization

/// Wakes one sleeping consumer; costs a ringer no system call while the consumer is awake.
///
/// Any number of threads ring; one thread, the sleeper, calls everything else:
/// ```
/// doorbell.prepareToSleep()
/// if ring.isEmpty { doorbell.wait(timeoutMs: 500) }   // or epoll on fileDescriptor
/// doorbell.cancelSleep()
/// ```
///
/// **No wake-up is lost.** Producer and sleeper each write one thing, pass a sequentially consistent fence,
/// and read the other's:
/// ```
///   producer                               sleeper
///   P1  publish(): cursor = n              S1  prepareToSleep(): flag = odd
///   P2  ring(): fence                      S2  prepareToSleep(): fence
///   P3  ring(): read flag                  S3  isEmpty: read cursor
///   P4  odd: signal the eventfd            S4  nothing there: wait on the eventfd
/// ```
/// All such fences have one order. If P2 comes before S2, then S3 sees n, and the sleeper does not wait. If S2
/// comes before P2, then P3 sees S1's flag or a later value:
/// - odd: P4 signals, and an eventfd keeps a signal until it is drained, so S4 returns at once or is woken;
/// - even, written by the sleeper in `cancelSleep`: it is awake, and passes S1 to S3 again before it next
///   sleeps, with a flag that P3 did not see; hence P2 is before that S2, and that S3 sees n;
/// - even, written by another ringer: it does so only *after* its signal, so the eventfd is already signalled
///   for this sleep. That order (signal, then flag) is on purpose: with the flag first, a ringer of low
///   priority that is preempted in between would keep everybody else's press waiting.
///
/// The flag counts sleeps (odd: armed, even: awake or already rung), so a ringer held up for long cannot clear
/// the flag of a later sleep: its exchange expects the sleep it saw. Its late signal at most wakes once for
/// nothing.
///
/// `@unchecked Sendable`: the pointer is set once and freed in `deinit`, what it points to is atomic, and the
/// eventfd's descriptor may be used by any thread.
public final class Doorbell: @unchecked Sendable {
    /// Alone on its line: ringers read it after each publish.
    @usableFromInline let flag: UnsafeMutablePointer<Atomic<UInt64>>
    private let event: EventFD

    /// - Throws: ``Errno`` when the process has no descriptor left; a start fails with it.
    public init() throws(Errno) {
        event = try EventFD()
        let line = UnsafeMutableRawPointer.allocate(
            byteCount: RingMemory.lineBytes, alignment: RingMemory.lineBytes)
        flag = line.bindMemory(to: Atomic<UInt64>.self, capacity: 1)
        flag.initialize(to: Atomic(0))
    }

    deinit { UnsafeMutableRawPointer(flag).deallocate() }

    /// For an epoll of the sleeper's own; readable once rung. Borrowed: valid while the doorbell lives.
    public var fileDescriptor: Int32 { event.rawValue }

    /// Wakes the sleeper if it sleeps. Any thread, after `publish`.
    ///
    /// Cost: a fence and a load; one system call when the sleeper sleeps or is about to.
    @inlinable
    public func ring() {
        // P2: pairs with the fence in prepareToSleep.
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        let seen = flag.pointee.load(ordering: .relaxed)
        if seen & 1 == 1 { wakeSleep(seen) }
    }

    /// P4. Apart from ``ring()`` so that the common case stays a few instructions.
    @usableFromInline
    func wakeSleep(_ sleep: UInt64) {
        event.signal()
        // releases: whoever sees the flag cleared may rely on the signal. Fails when that sleep is over.
        _ = flag.pointee.compareExchange(expected: sleep, desired: sleep &+ 1, ordering: .releasing)
    }

    /// Announces a sleep; afterwards look once more for work, and only then wait.
    public func prepareToSleep() {
        // Only the sleeper makes the flag odd, so between these two lines it can change only from odd to even.
        let current = flag.pointee.load(ordering: .relaxed)
        if current & 1 == 0 { flag.pointee.store(current &+ 1, ordering: .relaxed) }
        // S2: pairs with the fence in ring.
        atomicMemoryFence(ordering: .sequentiallyConsistent)
    }

    /// Ends a sleep, woken or not, and drains the eventfd: a late signal would otherwise end every later wait.
    ///
    /// Cost: one system call.
    public func cancelSleep() {
        let current = flag.pointee.load(ordering: .relaxed)
        // A ringer may get there first; it writes the same value.
        if current & 1 == 1 { flag.pointee.store(current &+ 1, ordering: .relaxed) }
        event.drain()
    }

    /// Blocks until rung, until a signal handler ran, or for `timeoutMs` (negative: without end).
    ///
    /// Between ``prepareToSleep()`` and ``cancelSleep()``. May return for nothing; look for work again.
    /// - Returns: whether it was rung.
    @discardableResult
    public func wait(timeoutMs: Int32) -> Bool { event.wait(timeoutMs: timeoutMs) }

    /// Takes back a signal that a sleeper's epoll reported outside a sleep; without it, every later
    /// epoll_wait would return for it at once. Cost: one system call.
    public func drain() { event.drain() }
}
