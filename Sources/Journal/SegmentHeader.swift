// The first block of every segment. Written once, before the file gets its name, and never again.

public import AlertModel

/// Who a segment is, what it was written with, and where it belongs.
///
/// ```
/// offset width  little-endian
///      0     8  magic "SOSJOURN"
///      8     2  version, 1
///     10     2  zero
///     12     4  required features: a reader that does not know a bit refuses the segment
///     16     4  optional features: a reader may ignore them
///     20     4  batch alignment, bytes, a power of two
///     24     8  segment bytes: the size of the file
///     32     8  first sequence
///     40     8  durable through: every record up to here was durable when the segment was made
///     48     8  created, wall clock, ns since 1970 (signed)
///     56    16  journal identity: random, the same in every segment of a journal
///     72    32  chain: SHA-256 of bytes 0 to 71, the chain before this segment, and bytes 104 to 4091
///    104    32  archive anchor: SHA-256 of the previous segment's file; zero without feature bit 1
///    136     8  newest snapshot when the segment was made, by sequence; zero when there is none
///    144     8  declared gap: records that are missing before this segment; zero without feature bit 2
///    152  3940  zero
///   4092     4  CRC-32C of bytes 0 to 4091
/// ```
/// Magic, version and the place of the CRC hold in every version. The header's CRC is the seed of every
/// CRC in the segment: a batch or record of another segment, of another journal or of an older use of the
/// same disk blocks can never be taken for one of this segment.
public struct SegmentHeader: Hashable, Sendable {
    /// A page, so that batches behind it begin at a page.
    public static let bytes = 4096
    /// The version this code writes.
    public static let version: UInt16 = 1
    /// Required features that this code knows.
    public static let knownFeatures: UInt32 = 0b101
    /// Bit 0: batches and segments are chained by SHA-256. Always there.
    static let chained: UInt32 = 1
    /// Bit 2: records are missing before this segment, and whoever made it knew.
    static let hasDeclaredGap: UInt32 = 4
    static let magic: UInt64 = 0x4E52_554F_4A53_4F53
    /// First sequences that a segment may have; counting on from one of them cannot overflow.
    static let firstRange: ClosedRange<UInt64> = 1...1 << 62

    /// Batches begin at multiples of this.
    public let batchAlignment: Int
    /// Size of the file.
    public let segmentBytes: Int
    /// The sequence of the first record, present or to come.
    public let first: JournalSequence
    /// Everything up to here was durable before the segment was made.
    public let durableThrough: JournalSequence
    /// When, by the caller's clock.
    public let created: WallTime
    /// The journal the segment belongs to.
    public let identity: JournalIdentity
    /// How many records are missing before ``first``: not zero only in a journal salvaged from a damaged one.
    public let declaredGap: UInt64

    public init(
        limits: JournalLimits, first: JournalSequence, durableThrough: JournalSequence, created: WallTime,
        identity: JournalIdentity, declaredGap: UInt64 = 0
    ) {
        batchAlignment = limits.batchAlignment
        segmentBytes = limits.segmentBytes
        self.first = first
        self.durableThrough = durableThrough
        self.created = created
        self.identity = identity
        self.declaredGap = declaredGap
    }

    /// Offset of the first batch.
    public var bodyOffset: Int { Self.bytes.roundedUp(to: batchAlignment) }

    /// Writes the block.
    ///
    /// - Parameters:
    ///   - block: ``bytes`` bytes; all are written.
    ///   - previous: the chain before this segment; ``ChainValue/zero`` in the first.
    /// - Returns: the header's CRC, seed of the segment, and the chain up to and with the header.
    public func encode(
        into block: UnsafeMutableRawBufferPointer, previous: ChainValue, digests: JournalDigests
    ) -> (seed: UInt32, chain: ChainValue) {
        precondition(block.count == Self.bytes, "a header is one block")
        _ = block.initializeMemory(as: UInt8.self, repeating: 0)
        block.store(Self.magic, at: 0)
        block.store(Self.version, at: 8)
        block.store(Self.chained | (declaredGap > 0 ? Self.hasDeclaredGap : 0), at: 12)
        block.store(UInt32(batchAlignment), at: 20)
        block.store(UInt64(segmentBytes), at: 24)
        block.store(first.value, at: 32)
        block.store(durableThrough.value, at: 40)
        block.store(created.nanoseconds, at: 48)
        block.store(identity.high, at: 56)
        block.store(identity.low, at: 64)
        block.store(declaredGap, at: Self.gapOffset)
        let chain = Self.chain(UnsafeRawBufferPointer(block), previous: previous, digests: digests)
        chain.store(into: block, at: Self.chainOffset)
        let seed = digests.checksum(0, UnsafeRawBufferPointer(rebasing: block[..<Self.crcOffset]))
        block.store(seed, at: Self.crcOffset)
        return (seed, chain)
    }

