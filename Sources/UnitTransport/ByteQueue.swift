// Bytes that wait: the begun frame of a connection, and what its peer has not taken yet.

/// Blocks for ``ByteQueue``s. Small ones are kept for reuse, so that the steady state allocates nothing.
///
/// Owned by one thread.
final class BlockPool {
    /// Holds any fixed message and a few answers.
    static let smallBytes = 512
    /// 512 KiB kept at most; beyond it blocks go back to the allocator.
    static let keptMax = 1_024

    private var kept: [UnsafeMutableRawPointer] = []

    init() { kept.reserveCapacity(Self.keptMax) }

    deinit { for block in kept { block.deallocate() } }

    /// A block of at least `bytes`.
    func take(_ bytes: Int) -> (block: UnsafeMutableRawPointer, bytes: Int) {
        if bytes <= Self.smallBytes {
            if let block = kept.popLast() { return (block, Self.smallBytes) }
            return (.allocate(byteCount: Self.smallBytes, alignment: 16), Self.smallBytes)
        }
        // Doubling: a queue that grows byte by byte is copied a few times only.
        var size = Self.smallBytes
        while size < bytes { size *= 2 }
        return (.allocate(byteCount: size, alignment: 16), size)
    }

    /// Takes back what ``take(_:)`` gave.
    func give(_ block: UnsafeMutableRawPointer, bytes: Int) {
        if bytes == Self.smallBytes && kept.count < Self.keptMax {
            kept.append(block)
        } else {
            block.deallocate()
        }
    }
}

/// A queue of bytes that holds memory only while it holds bytes.
///
/// ``clear(_:)`` must be called at the end: a trivial value cannot free what its pool gave.
struct ByteQueue {
    private var block: UnsafeMutableRawPointer?
    private var capacity = 0
    private var start = 0
    private var end = 0

    /// Bytes in the queue.
    var count: Int { end - start }
    var isEmpty: Bool { end == start }

    /// The bytes, borrowed until the next change.
    var bytes: UnsafeRawBufferPointer {
        guard let block else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(start: block + start, count: count)
    }

    /// Room for at least `bytes` behind the end; ``commit(_:)`` says how many were written.
    mutating func room(for bytes: Int, pool: BlockPool) -> UnsafeMutableRawBufferPointer {
        if capacity - end < bytes || block == nil { makeRoom(for: bytes, pool: pool) }
        guard let block else { preconditionFailure("makeRoom leaves a block") }
        return UnsafeMutableRawBufferPointer(start: block + end, count: capacity - end)
    }

    /// Makes `bytes` written to the room a part of the queue.
    mutating func commit(_ bytes: Int) {
        precondition(bytes >= 0 && bytes <= capacity - end, "no more than the room")
        end += bytes
    }

    /// Copies bytes to the end.
    mutating func append(_ bytes: UnsafeRawBufferPointer, pool: BlockPool) {
        guard !bytes.isEmpty else { return }
        room(for: bytes.count, pool: pool).copyMemory(from: bytes)
        commit(bytes.count)
    }

    /// Removes bytes from the front; gives the memory back with the last.
    mutating func consume(_ bytes: Int, pool: BlockPool) {
        precondition(bytes >= 0 && bytes <= count, "no more than there are")
        start += bytes
        if start == end { clear(pool) }
    }

    /// Empties the queue and gives its memory back.
    mutating func clear(_ pool: BlockPool) {
        if let block { pool.give(block, bytes: capacity) }
        block = nil
        capacity = 0
        start = 0
        end = 0
    }

    private mutating func makeRoom(for bytes: Int, pool: BlockPool) {
        let kept = count
        if let block, capacity - kept >= bytes {
            block.copyMemory(from: block + start, byteCount: kept)
        } else {
            let larger = pool.take(kept + bytes)
            if let block {
                larger.block.copyMemory(from: block + start, byteCount: kept)
                pool.give(block, bytes: capacity)
            }
            block = larger.block
            capacity = larger.bytes
        }
        start = 0
        end = kept
    }
}
