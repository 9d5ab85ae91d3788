// Imports as a whole or not at all, in a real database.

import AlertModel
import Foundation
import Testing

@testable import History

/// Files of one import by name and text.
func files(_ texts: [(String, String)]) -> [RegistryFile] {
    texts.map { name, text in
        RegistryFile(
            name: name, bytes: Array(text.utf8), format: RegistryFormat(fileName: name) ?? .csv,
            table: RegistryTable(fileName: name) ?? .units)
    }
}

/// The problems of an import into an empty registry.
func problems(_ texts: [(String, String)], into known: RegistryContents? = nil, replaces: Bool = false) -> [String]
{
    do throws(RegistryRefusal) {
        _ = try RegistryPlan.make(files(texts), into: known ?? seeded, replaces: replaces)
        return []
    } catch {
        return error.problems.map(\.description) + (error.omitted > 0 ? ["… \(error.omitted)"] : [])
    }
}

/// What a new database has.
var seeded: RegistryContents {
    var contents = RegistryContents()
    for role in RegistryCheck.rolesAlways {
        contents[.roles][role] = RegistryRow(cells: [role, nil, nil, role])
    }
    return contents
}

let twoCentres = ("centres.csv", "id,name_ru,fail_over\nastana,Астана,almaty\nalmaty,Алматы,astana\n")

@Suite("Registry imports")
struct RegistryStoreTests {
    private let at = WallTime(nanoseconds: 5)

    private func run(
        _ store: RegistryStore, _ texts: [(String, String)], replaces: Bool = false
    ) throws -> RegistryPlan {
        try store.importFiles(files(texts), replaces: replaces, by: "test", at: at) { _ in }
    }

