import AlertModel
import Credentials
import Journal
import Testing

@Suite("The chain")
struct ChainTests {
    /// The chain of a journal by the words of the document: SHA-256 over each structure with the chain before it
    /// in the place of its own.
    private func chainByDocument(_ disk: SimulatedDisk, from first: UInt64 = 1) throws -> [UInt8] {
        var chain = [UInt8](repeating: 0, count: 32)
        for (index, segment) in disk.segments.keys.sorted().filter({ $0 >= first }).enumerated() {
            let bytes = disk.segments[segment]?.durable ?? []
            // A check that begins in the middle takes the first header's word for what was before.
            let claimed = Array(bytes[72..<104])
            chain =
                index == 0 && first > 1
                ? claimed : try SHA256.digest(Array(bytes[..<72]) + chain + Array(bytes[104..<4092]))
            #expect(chain == claimed)
            var offset = 4096
            while offset < bytes.count, bytes[offset + 4] != 0 {
                let count = Int(bytes[offset + 8]) | Int(bytes[offset + 9]) << 8
                chain = try SHA256.digest(
                    Array(bytes[(offset + 4)..<(offset + 40)]) + chain
                        + Array(bytes[(offset + 72)..<(offset + count)]))
                #expect(chain == Array(bytes[(offset + 40)..<(offset + 72)]))
                offset += (count + 511) / 512 * 512
            }
        }
        return chain
    }

    @Test("is what the document says, over segments, reopenings and cuts", arguments: 0..<10 as Range<UInt64>)
    func document(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let disk = SimulatedDisk()
        var last = ChainValue.zero
        for life in 0..<4 {
            var replayed: [Sample] = []
            var journal = try open(disk, replayed: &replayed)
            let opened = journal.chain
            #expect(life == 0 || journal.report.cut != nil || opened == last, "seed \(seed)")
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                _ = try journal.commit(Int.random(in: 1...4, using: &random), bodyBytes: 61, random: &random)
            }
            last = journal.chain
            #expect(try chainByDocument(disk) == last.withUnsafeBytes { Array($0) }, "seed \(seed)")
            let firsts = disk.segments.keys.sorted()
            #expect(try chainByDocument(disk, from: firsts.last ?? 1) == last.withUnsafeBytes { Array($0) })
            // Every other life ends with a batch torn after its first block.
            guard life % 2 == 1 else { continue }
            disk.failSyncAfter = 0
            _ = try? journal.commit(6, bodyBytes: 200, random: &random)
            disk.failSyncAfter = nil
            disk.cutPower(keepingBytes: 512)
        }
    }

    @Test("reads as other tools print it")
    func text() {
        let value = ChainValue { bytes in for index in bytes.indices { bytes[index] = UInt8(index * 8) } }
        #expect(
            value.description == "0008101820283038404850586068707880889098a0a8b0b8c0c8d0d8e0e8f0f8")
    }
}
