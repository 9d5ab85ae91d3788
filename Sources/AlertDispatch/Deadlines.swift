// Everything that falls due, one binary heap for all kinds. Durable is only what is armed; the heap is made
// from it and forgets lazily.

import AlertModel

/// A set of deadlines, at most one a key.
///
/// ``arm(_:at:)`` and taking the first cost O(log n), ``disarm(_:)`` O(1): the heap keeps the entry until it
/// comes to the top or until half of the heap is such entries, and passes it over then. A deadline that moves often
/// (a unit's, with each heartbeat) is not touched when it moves: it is looked at again when it comes due
/// (``postponeFirst(to:)``), so a heartbeat costs nothing here.
///
/// What was taken is in nobody's hands but the journal's: it stays armed, durable, until the event is applied, and
/// a process that dies before that finds it overdue.
struct Deadlines: Sendable {
    /// One deadline.
    struct Armed: Hashable, Sendable {
        let due: JournalTime
        /// Arming after arming of all deadlines, so that no two armed ones are alike.
        let serial: UInt32
    }

    private struct Entry {
        var due: JournalTime
        let key: TimerKey
        let serial: UInt32

        static func < (left: Self, right: Self) -> Bool {
            left.due != right.due ? left.due < right.due : left.key < right.key
        }
    }

    /// What is armed: the durable part.
    private(set) var armed: [TimerKey: Armed] = [:]
    /// How often anything was armed; durable, wraps.
    private(set) var lastSerial: UInt32 = 0
    private var heap: ContiguousArray<Entry> = []
    /// Steps up and down the heap since the start; for tests of the cost.
    private(set) var siftSteps: UInt64 = 0

    init() {}

    /// Deadlines out of their durable parts.
    init(armed: [TimerKey: Armed], lastSerial: UInt32) {
        self.armed = armed
        self.lastSerial = lastSerial
        heap = ContiguousArray(armed.map { Entry(due: $0.value.due, key: $0.key, serial: $0.value.serial) })
        heap.sort(by: <)
    }

    /// Entries in memory, those to pass over included.
    var heapCount: Int { heap.count }

    /// Arms a deadline; the former one of the key is void.
    mutating func arm(_ key: TimerKey, at due: JournalTime) {
        lastSerial &+= 1
        armed[key] = Armed(due: due, serial: lastSerial)
        push(Entry(due: due, key: key, serial: lastSerial))
        if heap.count > 2 * armed.count + 64 { sweep() }
    }

    mutating func disarm(_ key: TimerKey) { armed[key] = nil }

    /// Whether the deadline is still armed as it was when it fell due.
    func isArmed(_ fired: TimerFired) -> Bool {
        armed[fired.key] == Armed(due: fired.due, serial: fired.serial)
    }

    /// The earliest deadline that was not taken; nil when there is none. O(log n) for each void one before it.
    mutating func first() -> (key: TimerKey, armed: Armed, due: JournalTime)? {
        while let entry = heap.first {
            if let armed = armed[entry.key], armed.serial == entry.serial { return (entry.key, armed, entry.due) }
            removeFirst()
        }
        return nil
    }

    /// Takes the first out of the heap; it stays armed.
    mutating func removeFirst() {
        guard let last = heap.popLast(), !heap.isEmpty else { return }
        heap[0] = last
        siftDown()
    }

    /// Looks at the first again later: it is not due after all. Not durable.
    mutating func postponeFirst(to due: JournalTime) {
        guard !heap.isEmpty else { return }
        heap[0].due = max(due, heap[0].due)
        siftDown()
    }

    /// Drops what is void. A sorted array is a heap.
    private mutating func sweep() {
        heap.removeAll { armed[$0.key]?.serial != $0.serial }
        heap.sort(by: <)
    }

    private mutating func push(_ entry: Entry) {
        heap.append(entry)
        var place = heap.count - 1
        while place > 0, entry < heap[(place - 1) / 2] {
            heap[place] = heap[(place - 1) / 2]
            place = (place - 1) / 2
            siftSteps &+= 1
        }
        heap[place] = entry
    }

    private mutating func siftDown() {
        let entry = heap[0]
        var place = 0
        while true {
            var child = 2 * place + 1
            if child >= heap.count { break }
            if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
            if !(heap[child] < entry) { break }
            heap[place] = heap[child]
            place = child
            siftSteps &+= 1
        }
        heap[place] = entry
    }
}
