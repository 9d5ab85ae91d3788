// A disk of arrays, and records as values: what a fuzzer needs to run a journal without a file.

/// Segments in memory; a value, so that a copy is another disk.
struct MemoryDisk: JournalStorage, JournalSource, SalvageTarget {
    var content: [UInt64: [UInt8]] = [:]
    var current: UInt64 = 0

    /// Overwrites bytes as the input says; places outside are passed over.
    mutating func change(_ changes: UnsafeRawBufferPointer) {
        let names = content.keys.sorted()
        var offset = 0
        while offset + 4 <= changes.count, !names.isEmpty {
            let name = names[Int(changes[offset]) % names.count]
            let place = Int(changes[offset + 1]) | Int(changes[offset + 2]) << 8
            let count = min(Int(changes[offset + 3]), changes.count - offset - 4)
            for index in 0..<count where place + index < content[name]?.count ?? 0 {
                content[name]?[place + index] = changes[offset + 4 + index]
            }
            offset += 4 + count
        }
    }

    func segments() -> [JournalSequence] { content.keys.sorted().map { JournalSequence($0) } }
    func size(of segment: JournalSequence) -> Int { content[segment.value]?.count ?? 0 }

    func read(_ segment: JournalSequence, into buffer: UnsafeMutableRawBufferPointer) {
        buffer.copyBytes(from: (content[segment.value] ?? []).prefix(buffer.count))
    }

    mutating func open(_ segment: JournalSequence) { current = segment.value }

    mutating func create(_ segment: JournalSequence, bytes: Int, firstBlock: UnsafeRawBufferPointer) {
        content[segment.value] = Array(firstBlock) + [UInt8](repeating: 0, count: bytes - firstBlock.count)
        current = segment.value
    }

    mutating func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        content[current]?.replaceSubrange(offset..<(offset + bytes.count), with: bytes)
    }

    func sync() {}
    func setAside(_ bytes: UnsafeRawBufferPointer, of segment: JournalSequence, at offset: Int) {}
    func name(of segment: JournalSequence) -> String { "segment-\(segment.value)" }
    mutating func put(_ segment: JournalSequence, _ bytes: UnsafeRawBufferPointer) {
        content[segment.value] = Array(bytes)
    }
}

/// A record as it was met.
struct FuzzRecord: Hashable {
    let sequence: UInt64
    let kind: UInt8
    let wall: Int64
    let body: [UInt8]

    init(_ record: JournalRecord) {
        sequence = record.sequence.value
        kind = record.kind
        wall = record.instant.wall.nanoseconds
        body = Array(record.body)
    }

    private init(kind: UInt8, body: [UInt8]) {
        sequence = 0
        self.kind = kind
        wall = 1_000_000_000
        self.body = body
    }

    /// A body of every kind in turn, of any bytes.
    static func sample(_ number: Int) -> FuzzRecord {
        let kinds = Event.Kind.allCases
        let kind = kinds[number % kinds.count]
        let body = (0..<(16 + number % 3 * 28)).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ number) }
        return FuzzRecord(kind: kind.rawValue, body: kind == .press ? [UInt8](repeating: 0x41, count: 56) : body)
    }

    func append(to journal: inout SegmentedJournal<MemoryDisk>) throws(JournalError) {
        let instant = Instant(wall: WallTime(nanoseconds: wall), monotonic: MonotonicTime(nanoseconds: 5))
        var failure: JournalError?
        body.withUnsafeBytes { bytes in
            do throws(JournalError) {
                _ = try journal.append(kind: kind, at: instant, body: bytes)
            } catch { failure = error }
        }
        if let failure { throw failure }
    }
}
