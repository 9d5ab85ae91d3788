// CRC-32C (Castagnoli), the checksum of everything in the journal. Pure Swift, eight bytes a step.

/// Continues a CRC-32C: `checksum(checksum(0, a), b)` is the checksum of `a` and `b` together.
///
/// Injectable, so that the file layer can bring the processor's own instruction; any implementation must
/// agree with ``CRC32C/checksum(_:_:)``. Called on the journal's thread: no allocation, no lock.
public typealias Checksum = @Sendable (_ seed: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32

/// CRC-32C in portable Swift: polynomial 0x1EDC6F41 reflected, initial value and final XOR all ones
/// (RFC 3720, appendix B.4). It finds every change of up to 32 adjacent bits.
public enum CRC32C {
    /// Slicing by eight: about 2 GB/s.
    @Sendable
    public static func checksum(_ seed: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
        let table = SlicingTable.shared.words
        var crc = ~seed
        var offset = 0
        let wholeWords = bytes.count & ~7
        while offset < wholeWords {
            let word =
                UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) ^ UInt64(crc)
            crc =
                table[1792 | Int(word & 0xFF)] ^ table[1536 | Int(word >> 8 & 0xFF)]
                ^ table[1280 | Int(word >> 16 & 0xFF)] ^ table[1024 | Int(word >> 24 & 0xFF)]
                ^ table[768 | Int(word >> 32 & 0xFF)] ^ table[512 | Int(word >> 40 & 0xFF)]
                ^ table[256 | Int(word >> 48 & 0xFF)] ^ table[Int(word >> 56)]
            offset += 8
        }
        while offset < bytes.count {
            crc = crc >> 8 ^ table[Int(UInt8(truncatingIfNeeded: crc) ^ bytes[offset])]
            offset += 1
        }
        return ~crc
    }
}

/// Eight tables of 256 words; table `k` advances a byte over `k` zero bytes behind it.
///
/// `@unchecked Sendable`: filled once in `init`, only read afterwards, and never freed.
private struct SlicingTable: @unchecked Sendable {
    static let shared = SlicingTable()

    let words: UnsafePointer<UInt32>

    private init() {
        let words = UnsafeMutablePointer<UInt32>.allocate(capacity: 8 * 256)
        for byte in 0..<256 {
            var crc = UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0x82F6_3B78 }
            (words + byte).initialize(to: crc)
        }
        for index in 256..<8 * 256 {
            let before = words[index - 256]
            (words + index).initialize(to: before >> 8 ^ words[Int(before & 0xFF)])
        }
        self.words = UnsafePointer(words)
    }
}
