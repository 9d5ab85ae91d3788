// Consoles that come and go, officers at work, and fifty of them after one alert.

import AlertDispatch
import AlertModel

extension Simulation {
    /// Officers of a rush beside the crew: with these it is fifty.
    private static let rushers: [OfficerID] = names("rush", 50)

    /// Consoles lose their connections and come back; the gateway learns how many watch each centre.
    func comeAndGo() {
        for officer in officers {
            if let due = officer.returnsAt {
                if tick >= due || isCalm, gateway.isRunning { comeBack(officer) }
            } else if !isCalm, random.chance(perMille: 5) {
                // Some stay away so long that their centre is given up.
                officer.leave(until: tick + random.below(random.chance(perMille: 300) ? 400 : 40))
                tell(.world, Said("\(officer.id)'s console is gone"))
            }
        }
        guard gateway.isRunning else { return }
        for centre in centres {
            let count = officers.count { $0.isPresent && $0.home == centre }
            guard toldConsoles[centre, default: 0] != count else { continue }
            toldConsoles[centre] = count
            gateway.receive(.centreWatched(CentreWatched(centre: centre, consoles: UInt16(count))), at: now)
        }
    }

    /// The console loads the list and follows from there.
    private func comeBack(_ officer: SimulatedOfficer) {
        officer.comeBack()
        totals.count(.consoles)
        var entries: [FeedEntry] = []
        gateway.dispatcher.feedSnapshot { entries.append($0) }
        if settings.plantedBug == .forgetsAtResync, case .alert = entries.last { entries.removeLast() }
        for entry in entries { officer.hear(entry, due: tick) }
        tell(.world, Said("\(officer.id)'s console is back"))
    }

    func work(_ officer: SimulatedOfficer) {
        guard officer.isPresent, let event = officer.act(tick: tick, &random, command: command) else { return }
        tell(.officer, event.said)
        gateway.receive(event, at: now)
    }

    /// Fifty claims at once, in any order: one is done and 49 learn who won.
    func rushForAnAlert() {
        guard gateway.isRunning, let alert = random.pick(referee.model.open.keys.sorted()) else { return }
        totals.count(.rushes)
        tell(.world, Said("fifty officers claim alert \(alert.value)", alert: alert))
        for officer in Self.rushers.shuffled(using: &random) { act(.claim, of: officer, on: alert) }
    }

    /// Who won a rush gives the alert back after a while, or closes it.
    func settleRushes() {
        guard tick % 10 == 0, gateway.isRunning else { return }
        for (id, alert) in referee.model.open.sorted(by: { $0.key < $1.key }) {
            guard let owner = alert.owner, Self.rushers.contains(owner) else { continue }
            act(random.chance(perMille: 500) ? .release : .close, of: owner, on: id)
        }
    }

    private func act(_ action: ActionKind, of officer: OfficerID, on alert: AlertID) {
        let outcome: Outcome? = action == .close ? .duplicate : nil
        let event = Event.officerAction(
            OfficerAction(
                command: command(), alert: alert, officer: officer, action: action, outcome: outcome, note: ""))
        tell(.officer, event.said)
        gateway.receive(event, at: now)
    }
}
