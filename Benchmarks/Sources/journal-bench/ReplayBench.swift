// How long a start takes: a journal of presses, 64 a commit, opened with a replay that only counts.

import AlertModel
import Journal
import JournalFiles
import LinuxIO
import Telemetry

struct ReplayBench {
    let directory: String
    let records: Int

    func run() throws {
        let path = "\(directory)/journal-bench"
        defer { try? clear(path) }
        try clear(path)
        try write(to: path)
        try open(path, from: .zero.next, "all of them")
        try forget(path)
        try open(path, from: .zero.next, "all of them, nothing in memory")
        try open(path, from: JournalSequence(UInt64(records) - 1000), "the last 1,000 behind a snapshot")
    }

    private func write(to path: String) throws {
        let start = clock.now().monotonic
        var writer = try JournalWriter.open(directory: path, counters: Counters()) { _ in }
        var left = records
        while left > 0 {
            let now = clock.now()
            for _ in 0..<min(64, left) { _ = try writer.append(kind: 16, at: now, body: press) }
            try writer.commit()
            left -= min(64, left)
        }
        let took = clock.now().monotonic.nanosecondsSince(start)
        print(
            "\(records) presses written in commits of 64: \(took / 1_000_000) ms, \(writer.segmentsMadeInline) segments inline"
        )
    }

    private func open(_ path: String, from: JournalSequence, _ what: String) throws {
        var seen = 0
        var bytes = 0
        let start = clock.now().monotonic
        let writer = try JournalWriter.open(directory: path, counters: Counters(), from: from) {
            seen += 1
            bytes += $0.body.count
        }
        let took = clock.now().monotonic.nanosecondsSince(start)
        let segments = writer.report.segments
        print(
            "opened, \(what): \(took / 1_000_000) ms, \(segments) segments read, \(seen) records, \(bytes) bytes of bodies"
        )
    }

    /// Drops the segments from the kernel's memory.
    private func forget(_ path: String) throws {
        let parent = try Files.openDirectory(path)
        for name in try Files.list(parent) {
            let file = try Files.open(name, in: parent, access: .readOnly)
            Files.forgetCached(file)
        }
    }
}
