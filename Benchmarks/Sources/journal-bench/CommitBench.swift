// Commits to a real disk: what zeros made ahead, sharing a commit, and the chain are worth.

import AlertModel
import Journal
import JournalFiles
import LinuxIO
import Telemetry

/// Interleaved rounds of everything, so that a disk that changes its pace does so for all.
struct CommitBench {
    let directory: String
    let roundNs: UInt64
    let rounds: Int

    private struct Row {
        let name: String
        let records: Int
        let measure: () throws -> Latencies
        var rounds: [Latencies] = []
    }

    func run() throws {
        var rows: [Row] = Preparation.allCases.map { way in
            Row(name: "write and fdatasync of 4 KiB, \(way.rawValue)", records: 0) { try writes(way) }
        }
        for records in [1, 16, 100, 256] {
            let presses = "\(records) press\(records == 1 ? "" : "es") a commit"
            rows.append(
                Row(name: "journal, \(presses)", records: records) { try commits(of: records, digests: nil) })
            rows.append(
                Row(name: "the same without the chain", records: records) {
                    try commits(of: records, digests: try unchained())
                })
        }
        for _ in 0..<rounds {
            for index in rows.indices { rows[index].rounds.append(try rows[index].measure()) }
        }
        print("| what | commits/s | records/s | p50 µs | p99 µs | p99.9 µs |\n|---|---|---|---|---|---|")
        for row in rows {
            let perSecond = median(row.rounds.map(\.perSecond))
            let shares = [0.5, 0.99, 0.999].map { share in "\(Int(median(row.rounds.map { $0.at(share) })))" }
            let records = row.records == 0 ? "" : "\(Int(perSecond) * row.records)"
            print("| \(row.name) | \(Int(perSecond)) | \(records) | \(shares.joined(separator: " | ")) |")
        }
    }

    private enum Preparation: String, CaseIterable {
        case growing = "growing a file"
        case reserved = "into blocks reserved and never written"
        case zeroed = "over zeros written before"
    }

    /// 4 KiB written and synced, one after the other, into one file.
    private func writes(_ preparation: Preparation) throws -> Latencies {
        let parent = try Files.openDirectory(directory)
        let name = "journal-bench.bytes"
        let file = try Files.open(name, in: parent, access: .readWrite, presence: .emptied)
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        defer { piece.deallocate() }
        _ = piece.initializeMemory(as: UInt8.self, repeating: 0)
        let bytes = 64 << 20
        if preparation != .growing { try Files.fallocate(file, from: 0, bytes: bytes) }
        if preparation == .zeroed {
            for offset in stride(from: 0, to: bytes, by: piece.count) {
                try Files.pwrite(file, at: offset, UnsafeRawBufferPointer(piece))
            }
        }
        try Files.fdatasync(file)
        _ = piece.initializeMemory(as: UInt8.self, repeating: 7)
        var offset = 0
        let latencies = try Latencies(during: roundNs) {
            try Files.pwrite(file, at: offset, UnsafeRawBufferPointer(rebasing: piece[..<4096]))
            try Files.fdatasync(file)
            offset += 4096
            return offset < bytes
        }
        try Files.unlink(name, in: parent)
        return latencies
    }

    private func commits(of records: Int, digests: JournalDigests?) throws -> Latencies {
        let path = "\(directory)/journal-bench"
        defer { try? clear(path) }
        var writer = try JournalWriter.open(directory: path, counters: Counters(), digests: digests) { _ in }
        return try Latencies(during: roundNs) {
            let now = clock.now()
            for _ in 0..<records { _ = try writer.append(kind: 16, at: now, body: press) }
            try writer.commit()
            return true
        }
    }
}
