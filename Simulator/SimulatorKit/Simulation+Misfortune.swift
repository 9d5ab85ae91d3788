// Faults that nobody in the simulation causes. Each has its own chance in a tick; a theme adds a line to the list.

import AlertDispatch
import AlertModel

extension Simulation {
    /// What may happen in each tick of the storm, with its chance per mille.
    func misfortune() {
        if random.chance(perMille: killPerMille) { killGateway() }
        if random.chance(perMille: killPerMille) { breakDisk() }
        if random.chance(perMille: 10) { stepClock() }
        if random.chance(perMille: 12) { setCentreState() }
        if random.chance(perMille: 4) { changePolicy() }
        if random.chance(perMille: 10) { changeRegistry() }
        if random.chance(perMille: 3) { loseAllLinks() }
        if random.chance(perMille: 4) { cutUnits() }
        if random.chance(perMille: 6) { maintain() }
        if random.chance(perMille: 20) { commandAUnit() }
        if random.chance(perMille: 5) { rushForAnAlert() }
        if random.chance(perMille: 25) {
            gateway.keepHouse(removesSegments: settings.removesSegments, &random)
        }
    }

    private func killGateway() {
        gateway.lightFuse(random.below(6))
        tell(.world, Said("the gateway will be killed"))
    }

    /// At one of the next writes or syncs.
    private func breakDisk() {
        guard gateway.isRunning, let kind = random.pick(SimulatedDisk.Accident.allCases) else { return }
        gateway.disk.plan(kind, after: random.below(6))
        tell(.world, Said("the disk will fail: \(kind)"))
    }

    /// Mostly by seconds, now and then by an hour; in a process or between two.
    private func stepClock() {
        let rangeMs = random.chance(perMille: 150) ? 3_600_000 : 10_000
        clockOffsetMs = Int64(random.below(2 * rangeMs)) - Int64(rangeMs)
        totals.count(.clockSteps)
        tell(.world, Said("the wall clock is set: \(clockOffsetMs) ms off"))
    }

    private func setCentreState() {
        guard let centre = random.pick(centres), let officer = officers.first else { return }
        // Mostly back to active, so that centres are there to be chosen.
        let state = random.chance(perMille: 500) ? CentreState.active : random.pick(CentreState.allCases)
        let set = CentreStateSet(centre: centre, state: state ?? .active, officer: officer.id)
        gateway.receive(.centreStateSet(set), at: now)
        totals.count(.changes)
    }

    private func changePolicy() {
        guard let centre = random.pick(centres) else { return }
        gateway.receive(.policyChanged(policy(of: centre)), at: now)
        totals.count(.changes)
    }

    private func changeRegistry() {
        guard let unit = random.pick(Array(units.dropLast())) else { return }
        if random.chance(perMille: 300) {
            gateway.receive(.unitRemoved(unit.id), at: now)
        } else {
            register(unit)
        }
        totals.count(.changes)
    }

    /// A carrier is gone: every unit loses every path at once, and all come back at once.
    private func loseAllLinks() {
        for unit in units {
            for link in unit.paths.compactMap({ $0 }) {
                unit.disconnected(link)
                lose(link, .silent, noticedAt: tick + random.below(60))
            }
        }
        tell(.world, Said("every link is gone"))
    }
}
