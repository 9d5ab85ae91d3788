import Journal
import JournalFiles
import Testing

@Suite("CRC-32C by the processor")
struct ChecksumTests {
    @Test("agrees with CRC-32C in Swift at every length, alignment and seed", arguments: 0..<10 as Range<UInt64>)
    func agrees(seed: UInt64) {
        var state = seed
        // A linear congruential generator: the same bytes for the same seed.
        func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 24
        }
        let fastest = JournalDigests.fastestChecksum
        let bytes = (0..<9000).map { _ in UInt8(truncatingIfNeeded: next()) }
        bytes.withUnsafeBytes { all in
            for _ in 0..<500 {
                let start = Int(next() % 64)
                let count = Int(next() % (next() % 2 == 0 ? 200 : 8900))
                let piece = UnsafeRawBufferPointer(rebasing: all[start..<(start + count)])
                let first = UInt32(truncatingIfNeeded: next())
                #expect(fastest(first, piece) == CRC32C.checksum(first, piece), "seed \(seed), \(start), \(count)")
            }
        }
        #expect(fastest(0, UnsafeRawBufferPointer(start: nil, count: 0)) == 0)
    }
}
