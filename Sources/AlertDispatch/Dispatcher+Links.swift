// Connections of units: up to two a unit, and what a unit is told when it comes back.

import AlertModel

extension Dispatcher {
    /// A link came up, for a session that begins or for one that goes on.
    ///
    /// A resumption is no lesser arrival: what the unit is told and judged by is the same, so that nothing depends on whose
    /// memory is better. But where the link that it carries on still stands, half open, the new one takes its place: the
    /// unit's other path stays, consoles see no gap, and the loss that nobody reported is counted.
    mutating func linkUp(_ link: LinkUp, at now: WallTime, effects: inout [Effect]) {
        let unit = unit(for: link.unit)
        let wasOnline = !unit.links.isEmpty
        let isNewBoot = unit.boots.last != link.boot
        let wasSupervised = unit.isSupervised
        unit.connected(boot: link.boot)
        if !wasSupervised { census.enter(unit) }
        let isHalfOpen = link.continues.map { unit.links.remove($0) } ?? false
        if let oldest = unit.links.add(link.link, path: link.path) {
            effects.append(.answer(.close(oldest, .replaced)))
        }
        supervise(unit, link, isNewBoot: isNewBoot, isHalfOpen: isHalfOpen)
        awaitTestAfterLinkUp(of: unit)
        examine(link, of: unit)
        if let state = unit.latestAlert {
            effects.append(.answer(notice(of: state, naming: state.latestPress, on: link.link)))
        }
        unit.capabilities = link.capabilities
        sendCommands(to: unit, on: link, at: now, effects: &effects)
        if !wasOnline {
            unit.linkChangedAt = now
            publish(unit, effects: &effects)
        }
    }

    /// A link that is not known any more was replaced or belongs to an earlier process: ignored.
    mutating func linkDown(_ link: LinkDown, at now: WallTime, effects: inout [Effect]) {
        guard let unit = units[link.unit], unit.links.remove(link.link) else { return }
        supervise(unit, link)
        guard unit.links.isEmpty else { return }
        unit.linkChangedAt = now
        publish(unit, effects: &effects)
    }

    /// Tells the unit the alert's stage on every link, naming the alert's latest press.
    func notify(_ unit: UnitState, of state: AlertState, effects: inout [Effect]) {
        unit.links.forEach { link in
            effects.append(.answer(notice(of: state, naming: state.latestPress, on: link)))
        }
    }

    /// Answers a press on every link: that it is stored, and the stage its alert has come to.
    func answer(_ id: MessageID, of unit: UnitState, stored press: StoredPress, effects: inout [Effect]) {
        unit.links.forEach { link in
            effects.append(
                .answer(
                    .stage(
                        link, boot: id.boot, counter: id.counter, alert: press.alert, stage: .stored,
                        at: press.storedAt)))
            if let state = alerts[press.alert] {
                guard state.alert.stage > .stored else { return }
                effects.append(.answer(notice(of: state, naming: id, on: link)))
            } else if let closed = closedAlerts[press.alert] {
                effects.append(
                    .answer(
                        .stage(
                            link, boot: id.boot, counter: id.counter, alert: press.alert, stage: .closed,
                            at: closed.closedAt)))
            }
        }
    }

    /// Says on every link that a cancel or a fault report is stored.
    func acknowledge(_ id: MessageID, of unit: UnitState, effects: inout [Effect]) {
        unit.links.forEach { link in
            effects.append(.answer(.acknowledged(link, boot: id.boot, counter: id.counter)))
        }
    }

    private func notice(of state: AlertState, naming press: MessageID, on link: LinkID) -> UnitAnswer {
        .stage(
            link, boot: press.boot, counter: press.counter, alert: state.alert.id, stage: state.alert.stage,
            at: state.stageAt)
    }
}
