// The fuzzer of the journal: makes a journal, changes it as the input says, and lets recovery, reader and salvage
// judge it; or decodes the input as a body. Built by Scripts/fuzz into one module with the sources it tries.
//
// Input: byte 0 chooses. 128 and above: a decoder, by the lowest two bits; byte 1 is the kind, the rest the body.
// Below: bit 0 real CRC instead of none, bit 1 a chain that notices changes instead of none, bits 2 and 3 how the
// journal was filled; then changes of the bytes, each a place (segment 1 byte, offset 2 bytes, little-endian), a
// count, and as many bytes. Without CRC every change gets as deep as the code behind the CRC allows.

/// libFuzzer's entry.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = UnsafeRawBufferPointer(start: start, count: count)
    guard let choice = input.first else { return 0 }
    if choice >= 128 {
        DecoderFuzzer.run(choice, UnsafeRawBufferPointer(rebasing: input[1...]))
    } else {
        JournalFuzzer(choice).run(UnsafeRawBufferPointer(rebasing: input[1...]))
    }
    return 0
}

struct JournalFuzzer {
    let digests: JournalDigests
    let layout: Int

    init(_ choice: UInt8) {
        layout = Int(choice >> 2 & 3)
        let noChecksum: Checksum = { _, _ in 0 }
        let noChain: ChainHash = { _, _, _ in .zero }
        digests = JournalDigests(
            checksum: choice & 1 == 0 ? noChecksum : CRC32C.checksum,
            chain: choice & 2 == 0 ? noChain : Self.weakChain)
    }

    /// Small, so that an input meets every border; a body may fill a segment, because a changed length may.
    private static var limits: JournalLimits {
        var limits = JournalLimits()
        limits.segmentBytes = 8192
        limits.batchAlignment = 512
        limits.batchBytesMax = 2048
        limits.bodyBytesMax = 300
        return limits
    }

    /// Notices changes; nobody has to be kept from forging it here.
    private static let weakChain: ChainHash = { head, previous, rest in
        ChainValue { digest in
            previous.withUnsafeBytes { digest.copyMemory(from: $0) }
            let sum = CRC32C.checksum(CRC32C.checksum(0, head), rest)
            for index in 0..<4 { digest[index] ^= UInt8(truncatingIfNeeded: sum >> (8 * UInt32(index))) }
        }
    }

    func run(_ changes: UnsafeRawBufferPointer) {
        var disk = MemoryDisk()
        fill(&disk)
        disk.change(changes)

        var readerRecords: [FuzzRecord] = []
        var worst = JournalFinding.Gravity.note
        var salvaged = MemoryDisk()
        let isNewer = read(disk, into: &salvaged, records: &readerRecords, worst: &worst)
        if !isNewer { checkSalvage(salvaged, readerRecords) }

        var replayed: [FuzzRecord] = []
        do throws(JournalError) {
            let journal = try open(disk, replayed: &replayed)
            guard !isNewer else { fatalError("the reader refuses a version that recovery reads") }
            let isCut = journal.report.cut != nil
            demand(isCut || worst <= .change, "the reader finds damage where recovery finds none")
            demand(!isCut || worst >= .tail, "recovery cuts what the reader finds whole")
        } catch {
            demand(isNewer || worst >= .damage, "recovery refuses what the reader finds good: \(error)")
            demand(error.file != nil, "a refusal without a file")
        }
        guard !isNewer else { return }
        let read = Set(readerRecords.map(\.sequence))
        for record in replayed { demand(read.contains(record.sequence), "the reader loses a record") }
    }

    /// Three batches of three records, or so many that there are two or three segments.
    private func fill(_ disk: inout MemoryDisk) {
        var replayed: [FuzzRecord] = []
        do throws(JournalError) {
            var journal = try open(disk, replayed: &replayed)
            for batch in 0..<[3, 12, 20, 1][layout] {
                for index in 0..<(batch % 3 + 1) {
                    try FuzzRecord.sample(batch * 3 + index).append(to: &journal)
                }
                try journal.commit()
            }
            disk = journal.storage
        } catch {
            fatalError("a memory disk refuses: \(error)")
        }
    }

    private func open(
        _ disk: MemoryDisk, replayed: inout [FuzzRecord]
    ) throws(JournalError) -> SegmentedJournal<MemoryDisk> {
        var last: UInt64 = 0
        var records: [FuzzRecord] = []
        defer { replayed = records }
        return try SegmentedJournal.open(
            disk, limits: Self.limits, identity: JournalIdentity(high: 7, low: 1), now: WallTime(nanoseconds: 1),
            digests: digests
        ) { record in
            demand(record.sequence.value > last, "recovery replays out of order")
            last = record.sequence.value
            DecoderFuzzer.event(record.kind, record.body)
            Canary.read(record.body)
            records.append(FuzzRecord(record))
        }
    }

    /// Reads everything and salvages it; whether the journal is of a newer version.
    private func read(
        _ disk: MemoryDisk, into target: inout MemoryDisk, records: inout [FuzzRecord],
        worst: inout JournalFinding.Gravity
    ) -> Bool {
        var source = disk
        var last: UInt64 = 0
        do throws(JournalError) {
            var salvage = try JournalSalvage(
                limits: Self.limits, start: SalvageStart(identity: JournalIdentity(high: 8, low: 2)),
                digests: digests)
            try JournalReader(digests: digests).read(&source) { (reading) throws(JournalError) in
                switch reading {
                case .segment, .batch: break
                case .finding(let finding):
                    worst = max(worst, finding.gravity)
                    demand(finding.offset >= 0 && finding.offset <= 8192, "a finding outside its file")
                case .record(let record, let place):
                    demand(record.sequence.value > last, "the reader goes backwards")
                    demand(place.offset + place.bytes <= 8192, "a record outside its file")
                    last = record.sequence.value
                    records.append(FuzzRecord(record))
                    try salvage.append(record, to: &target)
                }
            }
            try salvage.finish(to: &target)
            return false
        } catch {
            demand(error.code == .newerVersion, "the reader gives up: \(error)")
            return true
        }
    }

    /// Recovery takes a salvaged journal as it is and finds in it what the reader found.
    private func checkSalvage(_ salvaged: MemoryDisk, _ records: [FuzzRecord]) {
        guard !records.isEmpty else { return }
        var replayed: [FuzzRecord] = []
        do throws(JournalError) {
            let journal = try open(salvaged, replayed: &replayed)
            demand(replayed == records, "salvage changes records")
            demand(journal.report.cut == nil, "a salvaged journal is torn")
        } catch {
            fatalError("recovery refuses a salvaged journal: \(error)")
        }
    }
}

/// A bug on purpose, see ``isCanaryArmed``: believes a length in a record's body. A fuzzer that does not get through
/// checksum, header and batch to a record's body cannot find it.
enum Canary {
    static func read(_ body: UnsafeRawBufferPointer) {
        #if CANARY
            guard isCanaryArmed, body.count >= 2, body[0] >= 0x40 else { return }
            demand(Int(body[1]) < body.count, "canary")
        #endif
    }
}
