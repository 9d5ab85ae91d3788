import AlertModel
import Journal
import Testing

@Suite("Whatever the bytes, a scan ends")
struct HostileBytesTests {
    /// Offset and length of every structure with a checksum of its own in ``Stage``'s segment: three batch
    /// headers, nine records.
    private static let structures = [4096, 4608, 5120].flatMap { start in
        [(start, 96)] + (0..<3).map { (start + 96 + $0 * 96, 96) }
    }

    @Test("any values in a batch or record header whose checksum is good", arguments: 0..<40 as Range<UInt64>)
    func goodChecksums(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let stage = try Stage()
        let segmentSeed = stage.disk.bytes(4092..<4096, of: 1).withUnsafeBytes {
            UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self))
        }
        for _ in 0..<100 {
            let disk = stage.disk.copy()
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                guard let (offset, count) = Self.structures.randomElement(using: &random) else { return }
                var bytes = disk.bytes(offset..<(offset + count), of: 1)
                let field = [4, 8, 12, 16, 24, 32, 36].randomElement(using: &random) ?? 8
                let value =
                    [0, 1, 95, 96, 97, 0x7FFF_FFFF, .max, UInt32.random(in: 0...9000, using: &random)]
                    .randomElement(using: &random) ?? 0
                withUnsafeBytes(of: value.littleEndian) { bytes.replaceSubrange(field..<(field + 4), with: $0) }
                let crc = bytes.withUnsafeBytes {
                    CRC32C.checksum(segmentSeed, UnsafeRawBufferPointer(rebasing: $0[4...]))
                }
                withUnsafeBytes(of: crc.littleEndian) { bytes.replaceSubrange(0..<4, with: $0) }
                disk.overwrite(bytes, at: offset, of: 1)
            }
            var replayed: [Sample] = []
            do throws(JournalError) {
                _ = try open(disk, replayed: &replayed)
            } catch {
                #expect(error.file != nil, "seed \(seed)")
            }
            let sequences = replayed.map(\.sequence)
            #expect(sequences == Array(1..<UInt64(sequences.count + 1)), "seed \(seed)")
        }
    }

    @Test("noise behind a good header, with batch magics strewn in", arguments: 0..<20 as Range<UInt64>)
    func noise(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<20 {
            var stage = try Stage()
            var noise = (0..<4096).map { _ in UInt8.random(in: 0...255, using: &stage.random) }
            for offset in stride(from: 0, to: 4096, by: 512) where Bool.random(using: &random) {
                noise.replaceSubrange((offset + 4)..<(offset + 8), with: Array("BTCH".utf8))
            }
            stage.disk.overwrite(noise, at: 4096, of: 1)
            var replayed: [Sample] = []
            _ = try open(stage.disk, replayed: &replayed)
            #expect(replayed.isEmpty, "seed \(seed)")
        }
    }
}
