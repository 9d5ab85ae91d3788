// The scenario's steps, done when their time comes. On the fleet's thread.

import AlertModel
import LinuxIO
import SimulatedField

/// How far a scenario has come.
struct ScenarioCursor {
    let plan: ScenarioPlan
    /// When it began; nil before.
    var startedAt: MonotonicTime?
    var step = 0
    var announcement = 0

    init(_ plan: ScenarioPlan) { self.plan = plan }

    /// When there is something to do; nil before the begin.
    var nextAt: MonotonicTime? {
        let laterNs = step < plan.steps.count ? plan.steps[step].atNs : plan.durationNs
        let toldNs = announcement < plan.announcements.count ? plan.announcements[announcement].atNs : laterNs
        return startedAt?.advanced(byNanoseconds: min(laterNs, toldNs))
    }
}

/// New connections a second, with at most a tenth of a second's saved up. A bucket of tokens.
struct ConnectBudget {
    private let perS: Double
    private var tokens: Double
    private var filledAt: MonotonicTime

    init(perS: Int, now: MonotonicTime) {
        self.perS = Double(max(1, perS))
        tokens = 1
        filledAt = now
    }

    /// Whether one more may begin now.
    mutating func take(now: MonotonicTime) -> Bool {
        tokens = min(max(1, perS / 10), tokens + Double(now.nanosecondsSince(filledAt)) / 1e9 * perS)
        filledAt = now
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }
}

extension FleetWorker {
    /// Begins once everybody is there, or the grace is over, and does what is due.
    func actDue(startBy: MonotonicTime, now: Instant) {
        guard var cursor = acts else { return }
        if cursor.startedAt == nil {
            guard figures.online == members.count || startBy <= now.monotonic else { return }
            cursor.startedAt = now.monotonic
            fleet.terminal.line("\(figures.online) of \(members.count) units are online; the scenario begins")
        }
        guard let startedAt = cursor.startedAt else { return }
        let elapsedNs = now.monotonic.nanosecondsSince(startedAt)
        figures.scenarioS = Double(elapsedNs) / 1e9
        let announcements = cursor.plan.announcements
        while cursor.announcement < announcements.count, announcements[cursor.announcement].atNs <= elapsedNs {
            let told = announcements[cursor.announcement]
            fleet.terminal.line("[\(told.atNs / 1_000_000_000) s] \(told.text)")
            cursor.announcement += 1
        }
        let steps = cursor.plan.steps
        while cursor.step < steps.count, steps[cursor.step].atNs <= elapsedNs {
            act(steps[cursor.step], now: now)
            cursor.step += 1
        }
        let isOver = cursor.plan.durationNs <= elapsedNs
        if isOver { figures.isScenarioDone = true }
        acts = isOver ? nil : cursor
    }

    private func act(_ step: PlannedStep, now: Instant) {
        let place = step.unit
        switch step.act {
        case .cut(let forNs, let silent):
            members[place].unit.cut(until: now.monotonic.advanced(byNanoseconds: forNs))
            if silent { silence(place) }
            lose(place, "the scenario cut it", now: now)
        case .press(let category): _ = press(place, category)
        case .cancel:
            let counter = members[place].latestPress
            guard counter > 0 else { return }
            let id = members[place].unit.cancel(pressCounter: counter, now: now)
            fleet.ledger.reported(id, kind: "cancel", at: now.monotonic)
            work(place, now: now)
        case .faultBegins(let fault, let detail):
            let id = members[place].unit.report(fault, begins: true, detail: detail, now: now)
            fleet.ledger.reported(id, kind: "fault_began", at: now.monotonic)
            work(place, now: now)
        case .faultEnds(let fault):
            let id = members[place].unit.report(fault, begins: false, detail: 0, now: now)
            fleet.ledger.reported(id, kind: "fault_ended", at: now.monotonic)
            work(place, now: now)
        case .clock(let errorNs):
            members[place].unit.breakClock(errorNs: errorNs)
            lose(place, "the scenario broke its clock", now: now)
        case .power(let source, let percent):
            members[place].unit.feed(source, batteryPercent: percent, now: now)
            work(place, now: now)
        case .move(let there):
            members[place].unit.move(to: there, now: now)
            work(place, now: now)
        }
    }

    /// Keeps the connection open below a unit that lost it, so that the gateway is not told.
    private func silence(_ place: Int) {
        guard let link = members[place].link, link.isSecured else { return }
        // Its events come under a number that nobody has any more; the kernel must not bring them again and again.
        try? fleet.epoll.remove(link.fd)
        members[place].deadLink = link
    }
}
