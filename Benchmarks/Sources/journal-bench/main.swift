// How many commits a second the journal makes, and what overwriting a zeroed file is worth against growing
// one. Prints one table; every figure is the median of interleaved rounds.
//
//   swift run -c release --package-path Benchmarks journal-bench [directory on the disk to measure] [seconds a round] [rounds]

import AlertModel
import Journal
import JournalFiles
import LinuxIO
import Telemetry

let arguments = CommandLine.arguments
let bench = Bench(
    directory: arguments.count > 1 ? arguments[1] : ".",
    roundNs: (arguments.count > 2 ? UInt64(arguments[2]) ?? 2 : 2) * 1_000_000_000,
    rounds: arguments.count > 3 ? Int(arguments[3]) ?? 5 : 5)
try bench.run()

struct Bench {
    let directory: String
    let roundNs: UInt64
    let rounds: Int
    let clock = SystemClock()

    func run() throws {
        var results: [(name: String, records: Int, rounds: [Latencies])] = [
            ("write, growing a file", 0, []), ("write, reserved and never written", 0, []),
            ("write, zeroed and overwritten", 0, []), ("journal, 1 press a commit", 1, []),
            ("journal, 16 presses a commit", 16, []), ("journal, 256 presses a commit", 256, []),
        ]
        for _ in 0..<rounds {
            results[0].rounds.append(try writes(.growing))
            results[1].rounds.append(try writes(.reserved))
            results[2].rounds.append(try writes(.zeroed))
            for index in 3..<results.count {
                results[index].rounds.append(try commits(of: results[index].records))
            }
        }
        print("| what | commits/s | records/s | p50 µs | p99 µs | max µs |")
        print("|---|---|---|---|---|---|")
        for (name, records, rounds) in results {
            let middle = rounds.sorted { $0.perSecond < $1.perSecond }[rounds.count / 2]
            print(
                "| \(name) | \(middle.perSecond) | \(records == 0 ? "" : "\(middle.perSecond * records)") "
                    + "| \(middle.at(0.5)) | \(middle.at(0.99)) | \(middle.at(1)) |")
        }
        try replay()
        checksum()
    }

    enum Preparation { case growing, reserved, zeroed }

    /// 4 KiB written and synced, one after the other, into one file.
    func writes(_ preparation: Preparation) throws -> Latencies {
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
        let latencies = try measure {
            try Files.pwrite(file, at: offset, UnsafeRawBufferPointer(rebasing: piece[..<4096]))
            try Files.fdatasync(file)
            offset += 4096
            return offset < bytes
        }
        try Files.unlink(name, in: parent)
        return latencies
    }

    func commits(of records: Int) throws -> Latencies {
        let path = "\(directory)/journal-bench"
        defer { try? remove(path) }
        var writer = try JournalWriter.open(directory: path, counters: Counters()) { _ in }
        let press = UnsafeMutableRawBufferPointer.allocate(byteCount: Event.pressBodyBytes, alignment: 8)
        defer { press.deallocate() }
        press.copyBytes(from: (0..<press.count).map { UInt8(truncatingIfNeeded: $0 &* 37) })
        let latencies = try measure {
            let now = clock.now()
            for _ in 0..<records {
                _ = try writer.append(kind: 16, at: now, body: UnsafeRawBufferPointer(press))
            }
            try writer.commit()
            return true
        }
        return latencies
    }

    /// Calls `body` until the round is over or it returns false.
    func measure(_ body: () throws -> Bool) throws -> Latencies {
        let start = clock.now().monotonic
        var before = start
        var nanoseconds: [UInt64] = []
        nanoseconds.reserveCapacity(1 << 17)
        while before.nanosecondsSince(start) < roundNs, try body() {
            let now = clock.now().monotonic
            nanoseconds.append(now.nanosecondsSince(before))
            before = now
        }
        return Latencies(nanoseconds: nanoseconds.sorted(), totalNs: before.nanosecondsSince(start))
    }

    func remove(_ path: String) throws {
        let parent = try Files.openDirectory(path)
        for name in try Files.list(parent) { try Files.unlink(name, in: parent) }
    }

    /// Opens a journal of a million presses.
    func replay() throws {
        let path = "\(directory)/journal-bench"
        defer { try? remove(path) }
        let count = 1_000_000
        do {
            var writer = try JournalWriter.open(directory: path, counters: Counters()) { _ in }
            let press = UnsafeMutableRawBufferPointer.allocate(byteCount: Event.pressBodyBytes, alignment: 8)
            defer { press.deallocate() }
            _ = press.initializeMemory(as: UInt8.self, repeating: 5)
            let now = clock.now()
            for _ in 0..<count {
                if writer.batchIsFull { try writer.commit() }
                _ = try writer.append(kind: 16, at: now, body: UnsafeRawBufferPointer(press))
            }
            try writer.commit()
        }
        var seen = 0
        let start = clock.now().monotonic
        _ = try JournalWriter.open(directory: path, counters: Counters()) { seen += $0.body.count }
        let took = clock.now().monotonic.nanosecondsSince(start)
        print("\nreplay of \(count) presses, file in memory: \(took / 1_000_000) ms")
    }

    func checksum() {
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 20, alignment: 4096)
        defer { bytes.deallocate() }
        _ = bytes.initializeMemory(as: UInt8.self, repeating: 9)
        let start = clock.now().monotonic
        let crc = CRC32C.checksum(0, UnsafeRawBufferPointer(bytes))
        let took = clock.now().monotonic.nanosecondsSince(start)
        print("CRC-32C of 64 MiB: \(UInt64(bytes.count) * 1000 / max(1, took)) MB/s (\(crc))")
    }
}

struct Latencies {
    let nanoseconds: [UInt64]
    let totalNs: UInt64

    var perSecond: Int { Int(UInt64(nanoseconds.count) * 1_000_000_000 / max(1, totalNs)) }

    /// Microseconds at a share of all.
    func at(_ share: Double) -> UInt64 {
        guard !nanoseconds.isEmpty else { return 0 }
        return nanoseconds[min(nanoseconds.count - 1, Int(Double(nanoseconds.count) * share))] / 1000
    }
}
