// The writing end of a ring. One thread at a time owns it.

public import Synchronization

/// What became of an append.
public enum AppendResult: Hashable, Sendable {
    /// The record is written; `publish` makes it visible.
    case appended
    /// No room until consumers release some. Nothing was written; publish what is appended and try later.
    case full
    /// The fill gave nil. Nothing was written.
    case abandoned
    /// No ring of this size can ever take it: see ``RecordRing/bodyBytesMax``.
    case tooLarge
}

/// Appends records and publishes them in batches.
///
/// A handle of plain pointers: methods borrow it and keep their state in the ring's memory, so a class may
/// store it without exclusivity checks, locks or reference counting on its calls.
///
/// `@unchecked Sendable`: not copyable, so a ring has one; handing it to another thread hands over the whole
/// writing end. As with every handle here, one thread at a time calls it: the owner is an agent's thread, or
/// whoever holds the lock around it. Because methods borrow, the compiler does not enforce that.
public struct RecordProducer: ~Copyable, @unchecked Sendable {
    @usableFromInline let memory: RingMemory
    @usableFromInline let bodyBytesLimit: Int
    /// Keeps the memory alive; never touched by the methods.
    private let ring: RecordRing

    init(ring: RecordRing) {
        self.ring = ring
        memory = ring.memory
        bodyBytesLimit = ring.bodyBytesMax
    }

    /// The largest body that `append` takes.
    public var bodyBytesMax: Int { bodyBytesLimit }

    /// Writes a record behind the last one. Consumers do not see it before ``publish()``.
    ///
    /// Cost: no allocation, no system call; another thread's cache line is read only when the room known of
    /// is used up. A record larger than the space left before the ring's end loses that space to padding.
    ///
    /// - Parameters:
    ///   - kind: the caller's number for what the body is.
    ///   - bodyBytesMax: room that `fill` gets; the record keeps only the slots it used. Not negative.
    ///   - fill: writes the body and returns its length, at most `bodyBytesMax`, or nil to give up. The
    ///     memory is 8-byte aligned, holds leftovers, and must not be kept. It must not append to this ring.
    @inlinable
    public func append(
        kind: UInt8, bodyBytesMax: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Int?
    ) -> AppendResult {
        precondition(bodyBytesMax >= 0, "a body has no negative length")
        guard bodyBytesMax <= bodyBytesLimit else { return .tooLarge }
        let state = memory.state(0)
        let head = state.pointee.position
        let slots = RecordHeader.slots(bodyBytes: bodyBytesMax)
        let slotsToEnd = memory.capacity &- (head & memory.mask)
        let paddingSlots = slots <= slotsToEnd ? 0 : slotsToEnd
        let start = head &+ paddingSlots
        if start &+ slots > state.pointee.limit {
            guard findRoom(for: start &+ slots) else { return .full }
        }
        let record = memory.slot(start)
        let room = UnsafeMutableRawBufferPointer(start: record + RecordHeader.bytes, count: bodyBytesMax)
        guard let bodyBytes = fill(room) else { return .abandoned }
        precondition(bodyBytes >= 0 && bodyBytes <= bodyBytesMax, "fill wrote more than it was given")
        precondition(state.pointee.position == head, "fill must not append to the same ring")
        // Padding only together with its record: an abandoned fill leaves nothing behind, and a consumer that
        // sees the padding also sees what follows.
        if paddingSlots > 0 { memory.slot(head).storeBytes(of: RecordHeader.padding.word, as: UInt64.self) }
        record.storeBytes(of: RecordHeader(kind: kind, bodyBytes: bodyBytes).word, as: UInt64.self)
        state.pointee.position = start &+ RecordHeader.slots(bodyBytes: bodyBytes)
        return .appended
    }

    /// Makes everything appended visible to the first consumers at once.
    ///
    /// One store to a line that consumers watch: worth a batch where there is one. Ring the consumer's
    /// ``Doorbell`` afterwards.
    @inlinable @inline(__always)
    public func publish() {
        // releases: pairs with the acquire in RingMemory.lowestCursor, as called by RecordConsumer. Headers
        // and bodies up to `position` are written before the cursor says so.
        memory.cursor(0).pointee.store(memory.state(0).pointee.position, ordering: .releasing)
    }

    /// Looks at the last consumers' cursors; true when slots up to `end` are free.
    @inlinable @inline(never)
    func findRoom(for end: UInt64) -> Bool {
        let seats = memory.gatingSeats.pointee.load(ordering: .relaxed)
        // The acquire in there pairs with RecordConsumer.release: what those consumers read, they have read.
        // Their own acquires make that hold for the stages before them.
        let limit = memory.lowestCursor(of: seats) &+ memory.capacity
        memory.state(0).pointee.limit = limit
        return end <= limit
    }
}
