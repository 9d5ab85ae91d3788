import AlertDispatch
import AlertModel
import EventRing
import Foundation
import History
import Settings
import Testing

@testable import GatewayApp

@Suite("Registry while the gateway runs", .timeLimit(.minutes(5)))
struct RegistryLaneTests {
    private func record(_ number: Int, place: String = "Бәйтерек", centre: String = "astana") throws -> UnitRecord
    {
        UnitRecord(
            id: try UnitID("AST-\(number)"), centre: try CentreID(centre), place: place, point: nil,
            reportingTimeS: 90)
    }

    private func centre(_ id: String, _ name: String) throws -> CentreRecord {
        CentreRecord(id: try CentreID(id), name: name)
    }

    private func step(_ events: [Event], _ dispatcher: inout Dispatcher) {
        var effects: [Effect] = []
        for event in events {
            dispatcher.step(
                event, sequence: dispatcher.lastSequence.next,
                at: Instant(wall: WallTime(nanoseconds: 0), monotonic: MonotonicTime(nanoseconds: 0)),
                effects: &effects)
        }
    }

    @Test("from registry to registry is what the dispatcher itself would ask for")
    func differencesAgree() throws {
        let one = Registry(
            centres: [try centre("astana", "Астана"), try centre("almaty", "Алматы")],
            units: try (1...20).map { try record($0) })
        let other = Registry(
            centres: [
                try centre("astana", "Астана қ."), try centre("almaty", "Алматы"), try centre("aktau", "Ақтау"),
            ],
            units: try (10...30).map { try record($0, place: $0 % 3 == 0 ? "Хан Шатыр" : "Бәйтерек") })
        var dispatcher = Dispatcher()
        step(RegistrySync.events(from: dispatcher, to: one), &dispatcher)
        let live = RegistrySync.events(from: one, to: other)
        #expect(Set(live) == Set(RegistrySync.events(from: dispatcher, to: other)))
        let counts = RegistrySync.counts(live)
        #expect(counts.centres == 2 && counts.units == 13 && counts.removedUnits == 9)
        step(live, &dispatcher)
        #expect(RegistrySync.events(from: dispatcher, to: other).isEmpty)
        #expect(RegistrySync.events(from: other, to: other).isEmpty)
    }

    private func area(_ id: String, _ centre: String, corners: Int, north: Int32 = 0) throws -> AreaRecord {
        let ring = (0..<corners).compactMap {
            GeoPoint(latitudeE7: north + Int32($0 % 2), longitudeE7: Int32($0))
        }
        return try #require(AreaRecord(id: try AreaID(id), centre: try CentreID(centre), ring: ring))
    }

    @Test("policies, areas and removed centres: at the start and live the same, in an order that always holds")
    func everythingElse() throws {
        let (astana, almaty) = (try CentreID("astana"), try CentreID("almaty"))
        let one = Registry(
            centres: [try centre("astana", "Астана"), try centre("almaty", "Алматы")],
            policies: [CentrePolicy(centre: astana, failover: almaty), CentrePolicy(centre: almaty)],
            areas: [try area("a", "almaty", corners: 200), try area("b", "almaty", corners: 3)],
            units: [try record(1, centre: "almaty")])
        let other = Registry(
            centres: [
                try centre("astana", "Астана"),
                CentreRecord(id: try CentreID("aktau"), name: "Ақтау", kind: .dutyDesk, state: .standby),
            ],
            policies: [CentrePolicy(centre: astana, unseenS: 9)],
            areas: [try area("a", "aktau", corners: 199), try area("c", "astana", corners: 65)],
            units: [try record(1, centre: "astana")])
        var dispatcher = Dispatcher()
        let first = RegistrySync.events(from: dispatcher, to: one)
        #expect(
            RegistrySync.counts(first).text
                == "2 centres and 1 units new or changed, 0 units removed, 2 areas new or changed")
        step(first, &dispatcher)
        #expect(RegistrySync.events(from: dispatcher, to: one).isEmpty)
        let live = RegistrySync.events(from: one, to: other)
        #expect(live == RegistrySync.events(from: dispatcher, to: other))
        #expect(
            live.map(\.kind) == [.centreRegistered, .policyChanged]
                + [Event.Kind](repeating: .areaRegistered, count: 6)
                + [.unitRegistered, .areaRemoved, .centreRemoved])
        #expect(
            RegistrySync.counts(live).text == "2 centres and 1 units new or changed, 0 units removed, "
                + "2 areas new or changed, 1 areas removed, 1 centres removed")
        step(live, &dispatcher)
        #expect(RegistrySync.events(from: dispatcher, to: other).isEmpty)
        // What a supervisor said stands, whatever the registry says at the next start.
        step(
            [.centreStateSet(CentreStateSet(centre: astana, state: .full, officer: try OfficerID("dana")))],
            &dispatcher)
        #expect(RegistrySync.events(from: dispatcher, to: other).isEmpty)
        let state = dispatcher.state(of: astana)
        #expect(state == .full)
    }

    @Test("more than the lane holds waits for room and comes in order")
    func backPressure() async throws {
        let ring = RecordRing(capacitySlots: 64)
        let lane = RegistryLane(lane: ring.takeProducer(), doorbell: try Doorbell())
        let consumer = ring.takeConsumer(0)
        let events = try (1...500).map { Event.unitRegistered(try record($0)) }
        async let published: Void = lane.publish(events)
        var received: [Event] = []
        while received.count < events.count {
            _ = consumer.drain(max: 8) { kind, body in
                if let event = try? Event(kind: kind, body: body) { received.append(event) }
                return .next
            }
            await Task.yield()
        }
        try await published
        #expect(received == events)
    }

    @Test("the demonstration as CSV is the demonstration as YAML")
    func demonstration() throws {
        let config = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Config")
        let directory = FileManager.default.temporaryDirectory.appending(path: "registry-\(UUID().uuidString)")
            .path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let store = try RegistryStore(path: "\(directory)/registry.sqlite")
        let files = try [RegistryTable.profiles, .roads, .centres, .units].map { table in
            let path = config.appending(path: "registry/\(table.rawValue).csv")
            return RegistryFile(
                name: path.path, bytes: [UInt8](try Data(contentsOf: path)), format: .csv, table: table)
        }
        let plan = try store.importFiles(files, replaces: false, by: "test", at: WallTime(nanoseconds: 0)) { _ in }
        #expect(plan.warnings.isEmpty)
        let yaml = try Registry.load(path: config.appending(path: "registry.demo.yaml").path, reportingTimeS: 20)
        let records = try store.records(reportingTimeS: 20)
        // The file has no kinds of unit, carriers and roads.
        let plain = records.units.map {
            UnitRecord(
                id: $0.id, centre: $0.centre, place: $0.place, point: $0.point, reportingTimeS: $0.reportingTimeS)
        }
        #expect(plain == yaml.units.sorted { $0.id < $1.id })
        #expect(records.centres == yaml.centres.sorted { $0.id < $1.id })
        #expect(records.policies == yaml.policies.sorted { $0.centre < $1.centre })
    }
}