    @Test("merge keeps what has no column, a blank clears, only replace removes; revisions count")
    func mergeAndReplace() async throws {
        try await withDirectory { directory in
            let path = "\(directory)/registry.sqlite"
            let store = try RegistryStore(path: path)
            let units =
                "id,centre,place_ru,latitude,longitude,contact\nA-1,astana,Парк,51,71,Иванов\nA-2,astana,Рынок,,,\n"
            #expect(
                try run(store, [twoCentres, ("units.csv", units)]).summary
                    == "places +2 ~0 -0, centres +2 ~0 -0, units +2 ~0 -0")
            #expect(try run(store, [twoCentres, ("units.csv", units)]).changes.isEmpty)

            let change = try run(store, [("units.csv", "id,contact,centre\nA-1,,almaty\n")])
            #expect(change.summary == "units +0 ~1 -0")
            let row = try store.contents().row(.units, id: "A-1")
            let cells = row?.map { "\($0.column)=\($0.text)" }
            #expect(cells == ["id=A-1", "centre=almaty", "place=A-1", "latitude=51", "longitude=71"])

            #expect(try run(store, [("units.csv", "id\nA-2\n")], replaces: true).summary == "units +0 ~0 -1")
            #expect(try RegistryStore(path: path).contents().ids(.units) == ["A-2"])
            #expect(try store.revisions(limit: 9).map(\.number) == [3, 2, 1])
            #expect(try store.faults().isEmpty)
            #expect(throws: HistoryError.self) { try store.store.diagnose("DELETE FROM revisions") }
        }
    }

    @Test("an import with one wrong row, or without its audit record, changes nothing")
    func allOrNothing() async throws {
        try await withDirectory { directory in
            let store = try RegistryStore(path: "\(directory)/registry.sqlite")
            _ = try run(store, [twoCentres])
            let before = try store.contents()
            var calls = 0
            #expect(throws: RegistryImportError.self) {
                try store.importFiles(
                    files([("units.csv", "id,centre,place_ru\nA-1,astana,Парк\nA-2,nowhere,Рынок\n")]),
                    replaces: false, by: "test", at: at
                ) { _ in calls += 1 }
            }
            #expect(calls == 0)
            #expect(throws: RegistryImportError.self) {
                try store.importFiles(
                    files([("units.csv", "id,centre,place_ru\nA-1,astana,Парк\n")]), replaces: false, by: "test",
                    at: at
                ) { _ throws(HistoryError) in throw HistoryError(path: "audit", .diskFull, "full") }
            }
            #expect(try store.contents() == before)
            #expect(try store.revisions(limit: 9).count == 1)
        }
    }

    @Test("the database itself refuses a reference to nothing")
    func foreignKeys() async throws {
        try await withDirectory { directory in
            let store = try RegistryStore(path: "\(directory)/registry.sqlite")
            #expect(throws: HistoryError.self) {
                try store.store.diagnose("INSERT INTO units (id, centre, place) VALUES ('A', 'none', 'none')")
            }
            #expect(try store.contents().ids(.roles) == ["officer", "supervisor"])
        }
    }

    @Test("every table's columns are the database's")
    func columns() async throws {
        try await withDirectory { directory in
            let store = try RegistryStore(path: "\(directory)/registry.sqlite")
            for table in RegistryTable.allCases {
                let found = try store.store.diagnose(
                    "SELECT group_concat(name, ',') FROM pragma_table_info('\(table.rawValue)')")
                #expect(found == table.columns.map(\.stored).joined(separator: ","))
            }
            #expect(RegistryTable.profiles.columns.count == 5 + FaultKind.allCases.count)
        }
    }

    @Test("units and centres reach the dispatcher's records: language, profile, point")
    func records() async throws {
        try await withDirectory { directory in
            let store = try RegistryStore(path: "\(directory)/registry.sqlite")
            _ = try run(
                store,
                [
                    twoCentres,
                    (
                        "profiles.csv",
                        "id,name,reporting_time_s,severity_camera,severity_link_lost,test_every_h,firmware\nroad,Road,180,recorded,urgent,24,7\n"
                    ),
                    ("carriers.csv", "id,name\nkcell,Kcell\nbeeline,Beeline\n"),
                    ("roads.csv", "id,name\nM-36,M-36\n"),
                    (
                        "units.csv",
                        "id,centre,place_ru,place_en,latitude,longitude,profile,carrier_1,carrier_2,road\nA-1,astana,Парк,Park,51.5,-71,road,kcell,beeline,M-36\nA-2,almaty,,Market,,,,,,\n"
                    ),
                ])
            let records = try store.records(reportingTimeS: 20)
            #expect(records.centres.map(\.name) == ["Алматы", "Астана"])
            #expect(
                records.units == [
                    UnitRecord(
                        id: try UnitID("A-1"), centre: try CentreID("astana"), place: "Парк",
                        point: GeoPoint(latitudeE7: 515_000_000, longitudeE7: -710_000_000), reportingTimeS: 180,
                        profile: try ProfileID("road"), carrier: try CarrierID("kcell"),
                        secondCarrier: try CarrierID("beeline"), road: try RoadID("M-36")),
                    UnitRecord(
                        id: try UnitID("A-2"), centre: try CentreID("almaty"), place: "Market", point: nil,
                        reportingTimeS: 20),
                ])
            #expect(
                records.profiles == [
                    ProfileRecord(
                        id: try ProfileID("road"), testEveryH: 24, firmware: 7,
                        severities: [.camera: .recorded, .linkLost: .alert(.urgent)])
                ])
        }
    }

    @Test("policies, kinds, states, points and areas reach the dispatcher's records")
    func centresAndAreas() async throws {
        try await withDirectory { directory in
            let store = try RegistryStore(path: "\(directory)/registry.sqlite")
            _ = try run(
                store,
                [
                    (
                        "centres.csv",
                        """
                        id,name_kk,kind,state,neighbour,fail_over,duty_desk,latitude,longitude,escalate_1_s,escalate_2_s,escalate_3_s,unseen_s,starvation_s
                        a,A,centre,standby,b,,c,51.1605,-71.4704,10,20,50,7,86400
                        b,B,,,,,,,,,,,,
                        c,C,duty_desk,full,,a,,0,0,,,,,

                        """
                    ),
                    (
                        "areas.csv",
                        "id,centre,name,ring\ncity,a,,\"[[71,51],[72.0000001,51],[72,-52.5],[71,51]]\"\n"
                    ),
                ])
            let (a, b, c) = (try CentreID("a"), try CentreID("b"), try CentreID("c"))
            let records = try store.records(reportingTimeS: 20)
            #expect(
                records.centres == [
                    CentreRecord(
                        id: a, name: "A", point: GeoPoint(latitudeE7: 511_605_000, longitudeE7: -714_704_000),
                        state: .standby),
                    CentreRecord(id: b, name: "B"),
                    CentreRecord(
                        id: c, name: "C", kind: .dutyDesk, point: GeoPoint(latitudeE7: 0, longitudeE7: 0),
                        state: .full),
                ])
            #expect(
                records.policies == [
                    CentrePolicy(
                        centre: a, timesS: (10, 20, 50), unseenS: 7, starvationS: 65_535, neighbour: b, dutyDesk: c
                    ),
                    CentrePolicy(centre: b), CentrePolicy(centre: c, failover: a),
                ])
            let ring: [(Int32, Int32)] = [
                (510_000_000, 710_000_000), (510_000_000, 720_000_001), (-525_000_000, 720_000_000),
            ]
            #expect(records.areas.map(\.ring) == [ring.compactMap { GeoPoint(latitudeE7: $0, longitudeE7: $1) }])
            #expect(records.areas.first?.centre == a)
        }
    }

    @Test("an import is in the audit record when it is in the registry")
    func auditInTheSameStep() async throws {
        try await withDirectory { directory in
            let store = try RegistryStore(path: "\(directory)/registry.sqlite")
            let accounts = try Accounts(path: "\(directory)/accounts.sqlite")
            let plan = try store.importFiles(files([twoCentres]), replaces: false, by: "os:root(0)", at: at) {
                plan throws(HistoryError) in
                try accounts.appendNow(
                    AuditEntry(
                        at: at, officer: "os:root(0)", act: .registry, alert: nil, isAllowed: true,
                        detail: plan.summary, peer: "local"))
            }
            let entries = try await accounts.auditEntries(limit: 9)
            #expect(entries.map(\.detail) == [plan.summary])
            #expect(entries.first?.act == .registry)
        }
    }
}

@Suite("Registry document")
struct RegistryDocumentTests {
    @Test("every table and column is documented, and nothing else", arguments: RegistryTable.allCases)
    func document(table: RegistryTable) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "Docs/registry.md"), encoding: .utf8)
        let section = text.components(separatedBy: "\n### ").first { $0.hasPrefix("\(table.rawValue)\n") }?
            .components(separatedBy: "\n## ")[0]
        let rows = try #require(section).split(separator: "\n").filter { $0.hasPrefix("| `") }
        var documented: [String] = []
        for row in rows {
            let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            let names = cells[0].split(separator: "`").map(String.init).filter { $0 != ", " }
            documented += names
            let standing = names.compactMap { name in table.columns.first { $0.name == name }?.standing }
            let isRefused = names.contains { name in
                table.columns.contains { $0.name == name && $0.isRequired && $0.standing == nil }
            }
            #expect((cells.last == "refused") == isRefused, "\(row)")
            if !standing.isEmpty {
                #expect(cells.last?.replacing("`", with: "") == standing.joined(separator: ", "))
            }
        }
        #expect(documented == table.columns.map(\.name))
        #expect(
            text.contains(table.rowsMax.formatted(.number.locale(Locale(identifier: "en")).grouping(.automatic))))
    }
}
