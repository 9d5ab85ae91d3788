// The disk under the journal: what was written and not synced may be lost in part, writes and syncs fail, reads
// come back damaged. What was synced stays: nothing survives a disk that loses that.

import AlertModel
import Journal

/// Segments and snapshots, with the faults that a gateway must survive.
///
/// ```
/// fault                                    must end as
/// power cut: any sectors of the batch      the batch is whole, or cut off and never answered
///   under way, torn, zeroed or flipped
/// process dies between write and sync      the batch counts, once it is synced at the next start
/// short write, then no process             as a torn batch
/// write refused (no room, bad sector)      the process ends; nothing that was answered is lost
/// sync refused; the kernel forgets it      the process ends; the next start writes the batch again
/// a bit flipped or another sector read     the start is refused, or its state is the true one
/// slow sync                                everything waits, nothing is lost
/// ```
final class SimulatedDisk {
    struct Segment {
        /// What survives a power cut.
        var durable: [UInt8]
        /// What the kernel shows.
        var visible: [UInt8]
    }

    /// What goes wrong at a write or sync.
    enum Accident: CaseIterable {
        /// The process or the machine stops there.
        case death
        /// No room, or a sector that cannot be written.
        case refusedWrite
        /// The kernel forgets what it was to write and says so once.
        case failedSync
    }

    /// What a reading gives instead of what is there.
    struct DamagedRead {
        let segment: JournalSequence
        let offset: Int
        /// Replaces what is read from there on.
        let bytes: [UInt8]
    }

    private(set) var segments: [JournalSequence: Segment] = [:]
    /// Newest last; at most two, as the gateway keeps them.
    private(set) var snapshots: [(sequence: JournalSequence, bytes: [UInt8])] = []
    private var current = JournalSequence.zero
    /// Sectors of the current segment that are not on the medium.
    private var dirty: Set<Int> = []
    /// Goes wrong after so many further writes and syncs.
    private var accident: (kind: Accident, after: Int)?
    /// The accident that happened last.
    private(set) var happened: Accident?
    /// A planted bug: a failed sync is taken for a good one.
    var hidesFailedSyncs = false
    var damagedRead: DamagedRead?

    static let sectorBytes = 512

    /// First sequences, ascending.
    var names: [JournalSequence] { segments.keys.sorted() }

    func plan(_ kind: Accident, after operations: Int) {
        accident = (kind, operations)
        happened = nil
    }

    func forgetPlan() {
        accident = nil
        happened = nil
    }

    private func comesNow(_ kinds: Set<Accident>) -> Accident? {
        guard let (kind, left) = accident else { return nil }
        accident = (kind, left - 1)
        guard left <= 0, kinds.contains(kind) else { return nil }
        accident = nil
        happened = kind
        return kind
    }

    fileprivate func open(_ segment: JournalSequence) {
        if current != segment { dirty = [] }
        current = segment
    }

    fileprivate func create(_ segment: JournalSequence, _ content: [UInt8]) -> Accident? {
        if let kind = comesNow([.death, .refusedWrite]) { return kind }
        segments[segment] = Segment(durable: content, visible: content)
        current = segment
        dirty = []
        return nil
    }

    fileprivate func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Accident? {
        let kind = comesNow([.death, .refusedWrite])
        // A write that did not return may have been done in part.
        let done = kind == nil ? bytes.count : bytes.count / 3
        segments[current]?.visible.replaceSubrange(offset..<(offset + done), with: bytes.prefix(done))
        if done > 0 { dirty.formUnion(offset / Self.sectorBytes...(offset + done - 1) / Self.sectorBytes) }
        return kind
    }

    fileprivate func sync() -> Accident? {
        switch comesNow([.death, .failedSync]) {
        case .failedSync:
            dirty = []
            return hidesFailedSyncs ? nil : .failedSync
        case let kind?: return kind
        case nil:
            for sector in dirty { persist(Self.range(sector)) }
            dirty = []
            return nil
        }
    }

    private static func range(_ sector: Int) -> Range<Int> { sector * sectorBytes..<(sector + 1) * sectorBytes }

