// Planned work on a unit, a road or a centre: begun by officers, ended by them or by its time. Presses go on.

import AlertModel

extension Simulation {
    /// Mostly begins one, of 1 to 8 s; now and then one that must be refused.
    func maintain() {
        guard let officer = officers.first?.id else { return }
        if random.chance(perMille: 300), let known = random.pick(referee.model.maintenance.all) {
            let id = random.chance(perMille: 100) ? JournalSequence(1 << 40) : known
            let ended = MaintenanceEnded(command: command(), maintenance: id, officer: officer)
            return send(.maintenanceEnded(ended))
        }
        let scopes: [MaintenanceScope?] = [
            random.pick(units).map { .unit($0.id) }, random.pick(Self.roads).map { .road($0) },
            random.pick(centres).map { .centre($0) },
        ]
        guard let scope = random.pick(scopes) ?? nil else { return }
        let set = MaintenanceSet(
            command: command(), scope: scope,
            durationS: random.chance(perMille: 50) ? 0 : UInt32(1 + random.below(8)),
            reason: random.chance(perMille: 50) ? " " : "cleaning", officer: officer)
        totals.count(.maintenance)
        send(.maintenanceSet(set))
    }

    private func send(_ event: Event) {
        tell(.officer, event.said)
        gateway.receive(event, at: now)
    }
}
