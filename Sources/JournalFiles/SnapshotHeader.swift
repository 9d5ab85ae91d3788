// The first block of a snapshot's file: what the snapshot is of, and how to know that it is whole.

public import AlertModel
public import Journal

/// What stands before a snapshot's body.
///
/// ```
/// offset width  little-endian
///      0     8  magic "SOSSNAPS"
///      8     2  version, 1
///     10     2  zero
///     12     4  required features: a reader that does not know a bit refuses the snapshot; none yet
///     16     8  sequence: the state is the fold of all records up to this one
///     24    16  journal identity
///     40     8  state hash: what `Dispatcher.stateHash()` gives for the state
///     48     8  last alert change: the last of these records that changed an alert
///     56     8  created, wall clock, ns since 1970 (signed)
///     64     8  body bytes
///     72    32  chain: the journal's SHA-256 chain up to the sequence
///    104    32  SHA-256 of the body
///    136  3956  zero
///   4092     4  CRC-32C of bytes 0 to 4091
///   4096     …  body
/// ```
/// A snapshot ends where a segment ends, so the next segment's header must continue its chain: a snapshot of
/// another journal, or of records that the journal has lost and written anew, is known for one.
public struct SnapshotHeader: Hashable, Sendable {
    /// A page.
    public static let bytes = 4096
    static let version: UInt16 = 1
    private static let magic: UInt64 = 0x5350_414E_5353_4F53
    private static let crcOffset = bytes - 4

    /// The last record that is folded in.
    public let sequence: JournalSequence
    /// The journal that was folded.
    public let identity: JournalIdentity
    /// Of the state in the body.
    public let stateHash: UInt64
    /// A history that knows this record knows every alert of the snapshot.
    public let lastAlertChange: JournalSequence
    /// When it was written.
    public let created: WallTime
    /// The chain up to ``sequence``.
    public let chain: ChainValue

    public init(
        sequence: JournalSequence, identity: JournalIdentity, stateHash: UInt64, lastAlertChange: JournalSequence,
        created: WallTime, chain: ChainValue
    ) {
        self.sequence = sequence
        self.identity = identity
        self.stateHash = stateHash
        self.lastAlertChange = lastAlertChange
        self.created = created
        self.chain = chain
    }

    func encode(bodyBytes: Int, digest: [UInt8], checksum: Checksum) -> [UInt8] {
        precondition(digest.count == ChainValue.bytes, "a SHA-256 has 32 bytes")
        var block = [UInt8](repeating: 0, count: Self.bytes)
        block.withUnsafeMutableBytes { block in
            func store<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value, at offset: Int) {
                block.storeBytes(of: value.littleEndian, toByteOffset: offset, as: Value.self)
            }
            store(Self.magic, at: 0)
            store(Self.version, at: 8)
            store(sequence.value, at: 16)
            store(identity.high, at: 24)
            store(identity.low, at: 32)
            store(stateHash, at: 40)
            store(lastAlertChange.value, at: 48)
            store(created.nanoseconds, at: 56)
            store(UInt64(bodyBytes), at: 64)
            chain.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: block[72..<104]).copyMemory(from: $0) }
            digest.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(rebasing: block[104..<136]).copyMemory(from: $0)
            }
            store(checksum(0, UnsafeRawBufferPointer(rebasing: block[..<Self.crcOffset])), at: Self.crcOffset)
        }
        return block
    }

    /// What a block says; nothing is said of the body yet.
    struct Decoded {
        let header: SnapshotHeader
        let bodyBytes: UInt64
        let digest: [UInt8]
    }

    /// - Throws: ``SnapshotRefusal/Reason``: `damaged` or `newerVersion`.
    static func decode(
        _ block: UnsafeRawBufferPointer, checksum: Checksum
    ) throws(SnapshotRefusal.Reason) -> Decoded {
        func load<Value: FixedWidthInteger & BitwiseCopyable>(_ type: Value.Type, at offset: Int) -> Value {
            Value(littleEndian: block.loadUnaligned(fromByteOffset: offset, as: Value.self))
        }
        guard block.count == bytes, load(UInt64.self, at: 0) == magic,
            checksum(0, UnsafeRawBufferPointer(rebasing: block[..<crcOffset])) == load(UInt32.self, at: crcOffset)
        else { throw .damaged }
        guard load(UInt16.self, at: 8) == version, load(UInt32.self, at: 12) == 0 else { throw .newerVersion }
        let chain = ChainValue { $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: block[72..<104])) }
        let header = SnapshotHeader(
            sequence: JournalSequence(load(UInt64.self, at: 16)),
            identity: JournalIdentity(high: load(UInt64.self, at: 24), low: load(UInt64.self, at: 32)),
            stateHash: load(UInt64.self, at: 40),
            lastAlertChange: JournalSequence(load(UInt64.self, at: 48)),
            created: WallTime(nanoseconds: load(Int64.self, at: 56)), chain: chain)
        return Decoded(
            header: header, bodyBytes: load(UInt64.self, at: 64), digest: Array(block[104..<136]))
    }
}