    private func persist(_ range: Range<Int>) {
        guard let bytes = segments[current]?.visible[range] else { return }
        segments[current]?.durable.replaceSubrange(range, with: bytes)
    }

    /// Power is gone. A sector that was written with what it held keeps that; any other may hold the old, the new,
    /// a part of it, zeros, or a flipped bit.
    func cutPower(_ random: inout SeededGenerator) {
        let keptPerMille = random.below(1_001)
        for sector in dirty.sorted() where segments[current].map({ Self.differs($0, Self.range(sector)) }) == true
        {
            let whole = Self.range(sector)
            if random.chance(perMille: keptPerMille) {
                persist(whole)
                continue
            }
            let middle = whole.lowerBound + random.below(Self.sectorBytes)
            switch random.below(6) {
            case 0: persist(whole.lowerBound..<middle)
            case 1: persist(middle..<whole.upperBound)
            case 2:
                let zeros = [UInt8](repeating: 0, count: Self.sectorBytes)
                segments[current]?.durable.replaceSubrange(whole, with: zeros)
            case 3:
                persist(whole)
                segments[current]?.durable[middle] ^= UInt8(1 << random.below(8))
            default: break
            }
        }
        dirty = []
        for (name, segment) in segments { segments[name]?.visible = segment.durable }
    }

    private static func differs(_ segment: Segment, _ range: Range<Int>) -> Bool {
        segment.durable[range] != segment.visible[range]
    }

    // MARK: Snapshots and retention

    /// Durable whole or not at all: the true file layer renames a synced file.
    func keep(snapshot bytes: [UInt8], of sequence: JournalSequence) {
        guard snapshots.last.map({ $0.sequence < sequence }) ?? true else { return }
        snapshots.append((sequence, bytes))
        if snapshots.count > 2 { snapshots.removeFirst() }
    }

    /// Removes segments that hold nothing behind a record.
    ///
    /// - Returns: how many.
    func removeSegments(through sequence: JournalSequence) -> Int {
        let names = names
        var removed = 0
        for (name, next) in zip(names, names.dropFirst()) where next <= sequence.next {
            segments[name] = nil
            removed += 1
        }
        return removed
    }
}

/// The disk as the journal's storage.
struct SimulatedStorage: JournalStorage {
    let disk: SimulatedDisk

    func segments() -> [JournalSequence] { disk.names }
    func size(of segment: JournalSequence) -> Int { disk.segments[segment]?.visible.count ?? 0 }

    func read(_ segment: JournalSequence, into buffer: UnsafeMutableRawBufferPointer) {
        buffer.copyBytes(from: (disk.segments[segment]?.visible ?? []).prefix(buffer.count))
        guard let damage = disk.damagedRead, damage.segment == segment,
            damage.offset + damage.bytes.count <= buffer.count
        else { return }
        UnsafeMutableRawBufferPointer(rebasing: buffer[damage.offset...]).copyBytes(from: damage.bytes)
    }

    func open(_ segment: JournalSequence) { disk.open(segment) }

    func create(
        _ segment: JournalSequence, bytes: Int, firstBlock: UnsafeRawBufferPointer
    ) throws(JournalError) {
        let content = Array(firstBlock) + [UInt8](repeating: 0, count: bytes - firstBlock.count)
        if let accident = disk.create(segment, content) { throw Self.error(accident) }
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(JournalError) {
        if let accident = disk.write(bytes, at: offset) { throw Self.error(accident) }
    }

    func sync() throws(JournalError) {
        if let accident = disk.sync() { throw Self.error(accident) }
    }

    /// People's business: the simulation needs no copy.
    func setAside(_ bytes: UnsafeRawBufferPointer, of segment: JournalSequence, at offset: Int) {}

    func name(of segment: JournalSequence) -> String { "segment-\(segment.value)" }

    private static func error(_ accident: SimulatedDisk.Accident) -> JournalError {
        JournalError(accident == .refusedWrite ? .noSpace : .inputOutput, reason: "\(accident)")
    }
}
