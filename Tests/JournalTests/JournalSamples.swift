import AlertModel
import Credentials
import Journal

/// A record as tests remember it.
struct Sample: Hashable {
    var sequence: UInt64
    var kind: UInt8
    var at: Instant
    var body: [UInt8]

    init(_ record: JournalRecord) {
        sequence = record.sequence.value
        kind = record.kind
        at = record.instant
        body = Array(record.body)
    }

    init(sequence: UInt64, bodyBytes: Int, random: inout SeededRandom) {
        self.sequence = sequence
        kind = UInt8.random(in: 1...255, using: &random)
        at = Instant(
            wall: WallTime(nanoseconds: Int64.random(in: .min ... .max, using: &random)),
            monotonic: MonotonicTime(nanoseconds: UInt64.random(in: 0 ... .max, using: &random)))
        body = (0..<bodyBytes).map { _ in UInt8.random(in: 0...255, using: &random) }
    }
}

/// CRC-32C in Swift and SHA-256 by OpenSSL.
func testDigests() -> JournalDigests {
    guard let context = try? SHA256Context() else { preconditionFailure("no SHA-256") }
    return JournalDigests { head, previous, rest in
        ChainValue { digest in previous.withUnsafeBytes { context.digest(head, $0, rest, into: digest) } }
    }
}

typealias SimulatedJournal = SegmentedJournal<SimulatedStorage>

/// Small sizes, so that a test meets every border.
func smallLimits(segmentBytes: Int = 8192, batchBytesMax: Int = 2048, bodyBytesMax: Int = 300) -> JournalLimits {
    var limits = JournalLimits()
    limits.segmentBytes = segmentBytes
    limits.batchAlignment = 512
    limits.batchBytesMax = batchBytesMax
    limits.bodyBytesMax = bodyBytesMax
    return limits
}

/// Opens the journal on a disk, remembering what it replays.
func open(
    _ disk: SimulatedDisk, limits: JournalLimits = smallLimits(), identity: UInt64 = 7, from: UInt64 = 1,
    created: Int64 = 1, replayed: inout [Sample]
) throws(JournalError) -> SimulatedJournal {
    var records: [Sample] = []
    defer { replayed = records }
    return try SimulatedJournal.open(
        SimulatedStorage(disk: disk), limits: limits, identity: JournalIdentity(high: identity, low: 1),
        now: WallTime(nanoseconds: created), digests: testDigests(), from: JournalSequence(from)
    ) { records.append(Sample($0)) }
}

extension SegmentedJournal where Storage == SimulatedStorage {
    /// Appends a record of random content.
    mutating func append(bodyBytes: Int, random: inout SeededRandom) throws(JournalError) -> Sample {
        let sample = Sample(sequence: lastSequence.next.value, bodyBytes: bodyBytes, random: &random)
        var outcome: Result<JournalSequence, JournalError>?
        sample.body.withUnsafeBytes { body in
            do throws(JournalError) {
                outcome = .success(try append(kind: sample.kind, at: sample.at, body: body))
            } catch {
                outcome = .failure(error)
            }
        }
        let sequence = try outcome?.get()
        precondition(sequence?.value == sample.sequence)
        return sample
    }

    /// Appends and commits `count` records.
    mutating func commit(_ count: Int, bodyBytes: Int = 56, random: inout SeededRandom) throws(JournalError)
        -> [Sample]
    {
        var samples: [Sample] = []
        for _ in 0..<count { samples.append(try append(bodyBytes: bodyBytes, random: &random)) }
        try commit()
        return samples
    }
}
