import AlertDispatch
import AlertModel
import Settings
import Testing

@testable import GatewayApp

@Suite("Registry by events")
struct RegistrySyncTests {
    private func record(_ id: String, centre: String = "astana", place: String = "Бәйтерек") throws -> UnitRecord {
        UnitRecord(id: try UnitID(id), centre: try CentreID(centre), place: place, point: nil, reportingTimeS: 90)
    }

    private func registry(_ units: [UnitRecord]) throws -> Registry {
        Registry(centres: [CentreRecord(id: try CentreID("astana"), name: "Астана")], units: units)
    }

    /// Applies what the sync asks for, as the journal would.
    private func apply(_ registry: Registry, to dispatcher: inout Dispatcher) -> [Event.Kind] {
        let events = RegistrySync.events(from: dispatcher, to: registry)
        var effects: [Effect] = []
        for event in events {
            dispatcher.step(
                event, sequence: dispatcher.lastSequence.next,
                at: Instant(wall: WallTime(nanoseconds: 0), monotonic: MonotonicTime(nanoseconds: 0)),
                effects: &effects)
        }
        return events.map(\.kind)
    }

    @Test("only what differs is journaled: new, changed, gone; nothing the second time")
    func differences() throws {
        var dispatcher = Dispatcher()
        let first = try registry([try record("AST-0001"), try record("AST-0002")])
        #expect(apply(first, to: &dispatcher) == [.centreRegistered, .unitRegistered, .unitRegistered])
        #expect(apply(first, to: &dispatcher) == [])

        let second = try registry([try record("AST-0001", place: "Хан Шатыр"), try record("AST-0003")])
        #expect(apply(second, to: &dispatcher) == [.unitRegistered, .unitRegistered, .unitRemoved])
        #expect(apply(second, to: &dispatcher) == [])
        let place = dispatcher.unit(try UnitID("AST-0001"))?.record.place
        #expect(place == "Хан Шатыр")

        #expect(apply(first, to: &dispatcher) == [.unitRegistered, .unitRegistered, .unitRemoved])
    }
}
