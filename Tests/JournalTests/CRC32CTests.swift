import Journal
import Testing

@Suite("CRC-32C")
struct CRC32CTests {
    private func crc(_ bytes: [UInt8], seed: UInt32 = 0) -> UInt32 {
        bytes.withUnsafeBytes { CRC32C.checksum(seed, $0) }
    }

    @Test("agrees with the vectors of RFC 3720, appendix B.4")
    func vectors() {
        #expect(crc(Array("123456789".utf8)) == 0xE306_9283)
        #expect(crc([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(crc([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(crc(Array(0..<32)) == 0x46DD_794E)
        #expect(crc(Array((0..<32).reversed())) == 0x113F_DB5C)
        #expect(crc([]) == 0)
    }

    @Test("agrees with the bit-by-bit definition at every length, alignment and split")
    func agreesWithDefinition() {
        var random = SeededRandom(seed: 1)
        let bytes = (0..<80).map { _ in UInt8.random(in: 0...255, using: &random) }
        for start in 0..<8 {
            for end in start...bytes.count {
                let slice = Array(bytes[start..<end])
                let split = slice.count / 3
                let expected = slowly(slice)
                let whole = bytes.withUnsafeBytes {
                    CRC32C.checksum(0, UnsafeRawBufferPointer(rebasing: $0[start..<end]))
                }
                #expect(whole == expected)
                #expect(crc(Array(slice[split...]), seed: crc(Array(slice[..<split]))) == expected)
            }
        }
    }

    private func slowly(_ bytes: [UInt8]) -> UInt32 {
        var crc = ~UInt32(0)
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0x82F6_3B78 }
        }
        return ~crc
    }
}
