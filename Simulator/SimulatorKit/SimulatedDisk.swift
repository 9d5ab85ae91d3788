// A disk that keeps what was synced. Of what was not, a crash leaves any first part, and may damage it.

import AlertModel

/// One file of bytes, appended to.
struct SimulatedDisk {
    /// What is on the medium.
    private(set) var durable: [UInt8] = []
    /// What was written and not synced.
    private var pending: [UInt8] = []

    mutating func append(_ bytes: [UInt8]) { pending += bytes }

    mutating func sync() {
        durable += pending
        pending.removeAll(keepingCapacity: true)
    }

    /// Power is gone: an unsynced write may have reached the medium whole, in part, damaged or not at all.
    mutating func crash(_ random: inout SeededGenerator) {
        var kept = Array(pending.prefix(random.below(pending.count + 1)))
        if !kept.isEmpty, random.chance(perMille: 300) {
            kept[random.below(kept.count)] ^= UInt8(1 << random.below(8))
        }
        durable += kept
        pending.removeAll(keepingCapacity: true)
    }

    /// Cuts a torn tail off.
    mutating func cut(to length: Int) { durable.removeSubrange(length...) }
}

/// A journal record on the simulated disk. The simulation has its own small format, so that it tries the
/// dispatcher and the order of things, not the layout of the true journal.
///
/// ```
/// 0 body length 4 | 4 checksum 4 | 8 sequence 8 | 16 wall ns 8 | 24 monotonic ns 8 | 32 kind 1 | 33 body
/// ```
struct SimulatedRecord {
    let sequence: JournalSequence
    let at: Instant
    let kind: UInt8
    let body: [UInt8]

    private static let headerBytes = 33

    var encoded: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Self.headerBytes)
        bytes.withUnsafeMutableBytes { buffer in
            var writer = ByteWriter(buffer)
            writer.write(UInt32(body.count))
            writer.write(checksum)
            writer.write(sequence.value)
            writer.write(at.wall.nanoseconds)
            writer.write(at.monotonic.nanoseconds)
            writer.write(kind)
        }
        return bytes + body
    }

    /// The record at `offset`; nil when it is torn or damaged, or when there is none.
    static func read(_ bytes: [UInt8], at offset: Int) -> (record: SimulatedRecord, next: Int)? {
        guard bytes.count - offset >= headerBytes else { return nil }
        let parsed = bytes.withUnsafeBytes { buffer -> (SimulatedRecord, UInt32)? in
            var reader = ByteReader(UnsafeRawBufferPointer(rebasing: buffer[offset...]))
            do {
                let length = Int(try reader.read(UInt32.self))
                let checksum = try reader.read(UInt32.self)
                let sequence = JournalSequence(try reader.read())
                let wall = WallTime(nanoseconds: try reader.read())
                let monotonic = MonotonicTime(nanoseconds: try reader.read())
                let kind = try reader.read(UInt8.self)
                guard reader.remaining >= length else { return nil }
                let start = offset + headerBytes
                let record = SimulatedRecord(
                    sequence: sequence, at: Instant(wall: wall, monotonic: monotonic), kind: kind,
                    body: Array(bytes[start..<start + length]))
                return (record, checksum)
            } catch { return nil }
        }
        guard let (record, checksum) = parsed, record.checksum == checksum else { return nil }
        return (record, offset + headerBytes + record.body.count)
    }

    /// FNV-1a over everything but itself; finds a flipped bit, as a CRC does.
    private var checksum: UInt32 {
        var hash: UInt32 = 0x811C_9DC5
        func mix(_ byte: UInt8) { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        for word in [
            sequence.value, UInt64(bitPattern: at.wall.nanoseconds), at.monotonic.nanoseconds, UInt64(body.count),
        ] {
            for shift in 0..<UInt64(8) { mix(UInt8(truncatingIfNeeded: word >> (8 * shift))) }
        }
        mix(kind)
        for byte in body { mix(byte) }
        return hash
    }
}

extension Event {
    /// The event's body as bytes; empty never happens for a body that fits its stated limit.
    var encodedBody: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Event.bodyBytesMax) { buffer, count in
            count = encode(into: UnsafeMutableRawBufferPointer(buffer)) ?? 0
        }
    }
}
