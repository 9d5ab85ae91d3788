// Deadlines of many connections in a coarse wheel. Pure: the time is an input.

internal import AlertModel

/// Remembers for each of many numbered entries when to look at it again.
///
/// A ring of slots, one a tick; a slot heads a doubly linked list through arrays indexed by entry. Setting,
/// moving and cancelling cost a few stores; a turn costs one step a passed tick and one a due entry.
///
/// **Lazy.** A frame does not touch the wheel: it only notes when it came. When the entry's tick passes, the
/// owner works out the true deadline and schedules it again if that is later. So an entry costs one visit a
/// reporting time, however many frames it gets. Only a deadline that moves *nearer* must be scheduled at once.
///
/// **Early, never late.** A deadline falls due with the tick that it lies in: up to one tick early, late only
/// by the thread's own delay, so that a lost link is known within its reporting time.
/// A deadline behind the wheel's end is looked at when its last slot passes.
struct DeadlineWheel {
    /// A quarter of a second is about 1 % of the shortest reporting time, 20 s.
    static let tickNs: UInt64 = 250_000_000
    /// 128 s: past the usual reporting time of 90 s.
    static let slots = 512

    private static let none: Int32 = -1

    private var heads = [Int32](repeating: none, count: slots)
    private var next: [Int32] = []
    private var previous: [Int32] = []
    /// The slot an entry is in, `none` when it is in no slot.
    private var slotOf: [Int32] = []
    /// The tick whose slot was emptied last.
    private var tick: UInt64
    /// Scheduled entries.
    private(set) var count = 0

    /// - Parameter now: nothing before it falls due.
    init(now: MonotonicTime) { tick = now.nanoseconds / Self.tickNs }

    /// Makes room for entries 0 ..< `entries`; existing ones stay. The only call that allocates.
    mutating func reserve(entries: Int) {
        let missing = entries - slotOf.count
        guard missing > 0 else { return }
        next.append(contentsOf: repeatElement(Self.none, count: missing))
        previous.append(contentsOf: repeatElement(Self.none, count: missing))
        slotOf.append(contentsOf: repeatElement(Self.none, count: missing))
    }

    /// Whether `deadline` counts as reached.
    static func isDue(_ deadline: MonotonicTime, at now: MonotonicTime) -> Bool {
        deadline.nanoseconds / tickNs <= now.nanoseconds / tickNs
    }

    /// Sets or moves an entry. One that is due already comes with the next tick.
    mutating func schedule(_ entry: Int, at deadline: MonotonicTime) {
        cancel(entry)
        let wanted = deadline.nanoseconds / Self.tickNs
        let due = min(max(wanted, tick + 1), tick + UInt64(Self.slots) - 1)
        let slot = Int(due % UInt64(Self.slots))
        let head = heads[slot]
        next[entry] = head
        previous[entry] = Self.none
        if head != Self.none { previous[Int(head)] = Int32(entry) }
        heads[slot] = Int32(entry)
        slotOf[entry] = Int32(slot)
        count += 1
    }

    /// Forgets an entry; nothing happens when it is not scheduled.
    mutating func cancel(_ entry: Int) {
        let slot = slotOf[entry]
        guard slot != Self.none else { return }
        let (before, after) = (previous[entry], next[entry])
        if before == Self.none { heads[Int(slot)] = after } else { next[Int(before)] = after }
        if after != Self.none { previous[Int(after)] = before }
        slotOf[entry] = Self.none
        count -= 1
    }

    /// Takes out one entry whose tick has come; the owner handles or reschedules it.
    ///
    /// - Returns: nil when no more are due at `now`.
    mutating func popDue(at now: MonotonicTime) -> Int? {
        let current = now.nanoseconds / Self.tickNs
        // After a long pause each slot is visited once, not once a missed tick.
        if current > tick + UInt64(Self.slots) { tick = current - UInt64(Self.slots) }
        while true {
            let head = heads[Int(tick % UInt64(Self.slots))]
            if head != Self.none {
                cancel(Int(head))
                return Int(head)
            }
            guard tick < current else { return nil }
            tick += 1
        }
    }

    /// Milliseconds from `now` until the next tick with an entry, rounded up; at most `most`.
    func waitMs(from now: MonotonicTime, most: Int32) -> Int32 {
        guard count > 0 else { return most }
        for ahead in 1...UInt64(Self.slots) {
            let start = (tick + ahead) * Self.tickNs
            let waitMs = Int32(clamping: (start - min(start, now.nanoseconds) + 999_999) / 1_000_000)
            if waitMs >= most { return most }
            if heads[Int((tick + ahead) % UInt64(Self.slots))] != Self.none { return waitMs }
        }
        return most
    }
}
