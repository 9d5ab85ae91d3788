// The one allocation behind a ring: cursors, the handles' private state, slots. Pointers and offsets live
// here; who may write which line, and in what order, is in RecordProducer and RecordConsumer.

public import Synchronization

/// Where everything lies in a ring's memory.
///
/// Each line below is 128 bytes, because processors fetch lines of 64 in pairs: a cursor that two threads
/// watch shares its pair with nothing else.
/// ```
///      0  published cursor  u64   written by the producer, read by first consumers
///    128  producer's state  position u64 | limit u64 | last consumers u64
///    256  released cursor 0 u64   written by consumer 0, read by its downstream or the producer
///    384  consumer 0's state  position u64 | limit u64
///    512  released cursor 1 …
///    256 × (1 + consumers)  slots of 64 bytes, a power of two of them
/// ```
/// A cursor counts slots since the ring was made; it never wraps (2⁶⁴ slots at 10⁹ a second are 584 years),
/// so cursors are compared as plain numbers and the low bits are the slot's index.
///
/// `@unchecked Sendable`: three constants. What they point to is guarded by the cursors' protocol.
@usableFromInline
struct RingMemory: @unchecked Sendable {
    @usableFromInline static let slotBytes = 64
    @usableFromInline static let lineBytes = 128
    /// A cursor's line and its owner's state.
    @usableFromInline static let seatBytes = 2 * lineBytes

    @usableFromInline let base: UnsafeMutableRawPointer
    @usableFromInline let slots: UnsafeMutableRawPointer
    /// Slots less one.
    @usableFromInline let mask: UInt64

    /// Allocates and touches everything once, so that no page is first faulted in on the alert path.
    init(capacitySlots: Int, consumers: Int) {
        let headBytes = Self.seatBytes * (1 + consumers)
        let bytes = headBytes + capacitySlots * Self.slotBytes
        base = .allocate(byteCount: bytes, alignment: Self.lineBytes)
        base.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        slots = base + headBytes
        mask = UInt64(capacitySlots - 1)
        for seat in 0...consumers {
            cursor(seat).initialize(to: Atomic(0))
            state(seat).initialize(to: SeatState())
        }
        gatingSeats.initialize(to: Atomic((UInt64(2) << UInt64(consumers)) - 2))
    }

    @usableFromInline var capacity: UInt64 { mask &+ 1 }

    /// Seat 0 is the producer's, seat 1 + i consumer i's.
    @inlinable @inline(__always)
    func cursor(_ seat: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        (base + seat &* Self.seatBytes).assumingMemoryBound(to: Atomic<UInt64>.self)
    }

    @inlinable @inline(__always)
    func state(_ seat: Int) -> UnsafeMutablePointer<SeatState> {
        (base + seat &* Self.seatBytes + Self.lineBytes).assumingMemoryBound(to: SeatState.self)
    }

    /// One bit a seat: the consumers that nobody reads after. They alone hold back the producer.
    ///
    /// Read only when the producer looks for room; written only while the ring is wired.
    @inlinable @inline(__always)
    var gatingSeats: UnsafeMutablePointer<Atomic<UInt64>> {
        (base + Self.lineBytes + MemoryLayout<SeatState>.stride).assumingMemoryBound(to: Atomic<UInt64>.self)
    }

    @inlinable @inline(__always)
    func slot(_ position: UInt64) -> UnsafeMutableRawPointer {
        slots + Int(truncatingIfNeeded: (position & mask) &* UInt64(Self.slotBytes))
    }

    /// The lowest cursor among `seats`, one bit each.
    @inlinable @inline(__always)
    func lowestCursor(of seats: UInt64) -> UInt64 {
        var lowest = UInt64.max
        var left = seats
        repeat {
            // acquires: pairs with the release in RecordProducer.publish (first consumers: the bodies are
            // written), with the one in RecordConsumer.release (downstream: the stage before is done with
            // them; producer: the slots are free to be overwritten).
            let value = cursor(left.trailingZeroBitCount).pointee.load(ordering: .acquiring)
            if value < lowest { lowest = value }
            left &= left &- 1
        } while left != 0
        return lowest
    }
}

/// What a handle remembers between calls: plain memory, because one thread at a time owns the handle.
@usableFromInline
struct SeatState {
    /// Producer: behind the last appended record. Consumer: behind the last record read.
    @usableFromInline var position: UInt64 = 0
    /// How far `position` may go by what was last seen of the others' cursors. It may lie behind the truth,
    /// never ahead, so others' lines are read only when it is reached.
    @usableFromInline var limit: UInt64 = 0
    /// Consumer: whether its last look found a few records only, so that it is on the producer's heels.
    @usableFromInline var isClose = false

    init() {}
}
