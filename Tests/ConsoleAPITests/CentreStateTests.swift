import AlertModel
import HTTPTypes
import Testing

@testable import ConsoleAPI

@Suite("How centres stand")
struct CentreStateTests {
    private let path = "/v1/centres/astana/state"

    /// A console whose officer is a supervisor of Astana.
    private func console() async throws -> (Console, cookie: String) {
        let console = try Console()
        let dana = try Sample.account("dana", centres: ["astana"], role: .supervisor)
        console.backend.change { $0.accounts[dana.id] = dana }
        return (console, try await console.cookie("dana"))
    }

    @Test("a supervisor says how a centre stands: answered as it is then, listed, and audited")
    func set() async throws {
        let (console, cookie) = try await console()
        let answer = try await console.send(.put, path, cookie: cookie, body: #"{"state":"inactive"}"#)
        #expect(answer.status == 200)
        #expect(answer.object["state"] as? String == "inactive" && answer.object["watched"] as? Bool == true)
        #expect(answer.object["since"] as? String == "2026-11-18T11:06:40.000+00:00")
        let list = try await console.send(.get, "/v1/centres", cookie: cookie)
        #expect(list.text.contains(#""state":"inactive""#))
        let entry = try #require(console.backend.audit.first)
        #expect(entry.act == .centreState && entry.isAllowed && entry.detail == "astana inactive")
        #expect(entry.officer == "dana" && entry.alert == nil)
    }

    @Test("what is no state is refused by name; a refusal and a failure are audited")
    func refused() async throws {
        let (console, cookie) = try await console()
        for body in ["{}", #"{"state":"closed"}"#, #"{"state":"full","by":"x"}"#] {
            #expect(
                try await console.send(.put, path, cookie: cookie, body: body).problem == "bad_body", "\(body)")
        }
        console.backend.change { $0.refusal = (.centreUnknown, nil) }
        #expect(
            try await console.send(.put, path, cookie: cookie, body: #"{"state":"full"}"#).problem
                == "no_such_centre")
        console.backend.change { $0.failure = .timedOut }
        #expect(
            try await console.send(.put, path, cookie: cookie, body: #"{"state":"full"}"#).problem == "timed_out")
        #expect(
            console.backend.audit.map(\.detail) == ["astana full: no_such_centre", "astana full: timed_out"])
        #expect(console.backend.audit.allSatisfy { !$0.isAllowed })
    }

    @Test("an officer may not, nor a page of another site, nor with another method")
    func denied() async throws {
        let (console, cookie) = try await console()
        let officer = try await console.cookie("aigul")
        let body = #"{"state":"full"}"#
        #expect(try await console.send(.put, path, cookie: officer, body: body).problem == "supervisors_only")
        #expect(
            try await console.send(
                .put, path, cookie: cookie, body: body, headers: [.origin: "https://evil.example"]
            ).problem == "foreign_origin")
        #expect(
            try await console.send(.put, path, cookie: cookie, body: body, headers: [.contentType: "text/plain"])
                .problem == "not_json")
        let get = try await console.send(.get, path, cookie: cookie)
        #expect(get.problem == "wrong_method" && get.headers[.allow] == "PUT")
        #expect(console.feed.centre(try CentreID("astana"))?.situation == nil)
    }

    @Test("a stream tells a change once; a centre that left the registry is on no list any more")
    func told() async throws {
        let (console, cookie) = try await console()
        let centre = try CentreID("astana")
        func status(isRemoved: Bool) -> FeedEntry {
            .centreSituation(
                CentreStatus(
                    centre: centre, state: .full, isWatched: false, isUnreachable: true, isRemoved: isRemoved,
                    since: nil))
        }
        try await console.stream(cookie: cookie) { reader in
            #expect(await reader.nextEvent()?.name == "ready")
            for sequence in UInt64(8)...9 {
                console.feed.apply(status(isRemoved: false), sequence: JournalSequence(sequence))
            }
            console.feed.apply(status(isRemoved: true), sequence: JournalSequence(10))
            let event = await reader.nextEvent()
            #expect(event?.name == "centre" && event?.id == "8")
            #expect(event?.data.contains(#""state":"full","watched":false,"unreachable":true"#) == true)
            #expect(await reader.nextEvent()?.name == "resync")
        }
        #expect(try await console.send(.get, "/v1/centres", cookie: cookie).text == "[]")
        console.feed.apply(.centre(CentreRecord(id: centre, name: "A")), sequence: JournalSequence(11))
        #expect(console.feed.centre(centre) != nil)
    }
}
