// The reading end of a ring. One thread at a time owns it.

public import CLinux
public import Synchronization

/// What a reader says to a record.
public enum DrainStep: Hashable, Sendable {
    /// Done with it; give me the next.
    case next
    /// Leave this record unread and end the batch.
    case stop
}

/// Reads records in order and hands their slots on: downstream, or back to the producer.
///
/// A handle of plain pointers, as ``RecordProducer`` is.
///
/// `@unchecked Sendable`: not copyable, so each consumer of a ring has one; handing it to another thread hands
/// over the whole reading end. One thread at a time calls it: the owner sees to that, not the compiler.
public struct RecordConsumer: ~Copyable, @unchecked Sendable {
    @usableFromInline let memory: RingMemory
    @usableFromInline let seat: Int
    /// Seats whose cursors bound this one, one bit each: the producer's, or those of upstream consumers.
    @usableFromInline let gates: UInt64
    /// About 50 ns on the processors measured; one more or fewer made no difference there.
    @usableFromInline static let holdBackHints = 2
    /// From so many records a look on, its price does not matter.
    @usableFromInline static let closeRecordsMax = 16
    /// Keeps the memory alive; never touched by the methods.
    private let ring: RecordRing

    init(ring: RecordRing, seat: Int, gates: UInt64) {
        self.ring = ring
        self.seat = seat
        self.gates = gates
        memory = ring.memory
    }

    /// Reads up to `max` records and releases them together at the end.
    ///
    /// Reads everything that was there when it was called, up to `max`. Looks at the others' cursors once at
    /// most, and only when what is known from earlier is used up.
    ///
    /// - Parameter body: gets kind and body; the bytes are borrowed until it returns. It must not read from
    ///   this consumer.
    /// - Returns: records read.
    @inlinable
    public func drain(max: Int, _ body: (UInt8, UnsafeRawBufferPointer) -> DrainStep) -> Int {
        let count = readBatch(max: max, holdsBack: true, body).count
        if count > 0 { release() }
        return count
    }

    /// Reads like ``drain(max:_:)`` but keeps the records from everyone downstream, and their slots from the
    /// producer, until ``release()``. For a stage whose work is done later for many at once, such as a sync.
    ///
    /// - Returns: records read by this call; the next call goes on behind them.
    @inlinable
    public func read(max: Int, _ body: (UInt8, UnsafeRawBufferPointer) -> DrainStep) -> Int {
        readBatch(max: max, holdsBack: true, body).count
    }

    /// Hands on every record read so far.
    @inlinable @inline(__always)
    public func release() {
        // releases: pairs with the acquire in RingMemory.lowestCursor, as called by the consumers after this
        // one (its work on the records is done) and by RecordProducer.findRoom (its reads of them are done).
        memory.cursor(seat).pointee.store(memory.state(seat).pointee.position, ordering: .releasing)
    }

    /// Whether nothing is there to read now.
    ///
    /// Reads the others' cursors afresh when nothing is known of, so it is the check to make between
    /// ``Doorbell/prepareToSleep()`` and sleeping.
    @inlinable
    public var isEmpty: Bool {
        let state = memory.state(seat)
        if state.pointee.position < state.pointee.limit { return false }
        let limit = memory.lowestCursor(of: gates)
        state.pointee.limit = limit
        return state.pointee.position >= limit
    }

    /// The loop behind every form of reading.
    ///
    /// Whenever the limit lies behind `position`, a whole record does: padding is published, and released,
    /// only together with the record behind it.
    ///
    /// - Parameter holdsBack: whether to wait a moment before a look when the last one found only a few
    ///   records. A reader on a producer's heels takes the cursor's line from it for each record or two, and
    ///   both wait for that line; a moment later there are more. Once, and never after a look that found
    ///   nothing, so a record that comes alone is seen as soon as ever. Not for a merge, which has other lanes
    ///   to look at meanwhile.
    @inlinable @inline(__always)
    func readBatch(
        max: Int, holdsBack: Bool, _ body: (UInt8, UnsafeRawBufferPointer) -> DrainStep
    ) -> (count: Int, stopped: Bool) {
        let state = memory.state(seat)
        let first = state.pointee.position
        var position = first
        var limit = state.pointee.limit
        var hasLooked = false
        var count = 0
        var stopped = false
        while count < max {
            if position >= limit {
                if hasLooked { break }
                hasLooked = true
                if holdsBack && state.pointee.isClose { for _ in 0..<Self.holdBackHints { clinux_spin_hint() } }
                limit = memory.lowestCursor(of: gates)
                state.pointee.limit = limit
                if position >= limit { break }
            }
            var start = position
            var record = memory.slot(start)
            var header = RecordHeader(word: record.load(as: UInt64.self))
            if header.isPadding {
                start = (position | memory.mask) &+ 1
                record = memory.slot(start)
                header = RecordHeader(word: record.load(as: UInt64.self))
            }
            let bytes = UnsafeRawBufferPointer(start: record + RecordHeader.bytes, count: header.bodyBytes)
            guard body(header.kind, bytes) == .next else {
                stopped = true
                break
            }
            position = start &+ RecordHeader.slots(bodyBytes: header.bodyBytes)
            count &+= 1
        }
        precondition(state.pointee.position == first, "a body must not read from its own consumer")
        state.pointee.position = position
        if holdsBack {
            state.pointee.isClose = hasLooked && count > 0 && count < min(max, Self.closeRecordsMax)
        }
        return (count, stopped)
    }
}
