import AlertModel
import Foundation
import HTTPTypes
import Testing

@testable import ConsoleAPI

@Suite("Maintenance")
struct MaintenanceTests {
    private let path = "/v1/maintenance"
    private let road = #"{"road":"M-36","minutes":60,"reason":"new masts"}"#

    /// `dana` is Astana's supervisor, `erlan` of both centres; two units stand at the M-36, one in each.
    private func console() async throws -> (Console, dana: String, erlan: String) {
        let console = try Console()
        let dana = try Sample.account("dana", centres: ["astana"], role: .supervisor)
        let erlan = try Sample.account("erlan", centres: ["astana", "almaty"], role: .supervisor)
        console.backend.change { state in for account in [dana, erlan] { state.accounts[account.id] = account } }
        for (number, centre) in ["astana", "almaty"].enumerated() {
            let record = UnitRecord(
                id: try UnitID("M-\(number)"), centre: try CentreID(centre), place: "km", point: nil,
                reportingTimeS: 90, road: try RoadID("M-36"))
            let status = UnitStatus(record: record, isOnline: true, isRegistered: true, linkChangedAt: nil)
            console.feed.apply(.unit(status), sequence: JournalSequence(UInt64(number) + 10))
        }
        return (console, try await console.cookie("dana"), try await console.cookie("erlan"))
    }

    private func list(_ console: Console, _ cookie: String) async throws -> [[String: Any]] {
        let answer = try await console.send(.get, path, cookie: cookie)
        #expect(answer.status == 200 && answer.object["sequence"] is String)
        return answer.object["maintenance"] as? [[String: Any]] ?? []
    }

    @Test("a supervisor begins and ends it: answered as it is, listed to whom it concerns, and audited")
    func beginAndEnd() async throws {
        let (console, dana, erlan) = try await console()
        let body = #"{"unit":"AST-0001","minutes":90,"reason":"new mast"}"#
        let answer = try await console.send(.post, path, cookie: dana, body: body)
        #expect(
            answer.text == """
                {"id":"1001","unit":"AST-0001","road":null,"centre":null,"ends_at":"2026-11-18T12:36:40.000+00:00",\
                "reason":"new mast","officer":"dana"}
                """)
        #expect(answer.status == 200)
        #expect(try await list(console, try await console.cookie("aigul")).map { $0["id"] as? String } == ["1001"])
        #expect(try await list(console, try await console.cookie("bolat")).isEmpty)
        let ended = try await console.send(.delete, "\(path)/1001", cookie: erlan, body: "{}")
        #expect(ended.status == 204 && ended.text.isEmpty)
        #expect(try await list(console, dana).isEmpty)
        let again = try await console.send(.delete, "\(path)/1001", cookie: erlan, body: "{}")
        #expect(again.status == 404 && again.problem == "maintenance_unknown")
        let audit = console.backend.audit
        #expect(audit.map(\.detail) == ["unit AST-0001 for 90 min: new mast", "unit AST-0001 ended"])
        #expect(audit.map(\.officer) == ["dana", "erlan"])
        #expect(audit.allSatisfy { $0.act == .maintenance && $0.isAllowed && $0.alert == nil })
    }

    @Test("only of units of the own centres: of a road every one, of another centre's unit none")
    func rights() async throws {
        let (console, dana, erlan) = try await console()
        for scope in [#""road":"M-36""#, #""unit":"ALA-0001""#, #""centre":"almaty""#, #""centre":"nowhere""#] {
            let body = "{\(scope),\"minutes\":60,\"reason\":\"mast\"}"
            let answer = try await console.send(.post, path, cookie: dana, body: body)
            #expect(answer.problem == "not_your_centre", "\(scope)")
        }
        #expect(console.backend.audit.allSatisfy { !$0.isAllowed && $0.detail.hasPrefix("not_your_centre") })
        #expect(try await console.send(.post, path, cookie: erlan, body: road).status == 200)
        #expect(try await list(console, dana).map { $0["road"] as? String } == ["M-36"], "one stands in Astana")
        let ended = try await console.send(.delete, "\(path)/1001", cookie: dana, body: "{}")
        #expect(ended.problem == "not_your_centre")
        let officer = try await console.cookie("aigul")
        #expect(try await console.send(.post, path, cookie: officer, body: road).problem == "supervisors_only")
        let foreign = try await console.send(
            .delete, "\(path)/1001", cookie: erlan, body: "{}", headers: [.origin: "https://evil.example"])
        #expect(foreign.problem == "foreign_origin")
        #expect(try await list(console, erlan).count == 1)
    }

    @Test(
        "what is not said rightly is refused by name",
        arguments: [
            #"{"minutes":60,"reason":"x"}"#, #"{"unit":"a","road":"b","minutes":60,"reason":"x"}"#,
            #"{"unit":"a b","minutes":60,"reason":"x"}"#, #"{"unit":"a","reason":"x"}"#,
            #"{"unit":"a","minutes":"60","reason":"x"}"#, #"{"unit":"a","minutes":1.5,"reason":"x"}"#,
            #"{"unit":"a","minutes":0,"reason":"x"}"#, #"{"unit":"a","minutes":44641,"reason":"x"}"#,
            #"{"unit":"a","minutes":-1,"reason":"x"}"#, #"{"unit":"a","minutes":60}"#,
            #"{"unit":7,"minutes":60,"reason":"x"}"#, #"{"unit":"a","minutes":60,"reason":"x","by":"y"}"#,
            #"{"unit":"a","minutes":60,"reason":"\#(String(repeating: "ұ", count: 101))"}"#,
        ])
    func badBody(body: String) async throws {
        let (console, dana, _) = try await console()
        #expect(try await console.send(.post, path, cookie: dana, body: body).problem == "bad_body", "\(body)")
        #expect(console.feed.maintenance().entries.isEmpty)
    }

    @Test("what the gateway refuses or cannot do is answered and audited")
    func refused() async throws {
        let (console, _, erlan) = try await console()
        console.backend.change { $0.refusal = (.maintenanceFull, nil) }
        let full = try await console.send(.post, path, cookie: erlan, body: road)
        #expect(full.status == 409 && full.problem == "maintenance_full")
        console.backend.change { $0.failure = .timedOut }
        #expect(try await console.send(.post, path, cookie: erlan, body: road).problem == "timed_out")
        #expect(
            console.backend.audit.map(\.detail) == [
                "road M-36 for 60 min: new masts: maintenance_full", "road M-36 for 60 min: new masts: timed_out",
            ])
        #expect(console.backend.audit.allSatisfy { !$0.isAllowed })
    }
}
