// What is measured: the ring, and a mutex, behind the same calls as the peers in other languages.

import EventRing
import Synchronization

/// A queue with a lane for each producer, or one for all where it has no lanes.
protocol MeasuredQueue: Sendable {
    init(lanes: Int, capacity: Int)
    /// Appends up to `count` events from number `first` on and publishes them together.
    /// - Returns: how many there was room for.
    func push(lane: Int, first: UInt64, count: Int) -> Int
    /// Takes up to `max` events and adds what they hold to `sum`.
    func take(max: Int, sum: inout Sum) -> Int
}

/// One ring, one producer, one consumer.
final class LaneQueue<Body: EventBody>: MeasuredQueue {
    private let producer: RecordProducer
    private let consumer: RecordConsumer

    init(lanes: Int, capacity: Int) {
        precondition(lanes == 1)
        let ring = RecordRing(capacitySlots: capacity)
        producer = ring.takeProducer()
        consumer = ring.takeConsumer(0)
    }

    @inline(__always)
    func push(lane: Int, first: UInt64, count: Int) -> Int {
        append(Body.self, to: producer, first: first, count: count)
    }

    @inline(__always)
    func take(max: Int, sum: inout Sum) -> Int {
        consumer.drain(max: max) { kind, body in
            body.loadUnaligned(as: Body.self).add(to: &sum, kind: kind)
            return .next
        }
    }
}

/// A ring for each producer, merged by the consumer.
final class MergedQueue<Body: EventBody>: MeasuredQueue {
    private let producers: Producers
    private let merge: LaneMerge

    init(lanes: Int, capacity: Int) {
        // Room for as many events in all lanes together as a peer gets for its one queue.
        let rings = (0..<lanes).map { _ in RecordRing(capacitySlots: capacity / lanes * Body.slots) }
        producers = Producers(rings)
        var merge = LaneMerge(lanesMax: lanes)
        for ring in rings { merge.add(ring.takeConsumer(0)) }
        self.merge = merge
    }

    @inline(__always)
    func push(lane: Int, first: UInt64, count: Int) -> Int {
        append(Body.self, to: producers.base[lane], first: first, count: count)
    }

    @inline(__always)
    func take(max: Int, sum: inout Sum) -> Int {
        merge.drain(max: max) { kind, body in
            body.loadUnaligned(as: Body.self).add(to: &sum, kind: kind)
            return .next
        }
    }
}

/// `@unchecked Sendable`: the pointer never changes; each producer is used by one thread.
private final class Producers: @unchecked Sendable {
    let base: UnsafeMutablePointer<RecordProducer>
    private let count: Int

    init(_ rings: [RecordRing]) {
        count = rings.count
        base = .allocate(capacity: count)
        for (index, ring) in rings.enumerated() { (base + index).initialize(to: ring.takeProducer()) }
    }

    deinit {
        base.deinitialize(count: count)
        base.deallocate()
    }
}

@inline(__always)
private func append<Body: EventBody>(
    _: Body.Type, to producer: borrowing RecordProducer, first: UInt64, count: Int
) -> Int {
    var pushed = 0
    while pushed < count {
        let event = Body(first &+ UInt64(pushed))
        let result = producer.append(kind: 1, bodyBytesMax: MemoryLayout<Body>.size) { buffer in
            buffer.storeBytes(of: event, as: Body.self)
            return MemoryLayout<Body>.size
        }
        guard result == .appended else { break }
        pushed += 1
    }
    if pushed > 0 { producer.publish() }
    return pushed
}

/// The peer everybody could write in a minute: an array used in a circle, inside a mutex, one for all.
final class MutexQueue: MeasuredQueue {
    private struct Deque {
        var slots: [WideBody]
        var head = 0
        var count = 0
    }

    private let deque: Mutex<Deque>
    private let capacity: Int

    init(lanes: Int, capacity: Int) {
        self.capacity = capacity
        deque = Mutex(Deque(slots: [WideBody](repeating: WideBody(0), count: capacity)))
    }

    func push(lane: Int, first: UInt64, count: Int) -> Int {
        deque.withLock { deque in
            let pushed = min(count, capacity - deque.count)
            for index in 0..<pushed {
                deque.slots[(deque.head + deque.count) & (capacity - 1)] = WideBody(first &+ UInt64(index))
                deque.count += 1
            }
            return pushed
        }
    }

    func take(max: Int, sum: inout Sum) -> Int {
        var added = Sum()
        let taken = deque.withLock { deque in
            let taken = min(max, deque.count)
            for _ in 0..<taken {
                deque.slots[deque.head].add(to: &added, kind: 1)
                deque.head = (deque.head + 1) & (capacity - 1)
            }
            deque.count -= taken
            return taken
        }
        sum.words &+= added.words
        return taken
    }
}
