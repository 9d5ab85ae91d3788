import SimulatedField
import Testing

@Suite("Server-Sent Events")
struct ServerSentEventTests {
    static let stream =
        "retry: 1000\nid: 7\nevent: ready\ndata: {\"sequence\":\"7\"}\n\n:\n\n"
        + "id: 8\nevent: alert\ndata: {\"id\":\"8\",\"place\":\"Бәйтерек\"}\n\n"
    static let events = [
        ServerSentEvent(name: "ready", id: "7", data: "{\"sequence\":\"7\"}"),
        ServerSentEvent(name: "alert", id: "8", data: "{\"id\":\"8\",\"place\":\"Бәйтерек\"}"),
    ]

    @Test("any cut of the bytes gives the same events")
    func pieces() {
        for bytes in 1...Self.stream.utf8.count {
            var parser = ServerSentEventParser()
            var events: [ServerSentEvent] = []
            var rest = Array(Self.stream.utf8)[...]
            while !rest.isEmpty {
                events += parser.parse(rest.prefix(bytes))
                rest = rest.dropFirst(bytes)
            }
            #expect(events == Self.events, "in pieces of \(bytes)")
        }
    }

    @Test("every line end of the standard ends a line", arguments: ["\n", "\r\n", "\r"])
    func lineEnds(end: String) {
        var parser = ServerSentEventParser()
        let text = ["event:x", "data: 1", "data", "data:  2", "", "data: 3", "", ""].joined(separator: end)
        let events = parser.parse(text.utf8)
        #expect(events == [ServerSentEvent(name: "x", data: "1\n\n 2"), ServerSentEvent(data: "3")])
    }

    @Test("an event without data is none, and an unfinished one is not given")
    func incomplete() {
        var parser = ServerSentEventParser()
        #expect(parser.parse("event: x\nid: 4\n\ndata: 1\n".utf8).isEmpty)
        #expect(parser.parse("\n".utf8) == [ServerSentEvent(data: "1")])
    }

    @Test("an event of endless length is dropped, and the next one comes")
    func endless() {
        var parser = ServerSentEventParser()
        let long = String(repeating: "a", count: ServerSentEventParser.eventBytesMax + 1)
        #expect(parser.parse("data: \(long)\n\ndata: 2\n\n".utf8) == [ServerSentEvent(data: "2")])
    }
}
