// Ten million events as a large country makes them: links that come and go, test calls, faults, and alerts
// from the press to the end.

import AlertModel

/// Makes events of 20,000 units, one after another, the same in every run.
struct EventSource {
    let units: [UnitID]
    let centres: [CentreID]
    let officer: OfficerID
    private var counters: [UInt32]
    private var turn = 0
    private var pending: [Event] = []
    private var taken = 0
    private(set) var now = WallTime(nanoseconds: 1_700_000_000_000_000_000)

    init(units unitCount: Int) throws {
        units = try (0..<unitCount).map { try UnitID("UNIT-\($0)") }
        centres = try (0..<20).map { try CentreID("centre-\($0)") }
        officer = try OfficerID("aigerim")
        counters = Array(repeating: 0, count: unitCount)
        pending = [.gatewayStarted(GatewayStarted(defaultCentre: centres[0]))]
        pending += centres.map { .centreRegistered(CentreRecord(id: $0, name: "\($0)")) }
        for (place, unit) in units.enumerated() {
            pending.append(
                .unitRegistered(
                    UnitRecord(
                        id: unit, centre: centres[place % centres.count], place: "Road A1, kilometre \(place)",
                        point: GeoPoint(latitudeE7: 511_000_000, longitudeE7: 714_000_000), reportingTimeS: 90)))
        }
    }

    /// - Parameter sequence: the record that the event will be: alerts are named by it.
    mutating func next(sequence: JournalSequence) -> Event {
        if taken == pending.count { refill(sequence.value) }
        taken += 1
        now = WallTime(nanoseconds: now.nanoseconds + 3_000_000_017)
        return pending[taken - 1]
    }

    /// Twenty records: three test calls, one alert's whole life with a repeat, a fault, a link.
    private mutating func refill(_ first: UInt64) {
        pending.removeAll(keepingCapacity: true)
        taken = 0
        turn += 1
        let place = turn * 7_919 % units.count
        let unit = units[place]
        // The press is the first record, so the alert is named by it.
        let alert = AlertID(first)
        let raised = press(place, .police)
        pending += [raised, raised, .alertShown(AlertShown(alert: alert, officer: officer))]
        for (action, stage) in [(ActionKind.claim, Stage.answered), (.dispatch, .dispatched), (.close, .closed)] {
            pending.append(
                .officerAction(
                    OfficerAction(
                        command: CommandID(first), alert: alert, officer: officer, action: action,
                        outcome: action == .close ? .falsePress : nil, note: "")))
            pending.append(.stageConfirmed(StageConfirmation(unit: unit, alert: alert, stage: stage)))
        }
        for step in 1...3 { pending.append(press((place + step) % units.count, .test)) }
        let report = FaultReport(id: message(place), fault: .mainsLost, changedAt: now, detail: 0)
        pending += [
            .faultBegan(report),
            .faultEnded(FaultReport(id: message(place), fault: .mainsLost, changedAt: now, detail: 0)),
        ]
        for step in 4...6 {
            let other = units[(place + step) % units.count]
            let link = LinkID(agent: 0, connection: UInt64(turn) * 4 + UInt64(step))
            pending.append(.linkUp(LinkUp(unit: other, link: link, boot: 1, firmware: 1, capabilities: 0)))
            pending.append(.linkDown(LinkDown(unit: other, link: link, end: .peerClosed)))
        }
    }

    private mutating func press(_ place: Int, _ category: Category) -> Event {
        .press(Press(id: message(place), category: category, pressedAt: now, receivedAt: now, position: nil))
    }

    private mutating func message(_ place: Int) -> MessageID {
        counters[place] += 1
        return MessageID(unit: units[place], boot: 1, counter: counters[place])
    }
}
