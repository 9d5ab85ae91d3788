import AlertModel
import Testing

@testable import GatewayApp

@Suite("Sequenced records")
struct SequencedRecordTests {
    private let at = Instant(wall: WallTime(nanoseconds: -5), monotonic: MonotonicTime(nanoseconds: .max))

    @Test("what is written is read back", arguments: [0, 1, 56, 560])
    func roundTrip(bodyBytes: Int) throws {
        let body = (0..<bodyBytes).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        var slot = [UInt8](repeating: 0xEE, count: SequencedRecord.prefixBytes + bodyBytes)
        let written = slot.withUnsafeMutableBytes { slot in
            body.withUnsafeBytes {
                SequencedRecord.write(sequence: JournalSequence(42), at: at, body: $0, into: slot)
            }
        }
        #expect(written == slot.count)
        try slot.withUnsafeBytes { bytes in
            let record = try #require(SequencedRecord(bytes))
            #expect(record.sequence == JournalSequence(42))
            #expect(record.at == at)
            #expect(Array(record.body) == body)
        }
    }

    @Test("nothing is written where it does not fit, and short bytes are no record")
    func tooSmall() {
        var slot = [UInt8](repeating: 0, count: SequencedRecord.prefixBytes + 3)
        let written = slot.withUnsafeMutableBytes { slot in
            [UInt8](repeating: 1, count: 4).withUnsafeBytes {
                SequencedRecord.write(sequence: .zero, at: at, body: $0, into: slot)
            }
        }
        #expect(written == nil)
        #expect(slot.allSatisfy { $0 == 0 })
        let short = slot.prefix(SequencedRecord.prefixBytes - 1).withUnsafeBytes { SequencedRecord($0) == nil }
        #expect(short)
    }
}
