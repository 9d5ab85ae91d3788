// One agent's way to the report lane.

internal import AlertModel
internal import EventRing
internal import LinuxIO
internal import Telemetry

/// Appends reports; what a full lane does not take is counted, not kept.
///
/// Owned by its agent's thread. A report costs an allocation or two: connections end rarely.
final class ReportSender {
    private let lane: RecordProducer
    private let doorbell: Doorbell
    private let counters: Counters
    private var needsBell = false

    init(lane: consuming RecordProducer, doorbell: Doorbell, counters: Counters) {
        self.lane = lane
        self.doorbell = doorbell
        self.counters = counters
    }

    func send(_ report: ConnectionReport) {
        let result = lane.append(kind: report.kind, bodyBytesMax: ConnectionReport.bodyBytesMax) {
            report.encode(into: $0)
        }
        if result == .appended { needsBell = true } else { counters.add(.reportsDropped) }
    }

    /// Publishes what was sent since the last call, at the end of a turn.
    func publish() {
        guard needsBell else { return }
        needsBell = false
        lane.publish()
        doorbell.ring()
    }
}
