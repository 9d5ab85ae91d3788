import AlertModel
import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@testable import ConsoleAPI

@Suite("Event stream", .timeLimit(.minutes(5)))
struct EventStreamTests {
    @Test("a fresh stream begins with ready and goes on with changes of the officer's centres only")
    func fresh() async throws {
        let console = try Console()
        try await console.stream(cookie: try await console.cookie("aigul")) { reader in
            #expect(
                await reader.nextEvent()
                    == StreamEvent(id: "7", name: "ready", data: #"{"sequence":"7","resumed":false}"#))
            console.feed.apply(
                .alert(try Sample.alert(8, unit: "ALA-0001", centre: "almaty")), sequence: JournalSequence(8))
            console.feed.apply(.alert(try Sample.alert(9)), sequence: JournalSequence(9))
            let alert = await reader.nextEvent()
            #expect(alert?.id == "9" && alert?.name == "alert")
            #expect(alert?.data.hasPrefix(#"{"id":"9","unit":"AST-0001","place":"проспект Абая, 10""#) == true)
            console.feed.apply(
                .unit(try Sample.unit("AST-0001", centre: "astana", isOnline: false)),
                sequence: JournalSequence(10))
            let unit = await reader.nextEvent()
            #expect(unit?.id == "10" && unit?.name == "unit" && unit?.data.contains(#""online":false"#) == true)
            console.feed.apply(.unitGone(try UnitID("AST-0001")), sequence: JournalSequence(11))
            #expect(await reader.nextEvent()?.data.contains(#""removed":true"#) == true)
        }
    }

    @Test("a stream resumes by header, which beats the query, and by query")
    func resumes() async throws {
        let console = try Console()
        for id in 8...10 as ClosedRange<UInt64> {
            console.feed.apply(.alert(try Sample.alert(id)), sequence: JournalSequence(id))
        }
        let cookie = try await console.cookie("aigul")
        for (path, header) in [("/v1/events?last_event_id=9", nil), ("/v1/events?last_event_id=1", "9")] {
            try await console.stream(path, cookie: cookie, lastEventID: header) { reader in
                #expect(
                    await reader.nextEvent()
                        == StreamEvent(id: "9", name: "ready", data: #"{"sequence":"9","resumed":true}"#))
                #expect(await reader.nextEvent()?.id == "9")
                #expect(await reader.nextEvent()?.id == "10")
            }
        }
    }

    @Test("a place that is lost or makes no sense gets ready and resync", arguments: ["11", "-1", "x", "0"])
    func lost(place: String) async throws {
        let console = try Console()
        try await console.stream(cookie: try await console.cookie("aigul"), lastEventID: place) { reader in
            #expect(
                await reader.nextEvent()
                    == StreamEvent(id: nil, name: "ready", data: #"{"sequence":"7","resumed":false}"#))
            #expect(
                await reader.nextEvent() == StreamEvent(id: "7", name: "resync", data: #"{"sequence":"7"}"#))
        }
    }

    @Test("a centre's new name makes consoles load their lists")
    func centreChanged() async throws {
        let console = try Console()
        try await console.stream(cookie: try await console.cookie("aigul")) { reader in
            #expect(await reader.nextEvent()?.name == "ready")
            let centre = try CentreID("astana")
            console.feed.apply(.centre(CentreRecord(id: centre, name: "ASTANA")), sequence: JournalSequence(8))
            console.feed.apply(.centre(CentreRecord(id: centre, name: "Astana")), sequence: JournalSequence(9))
            #expect(await reader.nextEvent() == StreamEvent(id: "9", name: "resync", data: #"{"sequence":"9"}"#))
        }
    }

    @Test("a heartbeat is a comment, and keeps the session in use")
    func heartbeat() async throws {
        let console = try Console()
        let cookie = try await console.cookie("aigul")
        try await console.stream(cookie: cookie) { reader in
            #expect(await reader.nextEvent()?.name == "ready")
            for _ in 0..<4 {
                console.backend.advance(seconds: 20 * 60)
                console.feed.beat()
                #expect(await reader.next()?.isComment == true)
            }
        }
        #expect(try await console.send(.get, "/v1/me", cookie: cookie).status == 200)
    }

    @Test("a stream ends when its session has, when its right has, and when the gateway stops")
    func ends() async throws {
        let console = try Console()
        let signedOut = try await console.cookie("aigul")
        try await console.stream(cookie: signedOut) { reader in
            #expect(await reader.nextEvent()?.name == "ready")
            _ = try await console.send(.post, "/v1/sign-out", cookie: signedOut, body: "{}")
            console.feed.beat()
            #expect(await reader.next() == nil)
        }
        try await console.stream(cookie: try await console.cookie("aigul")) { reader in
            #expect(await reader.nextEvent()?.name == "ready")
            let moved = try Sample.account("aigul", centres: ["almaty"])
            console.backend.change { $0.accounts[moved.id] = moved }
            console.backend.advance(seconds: 11)
            console.feed.beat()
            #expect(await reader.next() == nil)
        }
        try await console.stream(cookie: try await console.cookie("bolat")) { reader in
            #expect(await reader.nextEvent()?.name == "ready")
            console.feed.finish()
            #expect(await reader.next() == nil)
        }
        #expect(console.feed.subscriberCount == 0)
        let refused = try await console.send(.get, "/v1/events", cookie: try await console.cookie("bolat"))
        #expect(refused.problem == "stopping")
    }

    @Test("an answer that is never written gives its place back")
    func neverWritten() async throws {
        let console = try Console()
        let request = Request(
            head: HTTPRequest(
                method: .get, scheme: "https", authority: "localhost", path: "/v1/events",
                headerFields: [.cookie: try await console.cookie("aigul")]),
            body: RequestBody(buffer: ByteBuffer()))
        do {
            let response = await console.server.application.responder.respond(
                to: request, body: .success(ByteBuffer()), peer: "10.0.0.1")
            #expect(response.status == .ok)
            #expect(console.feed.subscriberCount == 1)
        }
        #expect(console.feed.subscriberCount == 0)
    }

    @Test("a centre that is not the officer's, or an unknown parameter, begins no stream")
    func refused() async throws {
        let console = try Console()
        let cookie = try await console.cookie("aigul")
        for path in ["/v1/events?centre=almaty", "/v1/events?centre=astana&centre=almaty", "/v1/events?centre="] {
            #expect(try await console.send(.get, path, cookie: cookie).problem == "not_your_centre")
        }
        #expect(try await console.send(.get, "/v1/events?center=astana", cookie: cookie).problem == "bad_query")
        #expect(console.feed.subscriberCount == 0)
    }
}
