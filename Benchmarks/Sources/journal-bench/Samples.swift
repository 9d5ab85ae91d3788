// What all the measurements share: a press, a clock, and figures.

import AlertModel
import Journal
import JournalFiles
import LinuxIO

let clock = SystemClock()

/// The body of a press, 56 bytes. Filled once, only read afterwards, never freed.
nonisolated(unsafe) let press: UnsafeRawBufferPointer = {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: Event.pressBodyBytes, alignment: 8)
    bytes.copyBytes(from: (0..<bytes.count).map { UInt8(truncatingIfNeeded: $0 &* 37) })
    return UnsafeRawBufferPointer(bytes)
}()

/// The standard functions, but the chain costs nothing and proves nothing.
func unchained() throws -> JournalDigests {
    JournalDigests(checksum: try JournalDigests.standard().checksum) { _, _, _ in .zero }
}

/// Removes what a measurement left, with its directory's content.
func clear(_ path: String) throws {
    guard let parent = try? Files.openDirectory(path) else { return }
    for name in try Files.list(parent) { try Files.unlink(name, in: parent) }
}

func median(_ values: [Double]) -> Double { values.isEmpty ? 0 : values.sorted()[values.count / 2] }

/// How long each call of one round took.
struct Latencies {
    let nanoseconds: [UInt64]
    let totalNs: UInt64

    /// Calls `body` until the round is over or it returns false.
    init(during roundNs: UInt64, _ body: () throws -> Bool) throws {
        let start = clock.now().monotonic
        var before = start
        var nanoseconds: [UInt64] = []
        nanoseconds.reserveCapacity(1 << 17)
        while before.nanosecondsSince(start) < roundNs, try body() {
            let now = clock.now().monotonic
            nanoseconds.append(now.nanosecondsSince(before))
            before = now
        }
        self.nanoseconds = nanoseconds.sorted()
        totalNs = before.nanosecondsSince(start)
    }

    var perSecond: Double { Double(nanoseconds.count) * 1e9 / Double(max(1, totalNs)) }

    /// Microseconds at a share of all.
    func at(_ share: Double) -> Double {
        nanoseconds.isEmpty ? 0 : Double(nanoseconds[Int(Double(nanoseconds.count - 1) * share)]) / 1000
    }
}
