// What is measured: the ring, and its peers behind the same four calls.

import EventRing
import Synchronization

/// Records of 56 bytes, a 64-byte slot with the ring's header.
///
/// In pairs of words, so that the optimizer writes and reads the same pieces: where it reads across two
/// writes, the processor waits for both, and the figure is about that.
struct Payload {
    var a, b, c: SIMD2<UInt64>
    var d: UInt64

    static let bytes = 56

    @inline(__always)
    init(_ number: UInt64) {
        a = SIMD2(number, number &+ 1)
        b = SIMD2(number &+ 2, number &+ 3)
        c = SIMD2(number &+ 4, number &+ 5)
        d = number &+ 6
    }

    /// Depends on every word, so that each is read.
    @inline(__always) var sum: UInt64 {
        let pair = a ^ b ^ c
        return pair.x ^ pair.y ^ d
    }
}

/// A queue with a lane for each producer, or one for all where it has no lanes.
protocol MeasuredQueue: Sendable {
    static var name: String { get }
    init(lanes: Int, capacity: Int)
    /// Appends up to `count` records from number `first` on and publishes them together.
    /// - Returns: how many there was room for.
    func push(lane: Int, first: UInt64, count: Int) -> Int
    /// Takes up to `max` records and adds what they hold to `sum`.
    func take(max: Int, sum: inout UInt64) -> Int
}

/// One ring, one producer, one consumer.
final class LaneQueue: MeasuredQueue {
    static let name = "ring"
    private let producer: RecordProducer
    private let consumer: RecordConsumer

    init(lanes: Int, capacity: Int) {
        precondition(lanes == 1)
        let ring = RecordRing(capacitySlots: capacity)
        producer = ring.takeProducer()
        consumer = ring.takeConsumer(0)
    }

    @inline(__always)
    func push(lane: Int, first: UInt64, count: Int) -> Int { append(to: producer, first: first, count: count) }

    @inline(__always)
    func take(max: Int, sum: inout UInt64) -> Int {
        consumer.drain(max: max) { _, body in
            sum &+= body.loadUnaligned(as: Payload.self).sum
            return .next
        }
    }
}

/// A ring for each producer, merged by the consumer.
final class MergedQueue: MeasuredQueue {
    static let name = "ring, merged lanes"
    private let producers: Producers
    private let merge: LaneMerge

    init(lanes: Int, capacity: Int) {
        let rings = (0..<lanes).map { _ in RecordRing(capacitySlots: capacity) }
        producers = Producers(rings)
        var merge = LaneMerge(lanesMax: lanes)
        for ring in rings { merge.add(ring.takeConsumer(0)) }
        self.merge = merge
    }

    @inline(__always)
    func push(lane: Int, first: UInt64, count: Int) -> Int {
        append(to: producers.base[lane], first: first, count: count)
    }

    @inline(__always)
    func take(max: Int, sum: inout UInt64) -> Int {
        merge.drain(max: max) { _, body in
            sum &+= body.loadUnaligned(as: Payload.self).sum
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
private func append(to producer: borrowing RecordProducer, first: UInt64, count: Int) -> Int {
    var pushed = 0
    while pushed < count {
        let payload = Payload(first &+ UInt64(pushed))
        let result = producer.append(kind: 1, bodyBytesMax: Payload.bytes) { buffer in
            buffer.storeBytes(of: payload, as: Payload.self)
            return Payload.bytes
        }
        guard result == .appended else { break }
        pushed += 1
    }
    if pushed > 0 { producer.publish() }
    return pushed
}

/// The peer everybody could write in a minute: an array used in a circle, inside a mutex, one for all.
final class MutexQueue: MeasuredQueue {
    static let name = "mutex around an array deque"

    private struct Deque {
        var slots: [Payload]
        var head = 0
        var count = 0
    }

    private let deque: Mutex<Deque>
    private let capacity: Int

    init(lanes: Int, capacity: Int) {
        self.capacity = capacity
        deque = Mutex(Deque(slots: [Payload](repeating: Payload(0), count: capacity)))
    }

    func push(lane: Int, first: UInt64, count: Int) -> Int {
        deque.withLock { deque in
            let pushed = min(count, capacity - deque.count)
            for index in 0..<pushed {
                deque.slots[(deque.head + deque.count) & (capacity - 1)] = Payload(first &+ UInt64(index))
                deque.count += 1
            }
            return pushed
        }
    }

    func take(max: Int, sum: inout UInt64) -> Int {
        var added: UInt64 = 0
        let taken = deque.withLock { deque in
            let taken = min(max, deque.count)
            for _ in 0..<taken {
                added &+= deque.slots[deque.head].sum
                deque.head = (deque.head + 1) & (capacity - 1)
            }
            deque.count -= taken
            return taken
        }
        sum &+= added
        return taken
    }
}
