// What happens in a tick: misfortune, units, officers, frames that arrive; and how a run ends.

import AlertDispatch
import AlertModel

extension Simulation {
    /// Faults that nobody in the simulation causes.
    func misfortune() {
        if random.chance(perMille: 15) { gateway.lightFuse(random.below(6)) }
        if random.chance(perMille: 10) { clockOffsetMs = Int64(random.below(20_000)) - 10_000 }
        if random.chance(perMille: 12), let centre = random.pick(centres), let officer = officers.first {
            // Mostly back to active, so that centres are there to be chosen.
            let state = random.chance(perMille: 500) ? CentreState.active : random.pick(CentreState.allCases)
            let set = CentreStateSet(centre: centre, state: state ?? .active, officer: officer.id)
            gateway.receive(.centreStateSet(set), at: now)
        }
        if random.chance(perMille: 12), let centre = random.pick(centres) {
            let watched = CentreWatched(centre: centre, consoles: UInt16(random.below(2)))
            gateway.receive(.centreWatched(watched), at: now)
        }
        if random.chance(perMille: 4), let centre = random.pick(centres) {
            gateway.receive(.policyChanged(policy(of: centre)), at: now)
        }
        if random.chance(perMille: 10), let unit = random.pick(Array(units.dropLast())) {
            if random.chance(perMille: 300) {
                gateway.receive(.unitRemoved(unit.id), at: now)
            } else {
                register(unit)
            }
        }
    }

    func deliverFrames() {
        let due = unnoticed.filter { $0.due <= tick }
        unnoticed.removeAll { $0.due <= tick }
        for (_, link, end) in due {
            guard let place = sessions.removeValue(forKey: link) else { continue }
            units[place].disconnected(link)
            gateway.receive(.linkDown(LinkDown(unit: units[place].id, link: link, end: end)), at: now)
        }
        for frame in network.arrivals(tick: tick) {
            switch frame {
            case .toGateway(let link, let event):
                if sessions[link] != nil { gateway.receive(received(event), at: now) }
            case .toUnit(let place, let answer): deliver(answer, to: units[place])
            }
        }
    }

    /// The gateway stamps a press with its own time.
    private func received(_ event: Event) -> Event {
        guard case .press(let press) = event else { return event }
        return .press(
            Press(
                id: press.id, category: press.category, pressedAt: press.pressedAt, receivedAt: now.wall,
                position: press.position))
    }

    private func deliver(_ answer: UnitAnswer, to unit: SimulatedUnit) {
        // What was on its way through a link that is gone is gone.
        guard unit.paths.contains(answer.link) else { return }
        let (reply, wrong) = unit.receive(answer, released: referee.model.released)
        if let wrong { referee.report(.stageOrder, wrong) }
        if let reply { network.send(.toGateway(answer.link, reply), tick: tick, &random) }
    }

    func live(_ place: Int) {
        let unit = units[place]
        if !isCalm { act(unit) }
        for path in unit.paths.indices { keepPath(path, of: place) }
        // Repeats everything that was not answered, on every path.
        if (tick + place) % 5 == 0 {
            for (_, event) in unit.outbox { for link in unit.paths { send(event, on: link) } }
        }
        if random.chance(perMille: 50) {
            let heartbeat = Heartbeat(
                power: .mains, batteryPercent: 90, signalDBm: -60, temperatureC: 20, isDoorOpen: false)
            send(.heartbeat(unit.id, heartbeat), on: random.pick(unit.paths) ?? nil)
        }
    }

    private func act(_ unit: SimulatedUnit) {
        if random.chance(perMille: 20), let category = random.pick(Category.allCases.filter(\.isPressed)) {
            unit.press(category, at: now.wall)
        }
        if random.chance(perMille: 8) { unit.cancel(at: now.wall) }
        if random.chance(perMille: 8), let fault = random.pick(Array(FaultKind.allCases.prefix(3))) {
            unit.toggle(fault, at: now.wall)
        }
        if random.chance(perMille: 4) {
            for link in unit.paths.compactMap({ $0 }) { lose(link, .silent, noticedAt: tick + random.below(60)) }
            unit.reboot()
        }
    }

    private func keepPath(_ path: Int, of place: Int) {
        let unit = units[place]
        if let link = unit.paths[path] {
            guard !isCalm, random.chance(perMille: 15) else { return }
            unit.disconnected(link)
            lose(link, .peerClosed, noticedAt: tick + random.below(40))
        } else if gateway.isRunning, random.chance(perMille: isCalm ? 500 : 120) {
            nextConnection += 1
            let link = LinkID(agent: 0, connection: nextConnection)
            sessions[link] = place
            unitOfLink[link] = unit.id
            unit.connected(path, link)
            gateway.receive(
                .linkUp(LinkUp(unit: unit.id, link: link, boot: unit.boot, firmware: 1, capabilities: 0)), at: now)
        }
    }

    private func send(_ event: Event, on link: LinkID?) {
        guard let link else { return }
        network.send(.toGateway(link, event), tick: tick, &random)
    }

    func work(_ officer: SimulatedOfficer) {
        let event = officer.act(tick: tick, &random) {
            nextCommand += 1
            return CommandID(nextCommand)
        }
        if let event {
            note("officer \(officer.id)", event)
            gateway.receive(event, at: now)
        }
    }

    /// Ends the storm: paths are good, nobody presses, officers bring their alerts to an end.
    func calm() {
        isCalm = true
        network.weather = .fair
        for officer in officers { officer.isDiligent = true }
    }

    /// Whether nothing is left to do.
    var isAtRest: Bool {
        guard gateway.isRunning, referee.model.open.isEmpty else { return false }
        return units.allSatisfy { unit in unit.outbox.isEmpty && hasHeardTheEnd(unit) }
    }

    private func hasHeardTheEnd(_ unit: SimulatedUnit) -> Bool {
        guard let newest = referee.model.newest[unit.id] else { return true }
        return unit.lamps[newest]?.stage == .closed
    }

    /// Says what never came to its end.
    func reportUnfinished() {
        if !gateway.isRunning { referee.report(.progress, "the gateway did not start again") }
        for id in referee.model.open.keys.sorted() {
            referee.report(.progress, "alert \(id.value) was never closed")
        }
        for unit in units {
            for (message, event) in unit.outbox {
                referee.report(.progress, "\(event.kind) \(message.counter) of \(unit.id) was never answered")
            }
            if !hasHeardTheEnd(unit) {
                referee.report(.progress, "\(unit.id) never heard that its alert is closed")
            }
            let known = Set(
                gateway.dispatcher.faults(unit.id).filter { $0.isActive && $0.kind.rawValue <= 3 }.map(\.kind))
            if known != unit.brokenFaults, !unit.hasHiddenBoot {
                referee.report(.agreesWithModel, "\(unit.id) has other faults than the gateway believes")
            }
        }
    }
}
