// Which way of writing a batch durably is the fastest here: every way that Linux has, over a file of zeros,
// as the journal writes. Every figure is the median of interleaved rounds. Needs liburing-dev.
//
//   swift run -c release --package-path Benchmarks journal-write-paths [directory on the disk] [seconds a round] [rounds]

import AlertModel
import CWritePaths
import LinuxIO

let arguments = CommandLine.arguments
let directory = arguments.count > 1 ? arguments[1] : "."
let roundNs = (arguments.count > 2 ? UInt64(arguments[2]) ?? 2 : 2) * 1_000_000_000
let rounds = arguments.count > 3 ? Int(arguments[3]) ?? 5 : 5
let names = [
    "pwrite, fdatasync", "O_DSYNC", "RWF_DSYNC", "O_DIRECT, fdatasync", "O_DIRECT \\| O_DSYNC",
    "O_DIRECT, RWF_DSYNC", "io_uring: write → fdatasync", "io_uring: O_DIRECT write → fdatasync",
    "io_uring: O_DIRECT write with RWF_DSYNC", "io_uring, SQPOLL: write → fdatasync",
    "io_uring, SQPOLL: O_DIRECT write with RWF_DSYNC",
]
let fileBytes = 64 << 20

/// Microseconds of one round.
struct Round {
    let p50, p99, mean: Double
}

func measure(_ kind: Int, bytes: Int, memory: UnsafeMutableRawBufferPointer, file: String) throws -> Round? {
    guard let path = write_path_open(file, Int32(kind)) else { return nil }
    defer { write_path_close(path) }
    let clock = SystemClock()
    let start = clock.now().monotonic
    var before = start
    var offset = 4096
    var nanoseconds: [UInt64] = []
    nanoseconds.reserveCapacity(1 << 16)
    while before.nanosecondsSince(start) < roundNs {
        if offset + bytes > fileBytes { offset = 4096 }
        let failure = write_path_write(path, memory.baseAddress, bytes, UInt64(offset))
        guard failure == 0 else { return nil }
        offset += bytes
        let now = clock.now().monotonic
        nanoseconds.append(now.nanosecondsSince(before))
        before = now
    }
    nanoseconds.sort()
    let total = nanoseconds.reduce(0, +)
    func at(_ share: Double) -> Double { Double(nanoseconds[Int(Double(nanoseconds.count - 1) * share)]) / 1000 }
    return Round(p50: at(0.5), p99: at(0.99), mean: Double(total) / Double(nanoseconds.count) / 1000)
}

func median(_ values: [Double]) -> Int { Int(values.sorted()[values.count / 2].rounded()) }

let parent = try Files.openDirectory(directory)
let name = "journal-write-paths.bytes"
let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
defer { memory.deallocate() }
do {
    let file = try Files.open(name, in: parent, access: .readWrite, presence: .emptied)
    _ = memory.initializeMemory(as: UInt8.self, repeating: 0)
    for offset in stride(from: 0, to: fileBytes, by: memory.count) {
        try Files.pwrite(file, at: offset, UnsafeRawBufferPointer(memory))
    }
    try Files.fdatasync(file)
}
_ = memory.initializeMemory(as: UInt8.self, repeating: 7)
let sizes = [4096, 32768]
var results = [[[Round]]](repeating: [[Round]](repeating: [], count: names.count), count: sizes.count)
for _ in 0..<rounds {
    for (index, bytes) in sizes.enumerated() {
        for kind in names.indices {
            guard let round = try measure(kind, bytes: bytes, memory: memory, file: "\(directory)/\(name)") else {
                continue
            }
            results[index][kind].append(round)
        }
    }
}
try Files.unlink(name, in: parent)
for (index, bytes) in sizes.enumerated() {
    print("\n\(bytes / 1024) KiB, \(rounds) rounds of \(roundNs / 1_000_000_000) s\n")
    print("| way | writes/s | p50 µs | p99 µs |\n|---|---|---|---|")
    for (kind, name) in names.enumerated() {
        let found = results[index][kind]
        guard !found.isEmpty else {
            print("| \(name) | refused | | |")
            continue
        }
        let mean = median(found.map { 1_000_000 / $0.mean })
        print("| \(name) | \(mean) | \(median(found.map(\.p50))) | \(median(found.map(\.p99))) |")
    }
}
