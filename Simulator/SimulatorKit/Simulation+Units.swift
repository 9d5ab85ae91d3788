// Units and their paths: presses, cancels, faults, restarts, links, frames in both directions.

import AlertDispatch
import AlertModel

extension Simulation {
    /// Messages that a unit sends without an answer.
    private static let windowMessages = 8

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
                guard sessions[link] != nil else { continue }
                if event.kind.isUrgent, gateway.isLaneFull {
                    network.hold(frame, tick: tick)
                } else {
                    gateway.receive(received(event), at: now)
                }
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
        if let wrong { referee.report(.stageOrder, wrong, unit: unit.id) }
        if let reply { network.send(.toGateway(answer.link, reply), tick: tick, &random) }
    }

    func live(_ place: Int) {
        let unit = units[place]
        if !isCalm { act(unit) }
        for path in unit.paths.indices { keepPath(path, of: place) }
        // Repeats what was not answered, the oldest first, on every path, while the gateway reads.
        if (tick + place) % 5 == 0, !gateway.isLaneFull {
            for (_, event) in unit.outbox.prefix(Self.windowMessages) {
                for link in unit.paths { send(event, on: link) }
            }
        }
        if random.chance(perMille: 100), let report = position(of: unit) {
            send(report, on: random.pick(unit.paths) ?? nil)
        }
        if random.chance(perMille: 50) {
            let heartbeat = Heartbeat(
                power: .mains, batteryPercent: 90, signalDBm: -60, temperatureC: 20, isDoorOpen: false)
            send(.heartbeat(unit.id, heartbeat), on: random.pick(unit.paths) ?? nil)
        }
    }

    private func act(_ unit: SimulatedUnit) {
        if random.chance(perMille: 20), let category = random.pick(Category.allCases.filter(\.isPressed)) {
            // A button that is struck again and again.
            let presses = random.chance(perMille: 30) ? 30 : 1
            for _ in 0..<presses { unit.press(category, at: now.wall) }
            tell(.unit, Said("\(unit.id) is pressed \(presses) times (\(category))", unit: unit.id))
        }
        if random.chance(perMille: 8) { unit.cancel(at: now.wall) }
        if random.chance(perMille: 12), let fault = random.pick(Self.faults) {
            unit.toggle(fault, at: now.wall)
        }
        if random.chance(perMille: 5) {
            unit.isMoved.toggle()
            tell(.unit, Said("\(unit.id) is \(unit.isMoved ? "carried away" : "brought back")", unit: unit.id))
        }
        if random.chance(perMille: 4) {
            for link in unit.paths.compactMap({ $0 }) { lose(link, .silent, noticedAt: tick + random.below(60)) }
            unit.reboot()
            tell(.unit, Said("\(unit.id) starts again, boot \(unit.boot)", unit: unit.id))
        }
    }

    private func keepPath(_ path: Int, of place: Int) {
        let unit = units[place]
        if let link = unit.paths[path] {
            guard !isCalm, random.chance(perMille: 15) else { return }
            unit.disconnected(link)
            lose(link, .peerClosed, noticedAt: tick + random.below(40))
        } else if gateway.isRunning, tick >= unit.cutUntil || isCalm, random.chance(perMille: isCalm ? 500 : 120) {
            nextConnection += 1
            let link = LinkID(agent: 0, connection: nextConnection)
            sessions[link] = place
            unitOfLink[link] = unit.id
            unit.connected(path, link)
            totals.count(.links)
            gateway.receive(
                .linkUp(hello(of: unit, link: link, path: path, continues: unit.resumable(path))), at: now)
            unit.lastLinks[path] = link
        }
    }

    private func send(_ event: Event, on link: LinkID?) {
        guard let link else { return }
        network.send(.toGateway(link, event), tick: tick, &random)
    }
}
