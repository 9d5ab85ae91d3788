// The eight bytes in front of every record's body.

/// A record's header, read and written as one word.
///
/// ```
///  0        1       2          4             8
/// +--------+-------+----------+-------------+------ …
/// | kind 8 | flags | body     | reserved 32 | body, then unused bytes to the slot's end
/// |        |   8   | bytes 16 |  (zero)     |
/// +--------+-------+----------+-------------+------ …
/// ```
/// Flag bit 0: padding, a record without a body that fills the ring's last slots. The numbers lie in the
/// machine's own byte order: a ring never leaves its process. The reserved bytes keep bodies aligned; a
/// sequence in them was measured and rejected (Docs/event-ring.md).
@usableFromInline
struct RecordHeader {
    @usableFromInline static let bytes = 8
    /// What `body bytes` can hold.
    @usableFromInline static let bodyBytesMax = Int(UInt16.max)

    @usableFromInline let word: UInt64

    @inlinable @inline(__always)
    init(word: UInt64) { self.word = word }

    /// - Parameter bodyBytes: 0...``bodyBytesMax``, checked by the caller.
    @inlinable @inline(__always)
    init(kind: UInt8, bodyBytes: Int) {
        word = UInt64(kind) | UInt64(truncatingIfNeeded: bodyBytes) << 16
    }

    @usableFromInline static var padding: RecordHeader { RecordHeader(word: 1 << 8) }

    @usableFromInline var kind: UInt8 { UInt8(truncatingIfNeeded: word) }
    @usableFromInline var isPadding: Bool { word & 1 << 8 != 0 }
    @usableFromInline var bodyBytes: Int { Int(truncatingIfNeeded: word >> 16 & 0xFFFF) }

    /// Slots that a header and `bodyBytes` fill: 1 up to 56 bytes, one more for every 64.
    @inlinable @inline(__always)
    static func slots(bodyBytes: Int) -> UInt64 {
        UInt64(truncatingIfNeeded: (bodyBytes &+ bytes &+ RingMemory.slotBytes &- 1) / RingMemory.slotBytes)
    }
}
