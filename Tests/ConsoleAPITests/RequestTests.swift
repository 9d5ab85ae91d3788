import AlertModel
import HTTPTypes
import Testing

@testable import ConsoleAPI

@Suite("Requests: methods, origin, bodies, headers")
struct RequestTests {
    @Test("another path is a 404 problem, another method a 405 that says which")
    func pathsAndMethods() async throws {
        let console = try Console()
        #expect(try await console.send(.get, "/v1/nonsense").problem == "not_found")
        #expect(try await console.send(.get, "/v1/").problem == "not_found")
        let response = try await console.send(.put, "/v1/me")
        #expect(response.problem == "wrong_method")
        #expect(response.headers[.allow] == "GET, HEAD")
        #expect(try await console.send(.get, "/v1/sign-in").headers[.allow] == "POST")
        #expect(try await console.send(.post, "/index.html", body: "{}").problem == "wrong_method")
    }

    @Test("HEAD answers like GET, without the body")
    func head() async throws {
        let console = try Console()
        let response = try await console.send(.head, "/healthz")
        #expect(response.status == 200)
        #expect(response.headers[.contentLength] == "2")
        #expect(response.text.isEmpty)
    }

    @Test(
        "a change without a JSON content type is refused",
        arguments: ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonx"])
    func contentType(type: String) async throws {
        let console = try Console()
        let response = try await console.send(
            .post, "/v1/alerts/7/claim", cookie: try await console.cookie("aigul"), body: "{}",
            headers: [.contentType: type])
        #expect(response.problem == "not_json")
        #expect(console.feed.alert(AlertID(7))?.alert.owner == nil)
        #expect(console.backend.audit.first?.detail.hasPrefix("not_json") == true)
    }

    @Test("a parameter behind the content type does not matter")
    func contentTypeParameter() async throws {
        let console = try Console()
        let response = try await console.send(
            .post, "/v1/alerts/7/claim", cookie: try await console.cookie("aigul"),
            headers: [.contentType: "Application/JSON; charset=utf-8"])
        #expect(response.status == 200)
    }

    @Test(
        "a change from another origin is refused",
        arguments: [
            "https://evil.example", "null", "http://localhost", "https://localhost:8443",
            "https://localhost.evil.example",
            "localhost",
        ])
    func foreignOrigin(origin: String) async throws {
        let console = try Console()
        let response = try await console.send(
            .post, "/v1/alerts/7/claim", cookie: try await console.cookie("aigul"), body: "{}",
            headers: [.origin: origin])
        #expect(response.problem == "foreign_origin")
        #expect(response.status == 403)
        #expect(console.feed.alert(AlertID(7))?.alert.owner == nil)
    }

    @Test("our own origin passes")
    func ownOrigin() async throws {
        let console = try Console()
        let response = try await console.send(
            .post, "/v1/alerts/7/claim", cookie: try await console.cookie("aigul"), body: "{}",
            headers: [.origin: "https://LOCALHOST"])
        #expect(response.status == 200)
    }

    @Test(
        "a body that is not what the path takes is refused by name",
        arguments: [
            (#"{"outcome":"real","colour":"red"}"#, "'colour'"), (#"{"outcome":1}"#, "'outcome' must be a text"),
            (#"{"outcome":null}"#, "'outcome' must be a text"), (#"{"note":"x"}"#, "'outcome' is missing"),
            (#"{"outcome":"great"}"#, "false_press"), (#"{"x":[[[1]]]}"#, "'x'"), ("[]", "one JSON object"),
            ("{", "not JSON"), ("", "'outcome' is missing"), ("\"text\"", "one JSON object"),
        ])
    func badBodies(body: String, mention: String) async throws {
        let console = try Console()
        let response = try await console.send(
            .post, "/v1/alerts/7/close", cookie: try await console.cookie("aigul"), body: body)
        #expect(response.status == 400)
        #expect(response.problem == "bad_body")
        #expect((response.object["detail"] as? String)?.contains(mention) == true, "\(response.text)")
        #expect(console.feed.alert(AlertID(7))?.alert.isOpen == true)
    }

    @Test("a note has at most 500 bytes")
    func longNote() async throws {
        let console = try Console()
        let cookie = try await console.cookie("aigul")
        let long = String(repeating: "ж", count: 251)
        let refused = try await console.send(
            .post, "/v1/alerts/7/close", cookie: cookie, body: #"{"outcome":"real","note":"\#(long)"}"#)
        #expect(refused.problem == "bad_body")
        let accepted = try await console.send(
            .post, "/v1/alerts/7/close", cookie: cookie, body: #"{"outcome":"real","note":"\#(long.dropLast())"}"#)
        #expect(accepted.status == 200)
    }

    @Test("a body beyond 64 KiB is refused")
    func largeBody() async throws {
        let console = try Console()
        let body = #"{"outcome":""# + String(repeating: "x", count: 65_536) + "\"}"
        let response = try await console.send(
            .post, "/v1/alerts/7/close", cookie: try await console.cookie("aigul"), body: body)
        #expect(response.status == 413)
        #expect(response.problem == "body_too_large")
    }

    @Test(
        "every answer carries the strict headers", arguments: ["/", "/healthz", "/v1/me", "/nonsense", "/metrics"])
    func strictHeaders(path: String) async throws {
        let response = try await Console().send(.get, path)
        let policy = try #require(response.headers[.contentSecurityPolicy])
        #expect(policy.hasPrefix("default-src 'self';") && policy.contains("frame-ancestors 'none'"))
        #expect(response.headers[.strictTransportSecurity]?.hasPrefix("max-age=") == true)
        #expect(response.headers[.xContentTypeOptions] == "nosniff")
        let referrer = try #require(HTTPField.Name("Referrer-Policy"))
        #expect(response.headers[referrer] == "no-referrer")
        if path.hasPrefix("/v1") { #expect(response.headers[.cacheControl] == "no-store") }
    }
}
