// The checkers. The referee reads only what is on the disk and what left the gateway, keeps its own account of both,
// and compares. Checks of one theme stand in a file of their own.

import AlertDispatch
import AlertModel

final class Referee {
    private(set) var violations: [Violation] = []
    private(set) var model = ReferenceModel()
    var lingering = Lingering<Overdue>()
    /// Took every record on the disk, from the first, without a crash between.
    private(set) var shadow = Dispatcher()
    private var shadowEffects: [Effect] = []
    /// Stands at the last durable record.
    private(set) var walk = DurableRecords(from: .zero.next)
    private(set) var tick = 0
    /// The gateway's state that was checked last.
    private var checked = JournalSequence.zero

    /// The last durable record.
    var lastSequence: JournalSequence { shadow.lastSequence }

    func report(_ rule: Violation.Rule, _ detail: String, alert: AlertID? = nil, unit: UnitID? = nil) {
        let unit = unit ?? alert.flatMap { model.unitOfAlert[$0] }
        violations.append(Violation(rule: rule, tick: tick, detail: detail, alert: alert, unit: unit))
    }

    func begin(tick: Int) { self.tick = tick }

    /// Follows what became durable, as far as the journal says that it did.
    ///
    /// - Parameter body: takes each new record, for a trace.
    func read(_ gateway: SimulatedGateway, _ body: (JournalSequence, Event) -> Void) {
        while lastSequence < gateway.durable {
            guard let record = walk.read(gateway.disk), record.sequence == lastSequence.next else {
                let missing = lastSequence.next.value
                report(.answeredIsDurable, "record \(missing) is said to be durable and not on the disk")
                return
            }
            guard let event = record.event else {
                report(.replayGivesState, "record \(record.sequence.value) is no event")
                return
            }
            body(record.sequence, event)
            model.apply(event, record.sequence, at: record.at)
            shadowEffects.removeAll(keepingCapacity: true)
            shadow.step(event, sequence: record.sequence, at: record.at, effects: &shadowEffects)
            hear(shadowEffects)
        }
    }

    /// That the gateway raised an alert of its own is learnt from what it tells.
    private func hear(_ effects: [Effect]) {
        for case .feed(.alert(let alert)) in effects where alert.isTechnical {
            guard let wrong = model.heard(alert) else { continue }
            report(.agreesWithModel, "technical alert \(alert.id.value) \(wrong)", alert: alert.id)
        }
        for unit in model.technical.answeredUnits {
            model.lasts(shadow.unit(unit)?.faults ?? [], of: unit)
        }
    }

    /// Everything that was said must stand on the disk.
    func check(_ output: GatewayOutput, unitOfLink: (LinkID) -> UnitID?) {
        for answer in output.answers {
            guard case .stage(let link, let boot, let counter, let alert, .stored, _) = answer,
                let unit = unitOfLink(link)
            else { continue }
            let press = MessageID(unit: unit, boot: boot, counter: counter)
            if model.presses[press] == nil {
                report(
                    .answeredIsDurable, "press \(counter) of \(unit) was answered and is not on the disk",
                    alert: alert, unit: unit)
            }
        }
        for entry in output.feed {
            guard case .result(let command, let result) = entry else { continue }
            check(result, of: command)
        }
    }

    /// Done or refused as it must be, with the reason and the owner that people are told.
    private func check(_ result: CommandResult, of command: CommandID) {
        guard let verdict = model.verdicts[command] else {
            report(.answeredIsDurable, "command \(command.value) was answered and is not on the disk")
            return
        }
        let expected: CommandResult =
            verdict.reason.map { .refused($0, owner: verdict.owner) } ?? .done(verdict.alert)
        guard result != expected else { return }
        report(
            .agreesWithModel, "command \(command.value) came to \(result), not to \(expected)",
            alert: verdict.alert)
    }

    /// The running gateway's state, when it has applied all that is durable.
    func check(_ gateway: SimulatedGateway, isNewProcess: Bool = false) {
        guard gateway.isRunning else { return }
        if gateway.dispatcher.lastSequence > lastSequence {
            // Applied before it was durable: an answer may have left. Found by what was answered.
            return
        }
        if isNewProcess, gateway.dispatcher.lastSequence < lastSequence {
            let (has, had) = (gateway.dispatcher.lastSequence.value, lastSequence.value)
            report(.answeredIsDurable, "a start came to record \(has), and \(had) was durable")
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
        checkLinks(gateway)
        checkCommands(gateway)
    }

    /// No step may be overdue by more than the lanes and the disk take.
    ///
    /// - Parameter aliveTicks: for how long this process has been running.
    func checkSteps(at now: Instant, aliveTicks: Int) {
        guard aliveTicks > ReferenceModel.lateTicksMax else { return }
        for (id, lateMs) in model.lateSteps(at: now) {
            report(.escalationInTime, "alert \(id.value) is \(lateMs) ms behind its next step", alert: id)
        }
        for id in model.lateMaintenance(at: now) {
            report(.maintenanceIsBoxed, "maintenance \(id.value) goes on for 3 s and more behind its end")
        }
        for id in model.lateCommands(at: now) {
            report(.commandsEnd, "command \(id.value) goes on for 3 s and more behind its end")
        }
        // The auditor's ten seconds count while somebody is there to ask it.
        guard aliveTicks > ReferenceModel.lateTicksMax + 200 else { return }
        for id in model.unnoticed(at: now) {
            report(.auditInTime, "nobody looks at alert \(id.value), and the auditor does not say so", alert: id)
        }
    }
}
