// Where a start begins: at the newest snapshot that is whole, fits the journal, and behind which the history
// has everything; without one, at the first record.

import AlertDispatch
import AlertModel
import History
import Journal
import JournalFiles
import Logging
import Telemetry

/// A state to replay the journal onto.
struct StartingPoint: ~Copyable {
    var dispatcher: Dispatcher
    /// The snapshot it came from; nil for the state before the first record.
    let snapshot: SnapshotHeader?

    /// The state before the first record.
    static func beginning() -> StartingPoint { StartingPoint(dispatcher: Dispatcher(), snapshot: nil) }
}

/// Finds starting points in a journal's directory.
struct SnapshotChooser {
    let directory: String
    let digests: JournalDigests
    let counters: Counters
    let log: Logger

    /// The best starting point for a history that knows everything up to `historyKnown`.
    ///
    /// A snapshot that is damaged, foreign or ahead of the journal is reported, renamed to `….refused` and
    /// passed over. A history that lacks something makes an older snapshot or the first record the start; when
    /// that is gone by policy, the oldest snapshot is, and the history stays without what lies before.
    func choose(historyKnown: JournalSequence) -> StartingPoint {
        // What cannot be listed, the journal's own opening will report.
        let segments = (try? JournalDirectory.segments(in: directory)) ?? []
        let sequences = segments.isEmpty ? [] : (try? SnapshotFiles.list(in: directory)) ?? []
        var tooNew: [JournalSequence] = []
        for sequence in sequences {
            guard let snapshot = usable(sequence, segments) else { continue }
            guard snapshot.header.lastAlertChange <= historyKnown else {
                tooNew.append(sequence)
                continue
            }
            guard let dispatcher = dispatcher(of: snapshot) else { continue }
            return StartingPoint(dispatcher: dispatcher, snapshot: snapshot.header)
        }
        guard let first = segments.first, first.first > .zero.next else { return .beginning() }
        for sequence in tooNew.reversed() {
            guard let snapshot = usable(sequence, segments), let dispatcher = dispatcher(of: snapshot) else {
                continue
            }
            log.error(
                "the history lacks alerts of records that the journal keeps no more; find them in the archive",
                metadata: [
                    "history_last_sequence": "\(historyKnown.value)", "missing_to": "\(sequence.value)",
                    "journal_first_sequence": "\(first.first.value)",
                ])
            return StartingPoint(dispatcher: dispatcher, snapshot: snapshot.header)
        }
        return .beginning()
    }

    /// The newest snapshot that is whole and fits the journal, whatever the history knows.
    func newest() throws(JournalError) -> StartingPoint {
        let segments = try JournalDirectory.segments(in: directory)
        for sequence in try SnapshotFiles.list(in: directory) {
            guard let snapshot = usable(sequence, segments), let dispatcher = dispatcher(of: snapshot) else {
                continue
            }
            return StartingPoint(dispatcher: dispatcher, snapshot: snapshot.header)
        }
        return .beginning()
    }

    private func usable(_ sequence: JournalSequence, _ segments: [JournalDirectory.Segment]) -> Snapshot? {
        do throws(SnapshotRefusal) {
            let snapshot = try SnapshotFiles.read(sequence, in: directory, digests: digests)
            try ClosedSegments.check(snapshot.header, against: segments, in: directory, digests: digests)
            return snapshot
        } catch {
            refuse(error, sequence)
            return nil
        }
    }

    private func dispatcher(of snapshot: Snapshot) -> Dispatcher? {
        let name = SnapshotFiles.name(snapshot.header.sequence)
        do throws(StateDecodingError) {
            let dispatcher = try Dispatcher.restored(from: snapshot.body)
            if dispatcher.lastSequence == snapshot.header.sequence,
                dispatcher.stateHash() == snapshot.header.stateHash
            {
                return dispatcher
            }
            refuse(
                SnapshotRefusal(.damaged, file: name, detail: "gives another state than its header says"),
                snapshot.header.sequence)
        } catch {
            var reason = SnapshotRefusal.Reason.damaged
            if case .newerVersion = error.reason { reason = .newerVersion }
            refuse(
                SnapshotRefusal(
                    reason, file: name, detail: "\(error.reason) at byte \(error.offset) of its state"),
                snapshot.header.sequence)
        }
        return nil
    }

    private func refuse(_ refusal: SnapshotRefusal, _ sequence: JournalSequence) {
        counters.add(.snapshotsRefused)
        let fields: Logger.Metadata = ["file": "\(refusal.file)", "case": "\(refusal.reason)"]
        if refusal.reason == .ahead || refusal.reason == .foreign {
            log.critical("a snapshot does not belong to this journal: \(refusal.detail)", metadata: fields)
        } else {
            log.error("a snapshot is not used: \(refusal.detail)", metadata: fields)
        }
        guard refusal.isFinal else { return }
        do throws(JournalError) {
            try SnapshotFiles.setAside(sequence, in: directory)
        } catch {
            log.error("the snapshot could not be set aside", metadata: ["reason": "\(error)"])
        }
    }
}
