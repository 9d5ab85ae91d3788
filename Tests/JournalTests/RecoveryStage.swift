import AlertModel
import Journal

/// A journal of three batches of three records, at 4096, 4608 and 5120, each of one block.
struct Stage {
    let disk = SimulatedDisk()
    var written: [Sample] = []
    var random = SeededRandom(seed: 42)

    init() throws {
        var replayed: [Sample] = []
        var journal = try open(disk, replayed: &replayed)
        for _ in 0..<3 { written += try journal.commit(3, random: &random) }
    }

    /// Fills the first segment and begins a second one, or more.
    mutating func fill(segments: Int = 2) throws {
        var replayed: [Sample] = []
        var journal = try open(disk, replayed: &replayed)
        while disk.segments.count < segments { written += try journal.commit(3, random: &random) }
    }

    var second: UInt64 { disk.segments.keys.max() ?? 0 }
    static let recordBytes = 40 + 56
}

extension Stage {
    /// A segment whose header is good and whose every batch is garbage.
    static func garbage(bytes: Int) throws -> Stage {
        var stage = try Stage()
        stage.disk.segments = [:]
        var replayed: [Sample] = []
        _ = try open(stage.disk, limits: smallLimits(segmentBytes: 2 * bytes), replayed: &replayed)
        let garbage = (0..<bytes).map { _ in UInt8.random(in: 0...255, using: &stage.random) }
        stage.disk.overwrite(garbage, at: 4096, of: 1)
        return stage
    }

    /// Puts a batch with good checksums where it does not belong.
    func forgeBatch(first: UInt64, at offset: Int, flags: UInt8 = 0) throws {
        var header = disk.bytes(offset..<(offset + 96), of: 1)
        withUnsafeBytes(of: first.littleEndian) { header.replaceSubrange(16..<24, with: $0) }
        header[36] = flags
        mendChecksum(of: header, at: offset)
    }

    /// Writes a structure that begins with its CRC, with the right one.
    private func mendChecksum(of bytes: [UInt8], at offset: Int) {
        var bytes = bytes
        let seed = disk.bytes(4092..<4096, of: 1).withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
        let crc = bytes.withUnsafeBytes {
            CRC32C.checksum(UInt32(littleEndian: seed), UnsafeRawBufferPointer(rebasing: $0[4...]))
        }
        withUnsafeBytes(of: crc.littleEndian) { bytes.replaceSubrange(0..<4, with: $0) }
        disk.overwrite(bytes, at: offset, of: 1)
    }

    /// As somebody would who knows the format: another body, the right CRC.
    func changeRecord(at offset: Int) {
        var record = disk.bytes(offset..<(offset + Self.recordBytes), of: 1)
        record[60] ^= 1
        mendChecksum(of: record, at: offset)
    }

    /// Gives a changed batch the chain that it would have had.
    func mendChain(ofBatchAt offset: Int, previousAt before: Int) {
        var header = disk.bytes(offset..<(offset + 96), of: 1)
        let content = disk.bytes((offset + 72)..<(offset + 96 + 3 * Self.recordBytes), of: 1)
        let previous = disk.bytes((before + 40)..<(before + 72), of: 1)
        let chain = header[4..<40].withUnsafeBytes { head in
            content.withUnsafeBytes { rest in
                testDigests().chain(head, ChainValue { $0.copyBytes(from: previous) }, rest)
            }
        }
        chain.withUnsafeBytes { header.replaceSubrange(40..<72, with: $0) }
        mendChecksum(of: header, at: offset)
    }

    /// Damages the last record, lets a recovery cut it, and writes two more.
    mutating func cutAndGoOn() throws {
        disk.flip(4, at: 5470, of: 1)
        var replayed: [Sample] = []
        var journal = try open(disk, replayed: &replayed)
        written = replayed + (try journal.commit(2, random: &random))
    }

    /// Puts an empty segment with a good header beside the first.
    func forgeSegment(first: UInt64, declaredGap: UInt64 = 0) throws {
        let header = SegmentHeader(
            limits: smallLimits(), first: JournalSequence(first), durableThrough: JournalSequence(first - 1),
            created: WallTime(nanoseconds: 0), identity: JournalIdentity(high: 7, low: 1),
            declaredGap: declaredGap)
        var content = [UInt8](repeating: 0, count: 8192)
        content.withUnsafeMutableBytes {
            _ = header.encode(
                into: UnsafeMutableRawBufferPointer(rebasing: $0[..<4096]), previous: .zero,
                digests: testDigests())
        }
        disk.segments[first] = SimulatedDisk.Segment(durable: content, visible: content)
    }
}
