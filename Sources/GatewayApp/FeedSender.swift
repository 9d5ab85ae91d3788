// The dispatcher's way to the control path.

import AlertModel
import EventRing

/// Sends feed entries to the feed agent's lane; what a full lane cannot take waits here in order.
///
/// The feed agent only moves entries into memory; a slow console or disk is behind it and cannot push back. While
/// entries wait the dispatcher applies no further event, so they are those of one event. Owned by the dispatch agent's thread.
final class FeedSender {
    private let producer: RecordProducer
    private let doorbell: Doorbell
    private var held: [(entry: FeedEntry, sequence: JournalSequence)] = []
    private var heldFrom = 0
    private var needsBell = false

    init(producer: consuming RecordProducer, doorbell: Doorbell) {
        self.producer = producer
        self.doorbell = doorbell
    }

    var isHeldBack: Bool { heldFrom < held.count }

    func send(_ entry: FeedEntry, sequence: JournalSequence) {
        if isHeldBack || !append(entry, sequence: sequence) { held.append((entry, sequence)) }
    }

    /// Sends what was held back, as far as there is room.
    func flush() {
        while heldFrom < held.count, append(held[heldFrom].entry, sequence: held[heldFrom].sequence) {
            heldFrom += 1
        }
        guard heldFrom == held.count else { return ringBell() }
        held.removeAll(keepingCapacity: true)
        heldFrom = 0
    }

    /// Publishes and wakes the feed agent when it got something.
    func ringBell() {
        guard needsBell else { return }
        producer.publish()
        doorbell.ring()
        needsBell = false
    }

    private func append(_ entry: FeedEntry, sequence: JournalSequence) -> Bool {
        needsBell = true
        let result = producer.append(kind: entry.kind.rawValue, bodyBytesMax: FeedEntry.bodyBytesMax) {
            entry.encode(sequence: sequence, into: $0)
        }
        precondition(result == .appended || result == .full, "every feed entry fits its lane")
        return result == .appended
    }
}
