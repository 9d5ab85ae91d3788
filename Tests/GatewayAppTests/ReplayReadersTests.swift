import AlertDispatch
import AlertModel
import Testing

@testable import ConsoleAPI
@testable import GatewayApp

@Suite("Consoles after a replay")
struct ReplayReadersTests {
    /// Many more changes than are kept, of alerts and units that come and go.
    @Test("the feed knows what it would know had it heard every change", arguments: [40, 3_000] as [UInt64])
    func sameState(rounds: UInt64) throws {
        var dispatcher = Dispatcher()
        var effects: [Effect] = []
        let heard = ConsoleFeed()
        let told = ConsoleFeed()
        var changes = LatestChanges(since: .zero)
        let centre = try CentreID("astana")
        let officer = try OfficerID("aliya")
        func step(_ event: Event) {
            let sequence = dispatcher.lastSequence.next
            let at = Instant(
                wall: WallTime(nanoseconds: Int64(sequence.value)), monotonic: MonotonicTime(nanoseconds: 1))
            dispatcher.step(event, sequence: sequence, at: at, effects: &effects)
            for case .feed(let entry) in effects {
                if case .result = entry { continue }
                heard.apply(entry, sequence: sequence)
                changes.add(entry, sequence: sequence)
            }
            effects.removeAll(keepingCapacity: true)
        }
        step(.gatewayStarted(GatewayStarted(defaultCentre: centre)))
        step(.centreRegistered(CentreRecord(id: centre, name: "Астана")))
        for round in 1...rounds {
            let unit = try UnitID("unit-\(round % 700)")
            let link = LinkID(round)
            step(.linkUp(LinkUp(unit: unit, link: link, boot: 1, firmware: 1, capabilities: 0)))
            step(
                .press(
                    Press(
                        id: MessageID(unit: unit, boot: 1, counter: UInt32(round)), category: .police,
                        pressedAt: WallTime(nanoseconds: 1), receivedAt: WallTime(nanoseconds: 1), position: nil)))
            guard round % 3 > 0, let alert = dispatcher.nextAlert(centre)?.id else { continue }
            for action in [ActionKind.claim, .close] {
                step(
                    .officerAction(
                        OfficerAction(
                            command: CommandID(round), alert: alert, officer: officer, action: action,
                            outcome: action == .close ? .real : nil, note: "")))
            }
            if round % 2 == 0 { step(.linkDown(LinkDown(unit: unit, link: link, end: .goodbye))) }
        }
        changes.tell(told, of: dispatcher)
        #expect(told.lastSequence == heard.lastSequence)
        #expect(
            told.openAlerts(of: centre).alerts.map(\.alert) == heard.openAlerts(of: centre).alerts.map(\.alert))
        #expect(told.units(of: centre).units == heard.units(of: centre).units)
        #expect(!told.openAlerts(of: centre).alerts.isEmpty && !told.units(of: centre).units.isEmpty)
        let view = (told.centre(centre), heard.centre(centre))
        #expect(view.0?.openAlerts == view.1?.openAlerts && view.0?.unitsOnline == view.1?.unitsOnline)
        // A console that was away for a moment gets exactly the last changes.
        let after = JournalSequence(dispatcher.lastSequence.value - 5)
        let missed = try told.subscribe(centres: [centre], after: after)
        #expect(missed.start == .resumed)
    }
}
