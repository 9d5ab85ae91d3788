// A ring of records between one producer and a few consumers. This file wires and owns it; the ends that
// threads work with are RecordProducer and RecordConsumer.

internal import Synchronization

/// A bounded queue of variable-length records in preallocated 64-byte slots, without locks.
///
/// One producer; each consumer sees every record once and in order. Consumers form stages: one taken `after`
/// others reads a record only when all of those have released it, and the producer overwrites it only when
/// the last stages have. With one consumer it is a lane.
/// ```
/// let ring = RecordRing(capacitySlots: 4_096, consumers: 2)
/// let sequencer = ring.takeProducer()
/// let journal = ring.takeConsumer(0)
/// let dispatcher = ring.takeConsumer(1, after: [0])
/// ```
/// A record takes consecutive slots and never wraps: one that does not fit before the ring's end starts at
/// the beginning, and a padding record fills the rest. Nothing here blocks, allocates after `init`, or drops:
/// a full ring is an answer to the producer.
///
/// Not for several producers (give each its own lane and merge them with ``LaneMerge``), nor for consumers
/// that come and go: a consumer that stops reading stops the producer.
public final class RecordRing: Sendable {
    /// 1 GiB of slots; more is a mistake in a configuration.
    public static let capacitySlotsMax = 1 << 24
    /// Journal, dispatcher, feed, forwarding to a cluster, and as many again.
    public static let consumersMax = 8

    /// Slots of 64 bytes.
    public let capacitySlots: Int
    let consumers: Int
    let memory: RingMemory
    /// One bit a seat that was handed out.
    private let taken = Atomic<UInt64>(0)

    /// Allocates the ring: `64 × capacitySlots` bytes and 256 for each end. Not for the alert path.
    ///
    /// - Parameters:
    ///   - capacitySlots: a power of two, 2...``capacitySlotsMax``.
    ///   - consumers: 1...``consumersMax``. Each must be taken and read, or the ring fills up for good.
    public init(capacitySlots: Int, consumers: Int = 1) {
        precondition(capacitySlots >= 2 && capacitySlots <= Self.capacitySlotsMax, "capacity out of range")
        precondition(capacitySlots & (capacitySlots - 1) == 0, "capacity must be a power of two")
        precondition(consumers >= 1 && consumers <= Self.consumersMax, "consumers out of range")
        self.capacitySlots = capacitySlots
        self.consumers = consumers
        memory = RingMemory(capacitySlots: capacitySlots, consumers: consumers)
    }

    deinit {
        // Handles hold the ring, so none is left.
        memory.base.deallocate()
    }

    /// The largest body that this ring takes: half of its slots, at most 65,535 bytes.
    ///
    /// Half, because the space before the ring's end may be lost to padding: a larger record could wait for
    /// ever at an unlucky position of an empty ring.
    public var bodyBytesMax: Int {
        min(RecordHeader.bodyBytesMax, capacitySlots / 2 * RingMemory.slotBytes - RecordHeader.bytes)
    }

    /// Hands out the producer's end, once.
    public func takeProducer() -> RecordProducer {
        take(seat: 0)
        return RecordProducer(ring: self)
    }

    /// Hands out consumer `index`, once.
    ///
    /// - Parameters:
    ///   - index: 0..<`consumers`.
    ///   - upstream: consumers that must have released a record before this one reads it. They must have
    ///     been taken already, so that nobody can wire a circle. Empty: it reads what is published.
    public func takeConsumer(_ index: Int, after upstream: [Int] = []) -> RecordConsumer {
        precondition(index >= 0 && index < consumers, "no such consumer")
        var gates: UInt64 = 0
        for other in upstream {
            precondition(other >= 0 && other < consumers && other != index, "no such upstream consumer")
            gates |= Self.bit(1 + other)
        }
        precondition(taken.load(ordering: .acquiring) & gates == gates, "take upstream consumers first")
        take(seat: 1 + index)
        if gates == 0 { return RecordConsumer(ring: self, seat: 1 + index, gates: Self.bit(0)) }
        // This consumer never passes its upstream, so the producer need no longer look at those. True at any
        // time, also in a running ring; relaxed because it only spares the producer a look.
        memory.gatingSeats.pointee.bitwiseAnd(~gates, ordering: .relaxed)
        return RecordConsumer(ring: self, seat: 1 + index, gates: gates)
    }

    private func take(seat: Int) {
        // Both orders: the first holder's handle may have moved between threads before it asks again.
        let before = taken.bitwiseOr(Self.bit(seat), ordering: .acquiringAndReleasing).oldValue
        precondition(before & Self.bit(seat) == 0, "each end of a ring is taken once")
    }

    private static func bit(_ seat: Int) -> UInt64 { 1 << UInt64(seat) }
}
