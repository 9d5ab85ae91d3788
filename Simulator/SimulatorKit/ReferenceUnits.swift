// The reference model's account of units: which links they hold, in which order their boots came, and whether the
// caller took the presses of an alert back.

import AlertModel

struct ReferenceUnits {
    /// Links that each unit holds, oldest first.
    private(set) var links: [UnitID: [LinkID]] = [:]
    private var paths: [LinkID: UInt8] = [:]
    /// Boots of each unit in the order of their first durable connection.
    private(set) var boots: [UnitID: [UInt32]] = [:]
    /// Of each alert: its newest message, by the unit's own order.
    private var newest: [AlertID: (message: MessageID, isCancel: Bool)] = [:]
    /// Alerts with messages of a boot that nobody had heard of: their order is anybody's guess.
    private var guessed: Set<AlertID> = []

    mutating func linkUp(_ up: LinkUp) {
        if boots[up.unit]?.contains(up.boot) != true { boots[up.unit, default: []].append(up.boot) }
        var held = links[up.unit, default: []]
        // A path that comes again takes the place of what it was.
        held.removeAll { $0 == up.link || $0 == up.continues || (up.path != 0 && paths[$0] == up.path) }
        paths[up.link] = up.path
        held.append(up.link)
        links[up.unit] = Array(held.suffix(2))
    }

    mutating func linkDown(_ down: LinkDown) { links[down.unit]?.removeAll { $0 == down.link } }

    /// A new process holds none.
    mutating func loseAllLinks() { links.removeAll() }

    /// A press or a cancel that belongs to an open alert.
    mutating func said(_ message: MessageID, of alert: AlertID, isCancel: Bool) {
        let order = boots[message.unit, default: []]
        let known = newest[alert]
        guard let place = order.firstIndex(of: message.boot) else {
            guessed.insert(alert)
            return
        }
        guard let known, let knownPlace = order.firstIndex(of: known.message.boot) else {
            newest[alert] = (message, isCancel)
            return
        }
        if (place, message.counter) > (knownPlace, known.message.counter) { newest[alert] = (message, isCancel) }
    }

    /// Whether the alert must be marked as taken back; nil when nobody can know.
    func isTakenBack(_ alert: AlertID) -> Bool? {
        guessed.contains(alert) ? nil : newest[alert]?.isCancel == true
    }
}
