// Who is let on next when more units want to shake hands than the processor can serve. Pure: no socket, no clock.

internal import AlertModel

/// The order of connections that wait behind their ClientHello.
///
/// Two lanes: units that say that a press is pending, and all others. In a lane the source addresses take turns, one
/// connection each, so that a thousand connections of one address cost the only one of another nothing; connections of
/// one address go on in the order they came.
///
/// The press lane is asked for, not proven: nobody's certificate is known yet. So an address may use it only so many times
/// in ``allowanceNs``; more of its connections wait with the others. How many turns a lane gets is the agent's matter.
///
/// Entering and taking cost a look into a dictionary. Memory grows with the highest place ever used and is kept.
struct AdmissionQueue {
    /// Where one waits.
    enum Lane: Hashable {
        case press
        case others
    }

    /// The time in which an address may use the press lane so and so many times.
    static let allowanceNs: UInt64 = 10_000_000_000
    private static let none: Int32 = -1

    private struct Entry {
        var next = none
        var previous = none
        var source: AddressSource?
        var lane = Lane.others
    }

    private var entries: [Entry] = []
    private var press = Turns()
    private var others = Turns()
    private let pressTurnsMax: Int
    /// Uses of the press lane since ``allowanceFrom``.
    private var used: [AddressSource: Int] = [:]
    private var allowanceFrom = MonotonicTime(nanoseconds: 0)

    /// - Parameter pressTurnsMax: uses of the press lane by one address in ``allowanceNs``.
    init(pressTurnsMax: Int) { self.pressTurnsMax = pressTurnsMax }

    /// Connections in both lanes.
    var count: Int { press.count + others.count }

    /// Connections in one lane.
    func count(_ lane: Lane) -> Int { lane == .press ? press.count : others.count }

    /// Puts a connection at its address's end.
    ///
    /// - Parameter place: its number, not in the queue; small, because memory is kept for all below it.
    /// - Returns: the lane it waits in.
    mutating func enter(_ place: Int, source: AddressSource, hasPress: Bool, now: MonotonicTime) -> Lane {
        while entries.count <= place { entries.append(Entry()) }
        precondition(entries[place].source == nil, "one place waits once")
        let lane: Lane = hasPress && mayUsePressLane(source, now: now) ? .press : .others
        entries[place].source = source
        entries[place].lane = lane
        change(lane) { entries, turns in turns.append(place, of: source, in: &entries) }
        return lane
    }

    /// Takes out whose turn it is.
    ///
    /// - Parameter mayPass: whether one more of an address may be let on; others of its lane go first otherwise.
    /// - Returns: nil when nobody of this lane waits, or may be let on.
    mutating func next(_ lane: Lane, mayPass: (AddressSource) -> Bool) -> Int? {
        change(lane) { entries, turns in turns.popFirst(from: &entries, mayPass: mayPass) }
    }

    /// Forgets a connection that gave up; nothing happens when it does not wait.
    mutating func remove(_ place: Int) {
        guard place < entries.count, let source = entries[place].source else { return }
        change(entries[place].lane) { entries, turns in turns.remove(place, of: source, from: &entries) }
    }

    private mutating func change<Result>(_ lane: Lane, _ body: (inout [Entry], inout Turns) -> Result) -> Result {
        lane == .press ? body(&entries, &press) : body(&entries, &others)
    }

    private mutating func mayUsePressLane(_ source: AddressSource, now: MonotonicTime) -> Bool {
        if now.nanosecondsSince(allowanceFrom) >= Self.allowanceNs {
            allowanceFrom = now
            used.removeAll(keepingCapacity: true)
        }
        let turns = used[source] ?? 0
        guard turns < pressTurnsMax else { return false }
        used[source] = turns + 1
        return true
    }

    /// One lane: for each address a list through the entries, and the addresses in the order of their turns.
    private struct Turns {
        private struct List {
            var head = none
            var tail = none
        }

        private(set) var count = 0
        private var lists: [AddressSource: List] = [:]
        /// Each key of ``lists`` once; before ``front`` are those that had their turn.
        private var order: [AddressSource] = []
        private var front = 0

        mutating func append(_ place: Int, of source: AddressSource, in entries: inout [Entry]) {
            count += 1
            if lists[source] == nil { order.append(source) }
            var list = lists[source] ?? List()
            entries[place].previous = list.tail
            entries[place].next = none
            if list.tail == none { list.head = Int32(place) } else { entries[Int(list.tail)].next = Int32(place) }
            list.tail = Int32(place)
            lists[source] = list
        }

        mutating func remove(_ place: Int, of source: AddressSource, from entries: inout [Entry]) {
            guard var list = lists[source] else { return }
            let (before, after) = (entries[place].previous, entries[place].next)
            if before == none { list.head = after } else { entries[Int(before)].next = after }
            if after == none { list.tail = before } else { entries[Int(after)].previous = before }
            // An empty list keeps its address's turn until that comes.
            lists[source] = list
            entries[place].source = nil
            count -= 1
        }

        mutating func popFirst(from entries: inout [Entry], mayPass: (AddressSource) -> Bool) -> Int? {
            guard count > 0 else { return nil }
            for _ in front..<order.count {
                let source = takeTurn()
                guard let list = lists[source], list.head != none else {
                    lists[source] = nil
                    continue
                }
                guard mayPass(source) else {
                    order.append(source)
                    continue
                }
                let place = Int(list.head)
                remove(place, of: source, from: &entries)
                if list.head == list.tail { lists[source] = nil } else { order.append(source) }
                return place
            }
            return nil
        }

        private mutating func takeTurn() -> AddressSource {
            let source = order[front]
            front += 1
            // Half of it is history: amortized, a turn moves one address.
            if front * 2 > order.count {
                order.removeFirst(front)
                front = 0
            }
            return source
        }
    }
}
