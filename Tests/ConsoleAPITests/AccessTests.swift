import AlertModel
import HTTPTypes
import Telemetry
import Testing

@testable import ConsoleAPI

/// The rights of every route. A route that is added without a line here fails the first test.
@Suite("Rights")
struct AccessTests {
    struct Line: Sendable, CustomTestStringConvertible {
        let method: HTTPRequest.Method
        let path: String
        /// The rule's path in the table.
        let rule: String
        let body: String?
        /// Statuses: nobody signed in, an officer of another centre, an officer of this centre.
        let anonymous: Int, foreign: Int, own: Int
        var testDescription: String { "\(method) \(path)" }

        /// Why an officer of another centre may not.
        var denial: String {
            (["/v1/maintenance", "/v1/drain"].contains(where: path.hasPrefix))
                ? "supervisors_only" : "not_your_centre"
        }

        init(
            _ method: HTTPRequest.Method, _ path: String, rule: String? = nil, body: String? = nil,
            _ anonymous: Int, _ foreign: Int, _ own: Int
        ) {
            self.method = method
            self.path = path
            self.rule = rule ?? path
            self.body = body
            (self.anonymous, self.foreign, self.own) = (anonymous, foreign, own)
        }
    }

    static let lines: [Line] = [
        Line(.get, "/healthz", 200, 200, 200),
        Line(.post, "/v1/sign-in", body: #"{"officer":"x","password":"y"}"#, 401, 401, 401),
        Line(.post, "/v1/sign-out", body: "{}", 401, 204, 204),
        Line(.get, "/v1/me", 401, 200, 200),
        Line(.get, "/v1/centres", 401, 200, 200),
        Line(.get, "/v1/centres/astana/alerts", rule: "/v1/centres/{centre}/alerts", 401, 403, 200),
        Line(.get, "/v1/centres/astana/units", rule: "/v1/centres/{centre}/units", 401, 403, 200),
        // Aigul is no supervisor.
        Line(
            .put, "/v1/centres/astana/state", rule: "/v1/centres/{centre}/state", body: #"{"state":"full"}"#, 401,
            403, 403),
        Line(.get, "/v1/maintenance", 401, 200, 200),
        Line(.post, "/v1/maintenance", body: #"{"unit":"AST-0001","minutes":60,"reason":"mast"}"#, 401, 403, 403),
        Line(.delete, "/v1/maintenance/9", rule: "/v1/maintenance/{maintenance}", body: "{}", 401, 403, 403),
        Line(.get, "/v1/drain", 401, 403, 403),
        Line(
            .put, "/v1/drain", body: #"{"host":"gw2","port":7443,"units_per_second":1}"#, 401, 403, 403),
        Line(.delete, "/v1/drain", body: "{}", 401, 403, 403),
        Line(.get, "/v1/units/AST-0001/commands", rule: "/v1/units/{unit}/commands", 401, 403, 200),
        Line(
            .post, "/v1/units/AST-0001/commands", rule: "/v1/units/{unit}/commands",
            body: #"{"kind":"siren","seconds":5}"#, 401, 403, 200),
        Line(.get, "/v1/alerts/7", rule: "/v1/alerts/{alert}", 401, 403, 200),
        Line(.post, "/v1/alerts/7/claim", rule: "/v1/alerts/{alert}/claim", body: "{}", 401, 403, 200),
        Line(.post, "/v1/alerts/7/release", rule: "/v1/alerts/{alert}/release", body: "{}", 401, 403, 200),
        Line(.post, "/v1/alerts/7/dispatch", rule: "/v1/alerts/{alert}/dispatch", body: "{}", 401, 403, 200),
        Line(.post, "/v1/alerts/7/arrive", rule: "/v1/alerts/{alert}/arrive", body: "{}", 401, 403, 200),
        Line(
            .post, "/v1/alerts/7/close", rule: "/v1/alerts/{alert}/close", body: #"{"outcome":"real"}"#, 401, 403,
            200),
        Line(
            .post, "/v1/alerts/7/note", rule: "/v1/alerts/{alert}/note", body: #"{"note":"seen"}"#, 401, 403, 200),
        Line(
            .post, "/v1/alerts/7/transfer", rule: "/v1/alerts/{alert}/transfer", body: #"{"centre":"almaty"}"#,
            401,
            403, 200),
        Line(.post, "/v1/alerts/7/re-ring", rule: "/v1/alerts/{alert}/re-ring", body: "{}", 401, 403, 200),
        Line(.post, "/v1/alerts/7/shown", rule: "/v1/alerts/{alert}/shown", body: "{}", 401, 403, 204),
        Line(.get, "/metrics", 401, 200, 200),
        // 405 for HEAD below: a granted stream would not end here.
        Line(.head, "/v1/events?centre=astana", rule: "/v1/events", 401, 403, 405),
    ]

    @Test("every route of the table is tried below")
    func complete() {
        #expect(Set(Self.lines.map(\.rule)) == Set(RouteRule.table.map(\.path)))
        #expect(RouteRule.table.count == Self.lines.count)
    }

    @Test("who may what", arguments: lines)
    func rights(line: Line) async throws {
        let console = try Console()
        let anonymous = try await console.send(line.method, line.path, body: line.body)
        #expect(anonymous.status == line.anonymous)
        let foreign = try await console.send(
            line.method, line.path, cookie: try await console.cookie("bolat"), body: line.body)
        #expect(foreign.status == line.foreign)
        let own = try await console.send(
            line.method, line.path, cookie: try await console.cookie("aigul"), body: line.body)
        #expect(own.status == line.own)
    }

    @Test(
        "what is denied is audited and counted, and does not happen", arguments: lines.filter { $0.foreign == 403 }
    )
    func denialsAreAudited(line: Line) async throws {
        let console = try Console()
        let response = try await console.send(
            line.method, line.path, cookie: try await console.cookie("bolat"), body: line.body)
        if line.method != .head { #expect(response.problem == line.denial) }
        let entry = try #require(console.backend.audit.first)
        #expect(console.backend.audit.count == 1)
        #expect(!entry.isAllowed && entry.officer == "bolat" && entry.detail.hasPrefix(line.denial))
        let method = line.method == .head ? .get : line.method
        #expect(entry.act == RouteRule.table.first { $0.path == line.rule && $0.method == method }?.act)
        let metrics = try await console.send(.get, "/metrics", cookie: try await console.cookie("aigul"))
        #expect(metrics.text.contains("sosgateway_console_requests_denied_total 1\n"))
        #expect(console.feed.alert(AlertID(7))?.alert.stage == .stored)
        #expect(console.backend.shown.isEmpty)
    }

    @Test("a cookie that is no session is nobody", arguments: ["", "x", String(repeating: "A", count: 43)])
    func foreignTokens(token: String) async throws {
        let console = try Console()
        let response = try await console.send(.get, "/v1/me", cookie: "\(Gatekeeper.cookieName)=\(token)")
        #expect(response.problem == "not_signed_in")
    }

    @Test("a centre or alert that does not exist tells no more than one that is not yours")
    func unknownIDs() async throws {
        let console = try Console()
        let cookie = try await console.cookie("aigul")
        #expect(
            try await console.send(.get, "/v1/centres/nowhere/alerts", cookie: cookie).problem == "not_your_centre"
        )
        #expect(
            try await console.send(.get, "/v1/centres/%2e%2e/alerts", cookie: cookie).problem == "not_your_centre")
        #expect(try await console.send(.get, "/v1/alerts/8", cookie: cookie).problem == "alert_unknown")
        #expect(try await console.send(.get, "/v1/alerts/-7", cookie: cookie).problem == "alert_unknown")
        #expect(
            try await console.send(.get, "/v1/alerts/99999999999999999999", cookie: cookie).problem
                == "alert_unknown")
    }

    @Test("a right taken away is gone within seconds")
    func rightsAreReadAgain() async throws {
        let console = try Console()
        let cookie = try await console.cookie("aigul")
        #expect(try await console.send(.get, "/v1/centres/astana/alerts", cookie: cookie).status == 200)
        let moved = try Sample.account("aigul", centres: ["almaty"])
        console.backend.change { $0.accounts[moved.id] = moved }
        console.backend.advance(seconds: 11)
        #expect(
            try await console.send(.get, "/v1/centres/astana/alerts", cookie: cookie).problem == "not_your_centre")
        console.backend.change { $0.accounts[moved.id] = nil }
        console.backend.advance(seconds: 11)
        #expect(try await console.send(.get, "/v1/me", cookie: cookie).problem == "not_signed_in")
    }

    @Test("a registry of accounts that fails throws nobody out")
    func accountsFail() async throws {
        let console = try Console()
        let cookie = try await console.cookie("aigul")
        console.backend.change { $0.accountsFail = true }
        #expect(try await console.send(.get, "/v1/me", cookie: cookie).problem == "accounts_unavailable")
        console.backend.change { $0.accountsFail = false }
        #expect(try await console.send(.get, "/v1/me", cookie: cookie).status == 200)
        console.backend.change { $0.accountsFail = true }
        console.backend.advance(seconds: 11)
        #expect(try await console.send(.get, "/v1/me", cookie: cookie).status == 200)
    }

    @Test("hammering a closed door does not fill the audit record")
    func denialsAreBounded() async throws {
        let console = try Console()
        for _ in 0..<60 { _ = try await console.send(.get, "/v1/me") }
        #expect(console.backend.audit.count == DenialRecord.writtenMax)
        console.backend.advance(seconds: 61)
        _ = try await console.send(.get, "/v1/me")
        #expect(console.backend.audit.last?.detail.contains("and 40 more") == true)
    }
}
