// A unit as the protocol wants it: keeps a message until it is answered, repeats it on both paths, and
// lights the lamp of the newest stage.

import AlertModel

final class SimulatedUnit {
    let id: UnitID
    private(set) var boot: UInt32 = 1
    private var counter: UInt32 = 0
    /// The links of both paths; nil while a path is down.
    private(set) var paths: [LinkID?] = [nil, nil]
    /// The last link of each path in this boot, whose session a new one may carry on.
    var lastLinks: [LinkID?] = [nil, nil]
    /// Messages that were not answered yet; survives a reboot.
    private(set) var outbox: [(id: MessageID, event: Event)] = []
    private var lastPress: UInt32?
    /// Somebody carried it away from where it was surveyed.
    var isMoved = false
    /// No path can be had before this tick.
    var cutUntil = 0
    /// Conditions that last.
    private(set) var brokenFaults: Set<FaultKind> = []
    /// Boots in which the unit had something to say.
    private(set) var talkingBoots: Set<UInt32> = []
    /// The newest stage of each alert the unit heard of.
    private(set) var lamps: [AlertID: (stage: Stage, at: WallTime)] = [:]

    /// How often each command came.
    private var commandTimes: [JournalSequence: Int] = [:]

    init(_ id: UnitID) { self.id = id }

    private func nextMessage() -> MessageID {
        counter += 1
        talkingBoots.insert(boot)
        return MessageID(unit: id, boot: boot, counter: counter)
    }

    func press(_ category: Category, at now: WallTime) {
        let message = nextMessage()
        if category != .test { lastPress = message.counter }
        let press = Press(id: message, category: category, pressedAt: now, receivedAt: now, position: nil)
        outbox.append((message, .press(press)))
    }

    func cancel(at now: WallTime) {
        guard let lastPress else { return }
        let message = nextMessage()
        outbox.append((message, .cancel(Cancel(id: message, pressCounter: lastPress, cancelledAt: now))))
    }

    func toggle(_ fault: FaultKind, at now: WallTime) {
        let message = nextMessage()
        let report = FaultReport(id: message, fault: fault, changedAt: now, detail: 0)
        let begins = brokenFaults.insert(fault).inserted
        if !begins { brokenFaults.remove(fault) }
        outbox.append((message, begins ? .faultBegan(report) : .faultEnded(report)))
    }

    /// Boot identifiers differ from each other and are in no order.
    func reboot() {
        boot = boot &* 2_654_435_761 &+ 1
        counter = 0
        lastPress = nil
        paths = [nil, nil]
        lastLinks = [nil, nil]
    }

    /// The link whose session the next one of this path carries on: of every second one, half open or lost.
    func resumable(_ path: Int) -> LinkID? { lastLinks[path].flatMap { $0.value % 2 == 0 ? $0 : nil } }

    func connected(_ path: Int, _ link: LinkID) {
        paths[path] = link
    }

    func disconnected(_ link: LinkID) {
        for path in paths.indices where paths[path] == link { paths[path] = nil }
    }

    /// Takes an answer.
    ///
    /// - Parameter released: alerts whose lamp may go back, because an owner gave them back.
    /// - Returns: what the unit says to it, and what is wrong with it.
    func receive(_ answer: UnitAnswer, released: Set<AlertID>) -> (reply: Event?, wrong: String?) {
        switch answer {
        case .acknowledged(_, let boot, let counter):
            settle(boot: boot, counter: counter, isPress: false)
            return (nil, nil)
        case .close(let link, _):
            disconnected(link)
            return (nil, nil)
        case .command(_, let id, _, let action): return (result(of: id, action), nil)
        case .stage(_, let boot, let counter, let alert, let stage, let at):
            settle(boot: boot, counter: counter, isPress: true)
            let reply = Event.stageConfirmed(StageConfirmation(unit: id, alert: alert, stage: stage))
            return (reply, light(alert, stage, at, mayGoBack: released.contains(alert)))
        }
    }

    /// Does a command once, and says so each time that it comes. Of two answers the first is that it began.
    private func result(of id: JournalSequence, _ action: CommandAction) -> Event {
        let times = commandTimes[id, default: 0]
        commandTimes[id] = times + 1
        let isLong = if case .restart = action { true } else { false }
        let state: UnitCommandState = isLong && times == 0 ? .started : .done
        return .unitCommandAnswered(UnitCommandAnswer(unit: self.id, id: id, state: state, value: 0, detail: ""))
    }

    private func settle(boot: UInt32, counter: UInt32, isPress: Bool) {
        outbox.removeAll { entry in
            entry.id.boot == boot && entry.id.counter == counter && (entry.event.kind == .press) == isPress
        }
    }

    /// The notice with the greater time is the newer one; `stored` never takes a lamp back.
    private func light(_ alert: AlertID, _ stage: Stage, _ at: WallTime, mayGoBack: Bool) -> String? {
        guard let shown = lamps[alert] else {
            lamps[alert] = (stage, at)
            return nil
        }
        if stage == .stored { return nil }
        if shown.stage != .stored {
            if at < shown.at { return nil }
            if at == shown.at, stage != shown.stage {
                return "\(id): \(shown.stage) and \(stage) of alert \(alert.value) have one time"
            }
        }
        lamps[alert] = (stage, at)
        // The notice of the release itself may have been lost.
        if stage < shown.stage, !mayGoBack {
            return "\(id): alert \(alert.value) went back from \(shown.stage) to \(stage)"
        }
        return nil
    }
}
