// A sequenced event in the ring between journal and dispatcher: the event's own body behind its place in
// the one global order and both times. The journal writes the body under its own header; the dispatcher applies it.

import AlertModel

/// Layout, little-endian:
/// ```
/// 0 sequence u64 | 8 wall ns i64 | 16 monotonic ns u64 | 24 event body
/// ```
struct SequencedRecord {
    static let prefixBytes = 24

    let sequence: JournalSequence
    let at: Instant
    /// Borrowed from the ring: valid while its slot is.
    let body: UnsafeRawBufferPointer

    /// Reads what ``write(sequence:at:body:into:)`` wrote; nil when the bytes are too short for it.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= Self.prefixBytes else { return nil }
        sequence = JournalSequence(UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)))
        at = Instant(
            wall: WallTime(
                nanoseconds: Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: Int64.self))),
            monotonic: MonotonicTime(
                nanoseconds: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self))))
        body = UnsafeRawBufferPointer(rebasing: bytes[Self.prefixBytes...])
    }

    /// - Returns: bytes written; nil when `buffer` is too small.
    static func write(
        sequence: JournalSequence, at: Instant, body: UnsafeRawBufferPointer,
        into buffer: UnsafeMutableRawBufferPointer
    ) -> Int? {
        guard buffer.count >= prefixBytes + body.count else { return nil }
        writePrefix(sequence: sequence, at: at, into: buffer)
        UnsafeMutableRawBufferPointer(rebasing: buffer[prefixBytes...]).copyMemory(from: body)
        return prefixBytes + body.count
    }

    /// The same for an event of the gateway's own.
    ///
    /// - Returns: bytes written; nil when `buffer` is too small.
    static func write(
        sequence: JournalSequence, at: Instant, event: Event, into buffer: UnsafeMutableRawBufferPointer
    ) -> Int? {
        guard buffer.count >= prefixBytes,
            let bodyBytes = event.encode(into: UnsafeMutableRawBufferPointer(rebasing: buffer[prefixBytes...]))
        else { return nil }
        writePrefix(sequence: sequence, at: at, into: buffer)
        return prefixBytes + bodyBytes
    }

    private static func writePrefix(
        sequence: JournalSequence, at: Instant, into buffer: UnsafeMutableRawBufferPointer
    ) {
        buffer.storeBytes(of: sequence.value.littleEndian, as: UInt64.self)
        buffer.storeBytes(of: at.wall.nanoseconds.littleEndian, toByteOffset: 8, as: Int64.self)
        buffer.storeBytes(of: at.monotonic.nanoseconds.littleEndian, toByteOffset: 16, as: UInt64.self)
    }
}
