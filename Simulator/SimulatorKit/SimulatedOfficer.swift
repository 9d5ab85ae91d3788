// An officer at a console: sees the feed late, races the others for claims, sometimes errs, comes and goes.

import AlertModel

final class SimulatedOfficer {
    let id: OfficerID
    /// The centre whose queue the console watches.
    let home: CentreID
    private let centres: [CentreID]
    /// Open alerts as the console shows them.
    private(set) var view: [AlertID: Alert] = [:]
    private var delayed: [(due: Int, entry: FeedEntry)] = []
    /// The command that was sent and not answered.
    private var waitingFor: CommandID?
    /// When the console comes back; nil while it is there.
    private(set) var returnsAt: Int?
    /// Whether the officer only does what brings alerts to their end.
    var isDiligent = false
    /// How likely the officer does something in a tick.
    var hastePerMille = 300
    /// A slow console hears everything so many ticks late at most.
    var delayTicksMax = 4
    /// Whether anything was heard since the list was compared last.
    var hasNews = false

    init(_ id: OfficerID, home: CentreID, centres: [CentreID]) {
        self.id = id
        self.home = home
        self.centres = centres
    }

    var isPresent: Bool { returnsAt == nil }
    /// Whether everything that was sent is shown.
    var hasHeardAll: Bool { delayed.isEmpty }

    func hear(_ entry: FeedEntry, due: Int) {
        guard isPresent else { return }
        // A stream keeps its order.
        delayed.append((max(due, delayed.last?.due ?? 0), entry))
    }

    /// The console's connection is gone: it starts from nothing.
    func leave(until tick: Int) {
        view.removeAll()
        delayed.removeAll()
        waitingFor = nil
        returnsAt = tick
    }

    /// The console is back; the list comes next.
    func comeBack() { returnsAt = nil }

    /// What the officer does at this tick.
    ///
    /// - Parameter command: makes a new command's number.
    func act(tick: Int, _ random: inout SeededGenerator, command: () -> CommandID) -> Event? {
        takeFeed(tick)
        guard waitingFor == nil, random.chance(perMille: isDiligent ? 700 : hastePerMille) else { return nil }
        guard let chosen = random.pick(view.keys.sorted()), let alert = view[chosen] else { return nil }
        if alert.owner == nil, random.chance(perMille: alert.stage == .stored ? 600 : 300) {
            return .alertShown(AlertShown(alert: alert.id, officer: id))
        }
        guard let action = choose(alert, &random) else { return nil }
        let number = command()
        waitingFor = number
        let forgetsOutcome = !isDiligent && random.chance(perMille: 100)
        let outcome = action == .close && !forgetsOutcome ? random.pick(Outcome.allCases) : nil
        return .officerAction(
            OfficerAction(
                command: number, alert: alert.id, officer: id, action: action, outcome: outcome,
                note: random.chance(perMille: action == .note ? 900 : 200) ? "note \(number.value)" : "",
                to: action == .transfer ? random.pick(centres) : nil))
    }

    private func choose(_ alert: Alert, _ random: inout SeededGenerator) -> ActionKind? {
        guard let owner = alert.owner else {
            let isDifferent = !isDiligent && random.chance(perMille: 100)
            return isDifferent ? random.pick([.note, .reRing, .transfer]) : .claim
        }
        if owner == id {
            if isDiligent { return .close }
            return random.pick([
                .dispatch, .dispatch, .arrive, .arrive, .close, .release, .claim, .note, .transfer,
            ])
        }
        // Somebody else's alert: mostly left alone.
        return !isDiligent && random.chance(perMille: 100) ? random.pick(ActionKind.allCases) : nil
    }

    private func takeFeed(_ tick: Int) {
        let count = delayed.prefix { $0.due <= tick }.count
        if count > 0 { hasNews = true }
        for (_, entry) in delayed.prefix(count) {
            switch entry {
            case .alert(let alert): view[alert.id] = alert.isOpen ? alert : nil
            case .result(let command, _): if command == waitingFor { waitingFor = nil }
            case .centre, .centreSituation, .unit, .unitGone, .maintenance, .unitCommand: break
            }
        }
        delayed.removeFirst(count)
    }
}
