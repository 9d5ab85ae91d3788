// Reads the journal's segments without the journal's code: headers by the offsets in Docs/journal-format.md, no
// checksum. Only for bytes that are known to be whole.

import AlertModel

/// A record as the disk has it.
struct SimulatedRecord {
    let sequence: JournalSequence
    let at: Instant
    let kind: UInt8
    let body: [UInt8]

    /// The record's event; nil when its body is not one.
    var event: Event? {
        do { return try body.withUnsafeBytes { bytes in try Event(kind: kind, body: bytes) } } catch { return nil }
    }
}

/// Walks over what is on the medium, from any segment's first record.
struct DurableRecords {
    static let headerBytes = 4096
    /// Segments as the simulated gateway makes them.
    static let alignment = 512
    private static let batchHeaderBytes = 96
    private static let recordHeaderBytes = 40
    private static let magic: UInt32 = 0x4843_5442

    /// The segment of the last record that was read.
    private(set) var segment: JournalSequence
    /// Where in it that record's batch begins.
    private(set) var batchStart = headerBytes
    private var offset = headerBytes
    /// Bytes of the present batch that were not read.
    private var batchEnd = 0
    private(set) var next: JournalSequence

    /// - Parameter segment: where to begin, by its first sequence.
    init(from segment: JournalSequence) {
        self.segment = segment
        next = segment
    }

    /// The next record; nil when none is there.
    mutating func read(_ disk: SimulatedDisk) -> SimulatedRecord? {
        if let record = readHere(disk) { return record }
        // The segment may be closed, and another may hold what comes.
        guard segment != next, disk.segments[next] != nil else { return nil }
        self = DurableRecords(from: next)
        return readHere(disk)
    }

    private mutating func readHere(_ disk: SimulatedDisk) -> SimulatedRecord? {
        guard let bytes = disk.segments[segment]?.durable else { return nil }
        if offset >= batchEnd {
            let start = (offset + Self.alignment - 1) / Self.alignment * Self.alignment
            guard let length = Self.batchBytes(bytes, at: start) else { return nil }
            batchStart = start
            offset = start + Self.batchHeaderBytes
            batchEnd = start + length
        }
        let length = Int(Self.word(bytes, offset + 4, 4))
        let body = offset + Self.recordHeaderBytes
        guard body + length <= bytes.count else { return nil }
        let record = SimulatedRecord(
            sequence: JournalSequence(Self.word(bytes, offset + 8, 8)),
            at: Instant(
                wall: WallTime(nanoseconds: Int64(bitPattern: Self.word(bytes, offset + 16, 8))),
                monotonic: MonotonicTime(nanoseconds: Self.word(bytes, offset + 24, 8))),
            kind: bytes[offset + 36], body: Array(bytes[body..<(body + length)]))
        offset = (body + length + 7) & ~7
        next = record.sequence.next
        return record
    }

    private static func batchBytes(_ bytes: [UInt8], at start: Int) -> Int? {
        guard start + batchHeaderBytes <= bytes.count, word(bytes, start + 4, 4) == UInt64(magic) else {
            return nil
        }
        let length = Int(word(bytes, start + 8, 4))
        return start + length <= bytes.count ? length : nil
    }

    private static func word(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> UInt64 {
        var value: UInt64 = 0
        for place in (0..<count).reversed() { value = value << 8 | UInt64(bytes[offset + place]) }
        return value
    }
}

extension SimulatedDisk {
    /// Every record on the medium, from the first segment on.
    var records: [SimulatedRecord] {
        guard let first = names.first else { return [] }
        var records: [SimulatedRecord] = []
        var walk = DurableRecords(from: first)
        while let record = walk.read(self) { records.append(record) }
        return records
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