    private static let chainOffset = 72
    private static let gapOffset = 144
    private static let crcOffset = bytes - 4

    /// What the chain is after the header of a segment.
    ///
    /// - Parameter segment: at least ``bytes`` bytes, begins with the header.
    /// - Returns: what ``chainClaimed(by:)`` gives where the chain continues.
    public static func chain(
        _ segment: UnsafeRawBufferPointer, previous: ChainValue, digests: JournalDigests
    ) -> ChainValue {
        digests.chain(
            UnsafeRawBufferPointer(rebasing: segment[..<chainOffset]), previous,
            UnsafeRawBufferPointer(rebasing: segment[(chainOffset + ChainValue.bytes)..<crcOffset]))
    }

    /// The chain up to and with a segment's header, as the header claims it: where a check may begin.
    public static func chainClaimed(by segment: UnsafeRawBufferPointer) -> ChainValue {
        ChainValue(segment, at: chainOffset)
    }

    /// Why a block is not a header this code can use.
    public enum Refusal: Error, Hashable, Sendable {
        /// Not the magic, or the CRC is wrong.
        case unreadable
        /// A later version, or a required feature that this code does not know.
        case newerVersion
        /// The CRC is good but a value is outside its range.
        case badValue
    }

    /// Reads the block at the start of a segment.
    ///
    /// - Returns: the header and the segment's seed.
    /// - Throws: ``Refusal``.
    public static func decode(
        _ segment: UnsafeRawBufferPointer, checksum: Checksum
    ) throws(Refusal) -> (header: SegmentHeader, seed: UInt32) {
        guard segment.count >= bytes, segment.load(UInt64.self, at: 0) == magic else { throw .unreadable }
        let seed = segment.load(UInt32.self, at: crcOffset)
        guard checksum(0, UnsafeRawBufferPointer(rebasing: segment[..<crcOffset])) == seed else {
            throw .unreadable
        }
        guard segment.load(UInt16.self, at: 8) == version, segment.load(UInt32.self, at: 12) & ~knownFeatures == 0
        else { throw .newerVersion }
        var limits = JournalLimits()
        limits.batchAlignment = Int(segment.load(UInt32.self, at: 20))
        limits.segmentBytes = Int(clamping: segment.load(UInt64.self, at: 24))
        let features = segment.load(UInt32.self, at: 12)
        let first = segment.load(UInt64.self, at: 32)
        let gap = segment.load(UInt64.self, at: gapOffset)
        guard features & chained != 0, gap < first, (features & hasDeclaredGap != 0) == (gap > 0),
            JournalLimits.batchAlignmentRange.contains(limits.batchAlignment),
            limits.batchAlignment.nonzeroBitCount == 1,
            JournalLimits.segmentBytesRange.contains(limits.segmentBytes),
            firstRange.contains(first)
        else { throw .badValue }
        let header = SegmentHeader(
            limits: limits, first: JournalSequence(first),
            durableThrough: JournalSequence(segment.load(UInt64.self, at: 40)),
            created: WallTime(nanoseconds: segment.load(Int64.self, at: 48)),
            identity: JournalIdentity(
                high: segment.load(UInt64.self, at: 56), low: segment.load(UInt64.self, at: 64)),
            declaredGap: gap)
        return (header, seed)
    }
}

/// 16 random bytes that name one journal, from whoever creates it.
public struct JournalIdentity: Hashable, Sendable {
    public let high: UInt64
    public let low: UInt64
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}
