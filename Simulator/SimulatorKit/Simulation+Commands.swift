// Commands that officers give units: some to units that are away, some that cannot be given.

import AlertModel

extension Simulation {
    /// Mostly one that the unit does, of 1 to 8 s; now and then one that must be refused.
    func commandAUnit() {
        guard let officer = officers.first?.id, let unit = random.pick(units) else { return }
        let timeoutS = random.chance(perMille: 50) ? 0 : UInt16(1 + random.below(8))
        let action = random.pick([
            CommandAction.siren(seconds: UInt16(random.below(60))),
            .announce(message: 3, language: "kk", text: ""),
            .restart(afterSeconds: 2),
        ])
        // A crowd of commands now and then: there may not be more than eight under way.
        for _ in 0..<(random.chance(perMille: 100) ? 10 : 1) {
            let given = UnitCommand(
                command: command(), unit: unit.id, officer: officer, timeoutS: timeoutS,
                action: action ?? .siren(seconds: 0))
            totals.count(.unitCommands)
            tell(.officer, Event.unitCommanded(given).said)
            gateway.receive(.unitCommanded(given), at: now)
        }
    }
}
