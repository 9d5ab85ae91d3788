import AlertModel
import HTTPTypes
import Telemetry
import Testing

@testable import ConsoleAPI

@Suite("Lists and acts")
struct ActTests {
    @Test("the way of an alert from claim to close, each act audited")
    func life() async throws {
        let console = try Console()
        let cookie = try await console.cookie("aigul")
        for (act, stage) in [("claim", "answered"), ("dispatch", "dispatched"), ("arrive", "arrived")] {
            let response = try await console.send(.post, "/v1/alerts/7/\(act)", cookie: cookie, body: "{}")
            #expect(response.object["stage"] as? String == stage)
            #expect(response.object["owner"] as? String == "aigul")
        }
        let closed = try await console.send(
            .post, "/v1/alerts/7/close", cookie: cookie, body: #"{"outcome":"false_press","note":"балалар"}"#)
        #expect(closed.object["outcome"] as? String == "false_press")
        #expect(closed.object["note"] as? String == "балалар")
        let list = try await console.send(.get, "/v1/centres/astana/alerts", cookie: cookie)
        #expect((list.object["alerts"] as? [Any])?.isEmpty == true)
        #expect(list.object["sequence"] as? String == "1004")
        #expect(
            try await console.send(.get, "/v1/alerts/7", cookie: cookie).object["stage"] as? String == "closed")
        #expect(console.backend.audit.map(\.act) == [.claim, .dispatch, .arrive, .close])
        #expect(
            console.backend.audit.allSatisfy { $0.isAllowed && $0.alert == AlertID(7) && $0.officer == "aigul" })
        #expect(console.backend.audit.last?.detail == "done: false_press")
    }

    @Test("a note, another ring, and a transfer that takes the alert away")
    func moreActs() async throws {
        let console = try Console()
        let cookie = try await console.cookie("aigul")
        func send(_ act: String, _ body: String) async throws -> Answer {
            try await console.send(.post, "/v1/alerts/7/\(act)", cookie: cookie, body: body)
        }
        #expect(
            try await send("note", #"{"note":"аққұба ер адам"}"#).object["note"] as? String == "аққұба ер адам")
        #expect(try await send("note", "{}").status == 400)
        #expect(try await send("re-ring", "{}").object["ring_count"] as? Int == 1)
        #expect(try await send("transfer", #"{"centre":"al maty"}"#).status == 400)
        let moved = try await send("transfer", #"{"centre":"almaty","note":"theirs"}"#)
        #expect(
            moved.object["centre"] as? String == "almaty" && moved.object["former_centre"] as? String == "astana")
        // Aigul serves Astana alone.
        #expect(try await send("claim", "{}").status == 403)
        #expect(console.backend.audit.filter(\.isAllowed).map(\.act) == [.note, .reRing, .transfer])
        #expect(console.backend.audit.first { $0.act == .transfer }?.detail == "done: to almaty")
    }

    @Test("centres and units are listed with their figures")
    func lists() async throws {
        let console = try Console()
        let cookie = try await console.cookie("aigul")
        let centres = try await console.send(.get, "/v1/centres", cookie: cookie)
        #expect(
            centres.text == """
                [{"id":"astana","name":"ASTANA","kind":"centre","state":"active","watched":null,"unreachable":false,\
                "since":null,"open_alerts":1,"units_online":1,"units_total":1}]
                """)
        let units = try await console.send(.get, "/v1/centres/astana/units", cookie: cookie)
        #expect(
            units.text == """
                {"sequence":"7","units":[{"id":"AST-0001","centre":"astana","place":"проспект Абая, 10",\
                "point":{"lat":51.1694000,"lon":71.4491000},"online":true,"registered":true,"removed":false,\
                "reporting_time_s":90,"link_changed_at":"2026-11-18T11:06:40.000+00:00","faults":[],"lost":false,\
                "maintenance_ends_at":null,"last_test_at":null,"outage":null}]}
                """)
        let alerts = try await console.send(.get, "/v1/centres/astana/alerts", cookie: cookie)
        let first = (alerts.object["alerts"] as? [[String: Any]])?.first
        #expect(first?["id"] as? String == "7")
        #expect(first?["place"] as? String == "проспект Абая, 10")
    }

    @Test("a refusal says why and who has it, and is audited", arguments: RefusalReason.allCases)
    func refusals(reason: RefusalReason) async throws {
        let console = try Console()
        let bolat = try OfficerID("bolat")
        console.backend.change { $0.refusal = (reason, bolat) }
        let response = try await console.send(
            .post, "/v1/alerts/7/claim", cookie: try await console.cookie("aigul"), body: "{}")
        #expect(response.status == ([.alertUnknown, .maintenanceUnknown].contains(reason) ? 404 : 409))
        #expect(response.problem == reason.word)
        if response.status == 409 { #expect(response.object["owner"] as? String == "bolat") }
        let entry = try #require(console.backend.audit.first)
        #expect(!entry.isAllowed && entry.detail.hasPrefix(reason.word))
    }

    @Test(
        "a gateway that cannot answers so",
        arguments: [
            (ConsoleBackendError.busy, 503, "busy"), (.stopping, 503, "stopping"), (.timedOut, 504, "timed_out"),
        ])
    func failures(error: ConsoleBackendError, status: Int, reason: String) async throws {
        let console = try Console()
        console.backend.change { $0.failure = error }
        let cookie = try await console.cookie("aigul")
        for path in ["/v1/alerts/7/claim", "/v1/alerts/7/shown"] {
            let response = try await console.send(.post, path, cookie: cookie, body: "{}")
            #expect(response.status == status)
            #expect(response.problem == reason)
        }
        #expect(console.backend.audit.map(\.detail) == [reason])
    }

    @Test("a console tells that it shows an alert")
    func shown() async throws {
        let console = try Console()
        let response = try await console.send(
            .post, "/v1/alerts/7/shown", cookie: try await console.cookie("aigul"), body: "{}")
        #expect(response.status == 204)
        let shown = AlertShown(alert: AlertID(7), officer: try OfficerID("aigul"))
        #expect(console.backend.shown == [shown])
    }

    @Test("metrics are the counters' text")
    func metrics() async throws {
        let console = try Console()
        console.counters.add(.alertsRaised, 3)
        let response = try await console.send(.get, "/metrics", cookie: try await console.cookie("aigul"))
        #expect(response.headers[.contentType]?.hasPrefix("text/plain; version=0.0.4") == true)
        #expect(response.text.contains("sosgateway_alerts_raised_total 3\n"))
        #expect(response.text.contains("sosgateway_console_streams_open 0\n"))
    }
}
