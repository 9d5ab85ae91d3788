// The first half of the alert core, the sequencer and the journal: lanes in, one global order out, durable before
// anyone acts. While one sync runs the next batch gathers in the lanes: that is the group commit.

import AlertModel
import EventRing
import Journal
import JournalFiles
import LinuxIO
import Synchronization
import Telemetry

/// Takes urgent events from every lane, gives them their sequence, writes and syncs them, and only then
/// releases them to the dispatcher.
///
/// Owned by the core's thread.
final class JournalHalf {
    /// A batch that takes the disk no longer than one small write, yet shares the sync between many.
    static let batchRecordsMax = 512

    private let lanes: LaneMerge
    private let sequencer: RecordProducer
    private let committed: RecordConsumer
    private var writer: JournalWriter
    private var nextSequence: JournalSequence
    private let commits: CommitMark
    private let onFailure: @Sendable (JournalError) -> Void
    private let onWarning: @Sendable (Errno?) -> Void
    private var warnedOf: Errno?
    private var hasFailed = false
    /// The dispatcher is behind and the ring full: the lanes keep what they have.
    private var isHeldBack = false

    /// - Parameters:
    ///   - lanes: every urgent lane, in the order in which they take turns.
    ///   - sequencer: producer of the ring that the dispatcher reads.
    ///   - committed: the journal's own place in that ring; releasing it is what "durable" means.
    ///   - commits: shows others when a commit has been under way for long.
    ///   - onFailure: called once, on this thread, when the disk refused; nothing is committed afterwards.
    ///   - onWarning: called on this thread when segments can no longer be made ahead, such as on a full disk, and
    ///     with nil when they can again; must not block.
    init(
        lanes: consuming LaneMerge, sequencer: consuming RecordProducer, committed: consuming RecordConsumer,
        writer: consuming JournalWriter, commits: CommitMark,
        onFailure: @escaping @Sendable (JournalError) -> Void, onWarning: @escaping @Sendable (Errno?) -> Void
    ) {
        self.lanes = lanes
        self.sequencer = sequencer
        self.committed = committed
        self.nextSequence = writer.lastSequence.next
        self.writer = writer
        self.commits = commits
        self.onFailure = onFailure
        self.onWarning = onWarning
    }

    /// Gathers, writes and syncs one batch; blocks for as long as the disk does.
    ///
    /// - Parameter own: events of the gateway itself, such as deadlines that fell due; what the ring takes of them
    ///   is taken out. They go before what waits in the lanes: they are few, and late already.
    /// - Returns: records gathered and made durable.
    func doWork(now: Instant, own: inout [Event]) -> Int {
        guard !hasFailed else { return 0 }
        if writer.preparingFailure != warnedOf {
            warnedOf = writer.preparingFailure
            onWarning(warnedOf)
        }
        let gathered = gather(&own, now: now) + gather(now: now)
        commits.begin(at: now.monotonic)
        defer { commits.end() }
        do throws(JournalError) {
            return gathered + (try commit())
        } catch {
            hasFailed = true
            onFailure(error)
            return 0
        }
    }

    /// How long the thread may sleep as far as the journal goes, ms; 0 when there is work.
    var restMs: Int32 {
        if isHeldBack { return heldBackWaitMs }
        return hasFailed || lanes.isEmpty ? idleWaitMs : 0
    }

    /// Moves the gateway's own events into the ring, as many as there is room for.
    private func gather(_ own: inout [Event], now: Instant) -> Int {
        var taken = 0
        for event in own.prefix(Self.batchRecordsMax) {
            let sequence = nextSequence
            let room = SequencedRecord.prefixBytes + Event.bodyBytesMax
            let appended = sequencer.append(kind: event.kind.rawValue, bodyBytesMax: room) {
                SequencedRecord.write(sequence: sequence, at: now, event: event, into: $0)
            }
            guard appended == .appended else { break }
            nextSequence = sequence.next
            taken += 1
        }
        guard taken > 0 else { return 0 }
        own.removeFirst(taken)
        sequencer.publish()
        return taken
    }

    /// Moves events from the lanes into the ring in their global order.
    private func gather(now: Instant) -> Int {
        isHeldBack = false
        let taken = lanes.drain(max: Self.batchRecordsMax) { kind, body in
            let sequence = nextSequence
            let appended = sequencer.append(kind: kind, bodyBytesMax: SequencedRecord.prefixBytes + body.count) {
                SequencedRecord.write(sequence: sequence, at: now, body: body, into: $0)
            }
            guard appended == .appended else {
                precondition(appended == .full, "every event of a lane fits the sequenced ring")
                isHeldBack = true
                return .stop
            }
            nextSequence = sequence.next
            return .next
        }
        if taken > 0 { sequencer.publish() }
        return taken
    }

    /// Writes what the ring holds, one sync for all of it, and releases it downstream.
    private func commit() throws(JournalError) -> Int {
        var failure: JournalError?
        let read = committed.read(max: Self.batchRecordsMax) { kind, bytes in
            guard !writer.batchIsFull else { return .stop }
            guard let record = SequencedRecord(bytes) else {
                preconditionFailure("the sequencer writes whole records")
            }
            do throws(JournalError) {
                let sequence = try writer.append(kind: kind, at: record.at, body: record.body)
                precondition(sequence == record.sequence, "the sequencer and the journal count alike")
                return .next
            } catch {
                failure = error
                return .stop
            }
        }
        if let failure { throw failure }
        guard read > 0 else { return 0 }
        try writer.commit()
        // Durable from here on: the dispatcher may act and `stored` may leave.
        committed.release()
        return read
    }
}
