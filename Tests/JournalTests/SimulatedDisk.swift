import AlertModel
import Journal

/// A disk that keeps apart what was synced and what only was written, and fails on request.
final class SimulatedDisk {
    struct Segment {
        /// What survives a power cut.
        var durable: [UInt8]
        /// What the kernel shows.
        var visible: [UInt8]
    }

    var segments: [UInt64: Segment] = [:]
    var setAside: [String: [UInt8]] = [:]
    var current: UInt64 = 0
    var syncs = 0
    var writes = 0
    /// Counts down at each write or sync; at zero that one fails.
    var failWriteAfter: Int?
    var failSyncAfter: Int?
    var segmentsMax = Int.max
    /// A disk that says "synced" and keeps everything in its cache: what no journal can survive.
    var isLying = false
    /// Sectors of ``current`` that the next sync writes.
    private var dirty: [Range<Int>] = []
    /// Sectors that a power cut now may keep or lose.
    private var unsynced: [Range<Int>] = []
    static let sectorBytes = 512

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        segments[current]?.visible.replaceSubrange(offset..<(offset + bytes.count), with: bytes)
        dirty.append(offset / Self.sectorBytes..<(offset + bytes.count + Self.sectorBytes - 1) / Self.sectorBytes)
        unsynced.append(contentsOf: dirty.suffix(1))
    }

    func sync() {
        if isLying { return }
        for sector in dirty.joined() { persist(sector) }
        dirty = []
        unsynced = []
    }

    /// As kernels do it: what was to be written counts as written, is still shown, and never gets there.
    func failSync() { dirty = [] }

    private func persist(_ sector: Int) {
        let range = sector * Self.sectorBytes..<(sector + 1) * Self.sectorBytes
        guard let bytes = segments[current]?.visible[range] else { return }
        segments[current]?.durable.replaceSubrange(range, with: bytes)
    }

    /// Every unsynced sector reaches the disk or does not.
    func cutPower(_ random: inout SeededRandom, keepingEach probability: Double) {
        for sector in unsynced.joined() where Double.random(in: 0..<1, using: &random) < probability {
            persist(sector)
        }
        forgetUnsynced()
    }

    /// As ``cutPower(_:keepingEach:)``, by a disk at its worst: a sector that does not get there whole may also stop
    /// at any byte, begin at any byte, or be left as zeros. Not so a sector that is written with what it holds, as
    /// recovery does with the last batch: disks promise the old content or the new one of a sector.
    func cutPowerHarshly(_ random: inout SeededRandom) {
        let keeping = Double.random(in: 0...1, using: &random)
        for sector in unsynced.joined() {
            if Double.random(in: 0..<1, using: &random) < keeping {
                persist(sector)
                continue
            }
            let whole = sector * Self.sectorBytes..<(sector + 1) * Self.sectorBytes
            let middle = Int.random(in: whole, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: persist(bytes: whole.lowerBound..<middle)
            case 1: persist(bytes: middle..<whole.upperBound)
            case 2 where segments[current]?.durable[whole] != segments[current]?.visible[whole]:
                let zeros = [UInt8](repeating: 0, count: whole.count)
                segments[current]?.durable.replaceSubrange(whole, with: zeros)
            default: break
            }
        }
        forgetUnsynced()
    }

    private func persist(bytes range: Range<Int>) {
        guard let bytes = segments[current]?.visible[range] else { return }
        segments[current]?.durable.replaceSubrange(range, with: bytes)
    }

    /// The write that was under way stops at any byte.
    func cutPower(keepingBytes count: Int) {
        guard let first = unsynced.first, let visible = segments[current]?.visible else { return forgetUnsynced() }
        let range = first.lowerBound * Self.sectorBytes..<first.lowerBound * Self.sectorBytes + count
        segments[current]?.durable.replaceSubrange(range, with: visible[range])
        forgetUnsynced()
    }

    private func forgetUnsynced() {
        for (name, segment) in segments { segments[name]?.visible = segment.durable }
        dirty = []
        unsynced = []
    }

    func flip(_ mask: UInt8, at offset: Int, of segment: UInt64) {
        segments[segment]?.durable[offset] ^= mask
        segments[segment]?.visible[offset] ^= mask
    }

    func overwrite(_ bytes: [UInt8], at offset: Int, of segment: UInt64) {
        segments[segment]?.durable.replaceSubrange(offset..<(offset + bytes.count), with: bytes)
        segments[segment]?.visible.replaceSubrange(offset..<(offset + bytes.count), with: bytes)
    }

    func bytes(_ range: Range<Int>, of segment: UInt64) -> [UInt8] {
        Array(segments[segment]?.durable[range] ?? [])
    }

    func copy() -> SimulatedDisk {
        let disk = SimulatedDisk()
        disk.segments = segments
        disk.current = current
        return disk
    }
}

/// The disk as a journal's storage.
struct SimulatedStorage: JournalStorage {
    let disk: SimulatedDisk

    func segments() -> [JournalSequence] { disk.segments.keys.sorted().map { JournalSequence($0) } }
    func size(of segment: JournalSequence) -> Int { disk.segments[segment.value]?.visible.count ?? 0 }

    func read(_ segment: JournalSequence, into buffer: UnsafeMutableRawBufferPointer) {
        buffer.copyBytes(from: (disk.segments[segment.value]?.visible ?? []).prefix(buffer.count))
    }

    func open(_ segment: JournalSequence) { disk.current = segment.value }

    func create(
        _ segment: JournalSequence, bytes: Int, firstBlock: UnsafeRawBufferPointer
    ) throws(JournalError) {
        guard disk.segments.count < disk.segmentsMax else { throw JournalError(.noSpace, reason: "no room") }
        let content = Array(firstBlock) + [UInt8](repeating: 0, count: bytes - firstBlock.count)
        disk.segments[segment.value] = SimulatedDisk.Segment(durable: content, visible: content)
        disk.current = segment.value
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(JournalError) {
        disk.writes += 1
        if Self.fails(&disk.failWriteAfter) { throw JournalError(.noSpace, offset: offset, reason: "full") }
        disk.write(bytes, at: offset)
    }

    func sync() throws(JournalError) {
        disk.syncs += 1
        if Self.fails(&disk.failSyncAfter) {
            disk.failSync()
            throw JournalError(.inputOutput, reason: "sync failed")
        }
        disk.sync()
    }

    func setAside(_ bytes: UnsafeRawBufferPointer, of segment: JournalSequence, at offset: Int) {
        disk.setAside["\(segment.value)@\(offset)"] = Array(bytes)
    }

    func name(of segment: JournalSequence) -> String { "segment-\(segment.value)" }

    private static func fails(_ countdown: inout Int?) -> Bool {
        guard let left = countdown else { return false }
        countdown = left - 1
        return left <= 0
    }
}
