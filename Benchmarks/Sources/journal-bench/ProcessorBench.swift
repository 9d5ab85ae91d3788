// All that a commit costs but the disk: the journal over a storage that does nothing.

import AlertModel
import Journal
import JournalFiles
import LinuxIO

/// Takes everything and keeps nothing.
struct NoStorage: JournalStorage {
    func segments() -> [JournalSequence] { [] }
    func size(of segment: JournalSequence) -> Int { 0 }
    func read(_ segment: JournalSequence, into buffer: UnsafeMutableRawBufferPointer) {}
    func open(_ segment: JournalSequence) {}
    func create(_ segment: JournalSequence, bytes: Int, firstBlock: UnsafeRawBufferPointer) {}
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) {}
    func sync() {}
    func setAside(_ bytes: UnsafeRawBufferPointer, of segment: JournalSequence, at offset: Int) {}
    func name(of segment: JournalSequence) -> String { "" }
}

struct ProcessorBench {
    let rounds: Int

    func run() throws {
        let standard = try JournalDigests.standard()
        let variants: [(name: String, digests: JournalDigests)] = [
            ("journal", standard), ("without the chain", try unchained()),
            ("with CRC-32C in Swift", JournalDigests(checksum: CRC32C.checksum, chain: standard.chain)),
        ]
        let sizes = [1, 16, 100]
        var results: [[[Double]]] = variants.map { _ in sizes.map { _ in [] } }
        for _ in 0..<rounds {
            for (row, variant) in variants.enumerated() {
                for (column, records) in sizes.enumerated() {
                    results[row][column].append(try nanosecondsACommit(records, variant.digests))
                }
            }
        }
        print(
            "| append and commit without the disk | " + sizes.map { "\($0) a commit" }.joined(separator: " | ")
                + " |")
        print("|---|---|---|---|")
        for (row, variant) in variants.enumerated() {
            let cells = zip(sizes, results[row]).map { records, rounds in
                let commit = median(rounds)
                return "\(Int(commit)) ns, \(Int(commit) / records) a record"
            }
            print("| \(variant.name) | \(cells.joined(separator: " | ")) |")
        }
        checksums()
    }

    private func nanosecondsACommit(_ records: Int, _ digests: JournalDigests) throws -> Double {
        let now = clock.now()
        var journal = try SegmentedJournal.open(
            NoStorage(), limits: JournalLimits(), identity: JournalIdentity(high: 1, low: 1), now: now.wall,
            digests: digests
        ) { _ in }
        let commits = 1_000_000 / (records + 20)
        let start = clock.now().monotonic
        for _ in 0..<commits {
            for _ in 0..<records { _ = try journal.append(kind: 16, at: now, body: press) }
            try journal.commit()
        }
        return Double(clock.now().monotonic.nanosecondsSince(start)) / Double(commits)
    }

    private func checksums() {
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        defer { bytes.deallocate() }
        _ = bytes.initializeMemory(as: UInt8.self, repeating: 9)
        print("\n| CRC-32C | of 92 bytes | of 4 KiB | of 1 MiB |\n|---|---|---|---|")
        for (name, checksum) in [("processor", JournalDigests.fastestChecksum), ("Swift", CRC32C.checksum)] {
            let cells = [92, 4096, 1 << 20].map { count in
                let piece = UnsafeRawBufferPointer(rebasing: bytes[..<count])
                let speeds = (0..<rounds).map { _ in
                    let calls = (16 << 20) / count
                    let start = clock.now().monotonic
                    var crc: UInt32 = 0
                    for _ in 0..<calls { crc = checksum(crc, piece) }
                    withExtendedLifetime(crc) {}
                    return Double(calls * count) / Double(max(1, clock.now().monotonic.nanosecondsSince(start)))
                }
                return "\((median(speeds) * 100).rounded() / 100) GB/s"
            }
            print("| \(name) | \(cells.joined(separator: " | ")) |")
        }
    }
}
