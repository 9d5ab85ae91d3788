// The checkers. The referee reads only what is on the disk and what left the gateway, keeps its own
// account of both, and compares.

import AlertDispatch
import AlertModel

final class Referee {
    private(set) var violations: [Violation] = []
    private(set) var model = ReferenceModel()
    /// Took every record on the disk, from the first, without a crash between.
    private var shadow = Dispatcher()
    private var shadowEffects: [Effect] = []
    private var offset = 0
    private var tick = 0
    /// The gateway's state that was checked last.
    private var checked = JournalSequence.zero

    /// The last durable record.
    var lastSequence: JournalSequence { shadow.lastSequence }
    /// Hash of the state that the journal stands for.
    var stateHash: UInt64 { shadow.stateHash() }

    func report(_ rule: Violation.Rule, _ detail: String) {
        violations.append(Violation(rule: rule, tick: tick, detail: detail))
    }

    func begin(tick: Int) { self.tick = tick }

    /// Follows what became durable.
    ///
    /// - Parameter body: takes each new record, for a trace.
    func read(_ disk: SimulatedDisk, _ body: (JournalSequence, Event) -> Void) {
        if offset > disk.durable.count {
            report(.answeredIsDurable, "the journal lost \(offset - disk.durable.count) durable bytes")
            return
        }
        while let (record, next) = SimulatedRecord.read(disk.durable, at: offset) {
            guard record.sequence == shadow.lastSequence.next else {
                report(.replayGivesState, "record \(record.sequence.value) follows \(lastSequence.value)")
                return
            }
            offset = next
            guard let event = record.event else {
                report(.replayGivesState, "record \(record.sequence.value) is no event")
                return
            }
            body(record.sequence, event)
            model.apply(event, record.sequence, at: record.at)
            shadowEffects.removeAll(keepingCapacity: true)
            shadow.step(event, sequence: record.sequence, at: record.at, effects: &shadowEffects)
        }
    }

    /// Everything that was said must stand on the disk.
    func check(_ output: GatewayOutput, unitOfLink: (LinkID) -> UnitID?) {
        for answer in output.answers {
            guard case .stage(let link, let boot, let counter, _, .stored, _) = answer,
                let unit = unitOfLink(link)
            else { continue }
            let press = MessageID(unit: unit, boot: boot, counter: counter)
            if !model.presses.contains(press) {
                report(.answeredIsDurable, "press \(counter) of \(unit) was answered and is not on the disk")
            }
        }
        for entry in output.feed {
            guard case .result(let command, let result) = entry else { continue }
            guard let mustSucceed = model.mustSucceed[command] else {
                report(.answeredIsDurable, "command \(command.value) was answered and is not on the disk")
                continue
            }
            var isDone = false
            if case .done = result { isDone = true }
            if isDone != mustSucceed { report(.agreesWithModel, "command \(command.value) came to \(result)") }
        }
    }

    /// The running gateway's state, when it has applied all that is durable.
    func check(_ gateway: SimulatedGateway, isNewProcess: Bool = false) {
        guard gateway.isRunning else { return }
        if gateway.dispatcher.lastSequence > lastSequence {
            // Applied before it was durable: an answer may have left. Found by what was answered.
            return
        }
        guard gateway.dispatcher.lastSequence == lastSequence, checked < lastSequence || isNewProcess else {
            return
        }
        checked = lastSequence
        if gateway.dispatcher.stateHash() != shadow.stateHash() {
            report(.replayGivesState, "state differs from a replay up to record \(lastSequence.value)")
        }
        for wrong in gateway.dispatcher.checkInvariants() { report(.invariants, wrong) }
        checkQueues(gateway)
    }

    private static func precedes(_ left: Alert, _ right: Alert) -> Bool {
        if left.queuePriority != right.queuePriority { return left.queuePriority < right.queuePriority }
        if left.escalation != right.escalation { return left.escalation > right.escalation }
        return left.id < right.id
    }

    /// No step may be overdue by more than the lanes and the disk take.
    ///
    /// - Parameter aliveTicks: for how long this process has been running.
    func checkSteps(at now: Instant, aliveTicks: Int) {
        guard aliveTicks > ReferenceModel.lateTicksMax else { return }
        for (id, lateMs) in model.lateSteps(at: now) {
            report(.escalationInTime, "alert \(id.value) is \(lateMs) ms behind its next step")
        }
    }

    private func checkQueues(_ gateway: SimulatedGateway) {
        var units: Set<UnitID> = []
        var seen: [AlertID: ReferenceModel.OpenAlert] = [:]
        for centre in gateway.dispatcher.queueCentres {
            var last: Alert?
            for alert in gateway.dispatcher.openAlerts(centre) {
                if let last, !Self.precedes(last, alert) {
                    report(.queueOrder, "\(centre): \(alert.id.value) behind \(last.id.value)")
                }
                last = alert
                if alert.isTechnical { continue }
                if !units.insert(alert.unit).inserted {
                    report(.oneAlertAUnit, "\(alert.unit) has a second open alert \(alert.id.value)")
                }
                var expected = model.open[alert.id]
                expected?.hasArrived = false
                let found = ReferenceModel.OpenAlert(
                    unit: alert.unit, centre: alert.centre, priority: alert.priority, owner: alert.owner,
                    presses: Int(alert.pressCount), level: alert.escalation, rings: alert.ringCount,
                    queuePriority: alert.queuePriority)
                if expected != found { report(.agreesWithModel, "alert \(alert.id.value) is \(found)") }
                seen[alert.id] = found
            }
        }
        for id in model.open.keys.sorted() where seen[id] == nil {
            report(.agreesWithModel, "alert \(id.value) is in no queue")
        }
    }
}
