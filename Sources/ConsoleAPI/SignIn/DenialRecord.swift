// Audits what was denied, without letting a peer that hammers a closed door fill the record.

import AlertModel
import Synchronization

/// Passes a bounded number of denials a peer on to the audit record and counts the rest.
final class DenialRecord: Sendable {
    private struct Peer {
        var windowStart: WallTime
        var written: Int
        var suppressed: Int
    }

    /// Denials written a peer and window: a person who clicks around stays below.
    static let writtenMax = 20
    /// The time in which they are counted.
    static let window = Duration.seconds(60)
    /// Peers remembered; beyond, all are forgotten at once.
    static let peersMax = 10_000

    private let peers = Mutex<[String: Peer]>([:])
    private let backend: any ConsoleBackend

    init(backend: any ConsoleBackend) { self.backend = backend }

    /// Writes a denial, or counts it; the next one written tells how many were not.
    func write(officer: String, act: AuditEntry.Act, alert: AlertID?, detail: String, peer: String) async {
        let now = backend.now()
        guard let suppressed = admit(peer, now: now) else { return }
        let more = suppressed > 0 ? " (and \(suppressed) more from this address)" : ""
        await backend.audit(
            AuditEntry(
                at: now, officer: officer, act: act, alert: alert, isAllowed: false, detail: detail + more,
                peer: peer))
    }

    /// How many were passed over since the last one written; nil when this one is passed over, too.
    private func admit(_ name: String, now: WallTime) -> Int? {
        peers.withLock { peers in
            if peers.count >= Self.peersMax, peers[name] == nil { peers.removeAll() }
            var peer = peers[name] ?? Peer(windowStart: now, written: 0, suppressed: 0)
            defer { peers[name] = peer }
            if peer.windowStart.advanced(by: Self.window) <= now {
                peer.windowStart = now
                peer.written = 0
            }
            guard peer.written < Self.writtenMax else {
                peer.suppressed += 1
                return nil
            }
            peer.written += 1
            defer { peer.suppressed = 0 }
            return peer.suppressed
        }
    }
}
