// Who of many is due next. A place whose deadline moved has an old entry, too: whoever takes it out sees by its time.

public import AlertModel

/// A binary heap of (time, place); the earliest first. O(log n) a change.
public struct DeadlineHeap: Sendable {
    private var entries: [(at: MonotonicTime, place: Int)] = []

    /// Empty.
    public init() {}

    /// The earliest time; nil when empty.
    public var earliest: MonotonicTime? { entries.first?.at }

    /// Adds an entry; a place may have several.
    public mutating func push(_ place: Int, at time: MonotonicTime) {
        entries.append((time, place))
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].at < entries[parent].at else { return }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the earliest entry that is not after `now`.
    public mutating func popDue(at now: MonotonicTime) -> (place: Int, at: MonotonicTime)? {
        guard let first = entries.first, first.at <= now else { return nil }
        let last = entries.removeLast()
        if !entries.isEmpty {
            entries[0] = last
            sink()
        }
        return (first.place, first.at)
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < entries.count && entries[child].at < entries[least].at {
                least = child
            }
            guard least != parent else { return }
            entries.swapAt(parent, least)
            parent = least
        }
    }
}
