// Many units lost for one reason make one alert. The reason is what most of them share. Docs/supervision.md.

import AlertModel

/// Units that are lost together.
struct Outage {
    let key: OutageKey
    /// The alert that stands for all of them.
    let state: AlertState
    /// Those that are lost still; each names the alert.
    var members: Set<UnitID>
}

extension Dispatcher {
    /// How often a live count is told at most, nanoseconds.
    static var outageTellNs: UInt64 { 1_000_000_000 }
    /// An outage is over when fewer than this percent of its peak are lost still.
    static var outageOverPercent: Int { 5 }

    /// Open outages.
    public var outageCount: Int { outages.count }

    mutating func armOutageReview(inNs delayNs: UInt64) {
        let key = Self.outageReviewKey
        guard deadlines.armed[key] == nil else { return }
        deadlines.arm(key, at: clock.now.advanced(byNanoseconds: delayNs))
    }

    private static var outageReviewKey: TimerKey { TimerKey(kind: .outageReview, high: 0, low: 0) }

    /// Looks at all that were lost lately together; at most one new outage for each record.
    mutating func outageReviewIsDue(at now: WallTime, effects: inout [Effect]) {
        joinOutages()
        tellOutages(at: now, effects: &effects)
        if let found = findOutage() {
            raise(found.key, found.units, at: now, effects: &effects)
            deadlines.arm(Self.outageReviewKey, at: clock.now)
        } else if census.lostLately.contains(where: { units[$0]?.supervision.isLossHeld == true }) {
            armOutageReview(inNs: Self.outageTellNs)
        }
    }

    /// Those lost lately, without those that came back or were lost too long ago, which are dropped.
    private mutating func lostLately() -> [UnitState] {
        var lost: [UnitState] = []
        var gone: [UnitID] = []
        // In order of identifier: what follows arms deadlines, and their numbers are durable.
        for id in census.lostLately.sorted() {
            if let unit = units[id], let lostAt = unit.supervision.lostAt,
                clock.now.nanosecondsSince(lostAt) <= Census.windowNs
            {
                lost.append(unit)
            } else {
                gone.append(id)
            }
        }
        census.forget(gone)
        return lost
    }

    /// Later ones of an outage that is known.
    private mutating func joinOutages() {
        guard !outages.isEmpty else { return }
        var open: [OutageKey: AlertID] = [:]
        for (id, outage) in outages { open[outage.key] = id }
        for unit in lostLately()
        where unit.supervision.outage == nil && unit.supervision.maintenanceEndsAt == nil {
            guard let key = OutageKey.all(of: unit.record).sorted().first(where: { open[$0] != nil }),
                let id = open[key]
            else { continue }
            join(unit, id)
        }
    }

    private mutating func join(_ unit: UnitState, _ outage: AlertID) {
        leaveOutage(unit)
        outages[outage]?.members.insert(unit.record.id)
        unit.supervision.outage = outage
        unit.supervision.isLossHeld = false
        // A single alert that was raised just before is explained now.
        reviewSoon(unit)
    }

    /// What most of those lost lately share, when they are enough of all that share it.
    private mutating func findOutage() -> (key: OutageKey, units: [UnitState])? {
        // What is switched off on purpose is no outage.
        let lost = lostLately().filter { $0.supervision.maintenanceEndsAt == nil }
        guard lost.contains(where: { $0.supervision.outage == nil }) else { return nil }
        var counts: [OutageKey: (lost: Int, free: Int)] = [:]
        for unit in lost {
            let isFree = unit.supervision.outage == nil
            for key in OutageKey.all(of: unit.record) {
                let known = counts[key] ?? (0, 0)
                counts[key] = (known.lost + 1, known.free + (isFree ? 1 : 0))
            }
        }
        var best: (key: OutageKey, score: Int)?
        for (key, count) in counts where count.free > 0 && !outages.values.contains(where: { $0.key == key }) {
            let all = max(census.units[key] ?? 0, count.lost)
            guard count.lost >= Int(supervision.groupUnitsMin),
                count.lost * 100 >= all * Int(supervision.groupSharePercent)
            else { continue }
            // Of two reasons the better is the one that explains more of the losses and less of what still works.
            let score = count.lost * count.lost * 1_000 / all
            if let best, (score, best.key) < (best.score, key) { continue }
            best = (key, score)
        }
        guard let key = best?.key else { return nil }
        return (key, lost.filter { OutageKey.all(of: $0.record).contains(key) })
    }

    private mutating func raise(
        _ key: OutageKey, _ lost: [UnitState], at now: WallTime, effects: inout [Effect]
    ) {
        guard let first = lost.min(by: { $0.record.id < $1.record.id }) else { return }
        let centres = Set(lost.map(\.record.centre))
        let centre = centres.count == 1 ? first.record.centre : defaultCentre ?? first.record.centre
        let state = makeTechnical(
            unit: first.record.id, centre: centre, category: .linkLost, priority: .property, at: now)
        state.alert.faults = FaultSet(.linkLost)
        outages[state.alert.id] = Outage(key: key, state: state, members: [])
        for unit in lost { join(unit, state.alert.id) }
        let count = UInt32(clamping: lost.count)
        state.alert.outage = OutageSummary(scope: key.scope, name: key.name, lost: count, peak: count)
        totals.outages &+= 1
        beginWait(state, isSeen: false)
        publish(state, effects: &effects)
    }

    /// A unit of an outage is back, or belongs to another one.
    mutating func leaveOutage(_ unit: UnitState) {
        guard let id = unit.supervision.outage else { return }
        unit.supervision.outage = nil
        outages[id]?.members.remove(unit.record.id)
        armOutageReview(inNs: Self.outageTellNs)
    }

    /// Tells how many are lost now, and ends what is over.
    private mutating func tellOutages(at now: WallTime, effects: inout [Effect]) {
        for id in outages.keys.sorted() {
            guard let outage = outages[id], var summary = outage.state.alert.outage,
                outage.state.alert.clearedAt == nil
            else { continue }
            let lost = outage.members.count
            guard summary.lost != UInt32(clamping: lost) else { continue }
            summary.lost = UInt32(clamping: lost)
            summary.peak = max(summary.peak, summary.lost)
            outage.state.alert.outage = summary
            let isOver =
                lost < max(1, Int(supervision.groupUnitsMin))
                && lost * 100 <= Int(summary.peak) * Self.outageOverPercent
            if isOver { end(outage, at: now, effects: &effects) } else { publish(outage.state, effects: &effects) }
        }
    }

    /// Those that did not come back are named in its note and get alerts of their own.
    private mutating func end(_ outage: Outage, at now: WallTime, effects: inout [Effect]) {
        let missing = outage.members.sorted()
        if !missing.isEmpty, outage.state.alert.note.isEmpty {
            outage.state.alert.note = Self.list(missing)
        }
        clear(outage.state, at: now, effects: &effects)
        if let open = outages[outage.state.alert.id] {
            disband(open)
            outages[outage.state.alert.id]?.members = []
        }
    }

    private static func list(_ units: [UnitID]) -> String {
        let shown = units.prefix(20).map { "\($0)" }.joined(separator: ", ")
        return units.count > 20 ? "\(shown), +\(units.count - 20)" : shown
    }

    /// Whoever is lost still stands for itself from now on.
    mutating func disband(_ outage: Outage) {
        for id in outage.members.sorted() {
            guard let unit = units[id] else { continue }
            unit.supervision.outage = nil
            reviewSoon(unit)
        }
    }
}
