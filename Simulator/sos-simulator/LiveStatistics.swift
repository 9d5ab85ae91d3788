// How a run goes while it goes: a line a second in a log, a block that is drawn anew on a terminal.

import SimulatedField

/// Shows figures when it is time.
struct LiveStatistics {
    private let fleet: Fleet
    private let everyS: Double
    private var nextAt = ContinuousClock.now

    /// - Parameter everyS: seconds between two lines; more than 0.
    init(fleet: Fleet, everyS: Double) {
        self.fleet = fleet
        self.everyS = everyS
    }

    /// Shows the figures when it is time, or as the last word.
    mutating func show(isLast: Bool = false) {
        let now = ContinuousClock.now
        guard isLast || nextAt <= now else { return }
        nextAt = now + .seconds(everyS)
        let units = fleet.figures
        let ledger = fleet.ledger.takeFigures()
        let lines = [
            "online \(units.online)/\(fleet.plan.units.count)  reconnects \(units.reconnects)"
                + "  handshakes \(units.fullHandshakes) full \(units.resumedHandshakes) resumed",
            "presses \(ledger.presses)  stored \(ledger.stored)  ringing \(ledger.ringing)  answered \(ledger.answered)"
                + "  open \(ledger.open)  reports \(ledger.acknowledged)/\(ledger.reports)",
            "stored p50 \(LatencyTable.milliseconds(ledger.latest.percentile(50))) ms"
                + "  p99 \(LatencyTable.milliseconds(ledger.latest.percentile(99))) ms"
                + "  (\(ledger.latest.count) in the last \(everyS) s)",
        ]
        let time = units.scenarioS.map { "[\(Int($0)) s] " } ?? ""
        if fleet.terminal.isInteractive {
            fleet.terminal.live(lines.map { time + $0 })
        } else {
            fleet.terminal.line(time + lines.joined(separator: "  "))
        }
    }
}
