// The other end of an event stream: parses what the server writes, as it is written.

import HTTPTypes
import Hummingbird
import NIOCore

@testable import ConsoleAPI

struct StreamEvent: Hashable, Sendable {
    var id: String?
    var name: String?
    var data = ""
    var isComment = false
}

/// Collects a response body's chunks.
struct ChunkWriter: ResponseBodyWriter {
    let chunks: AsyncStream<String>.Continuation

    func write(_ buffer: ByteBuffer) async throws { chunks.yield(String(buffer: buffer)) }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws { chunks.finish() }
}

/// Reads events one by one.
struct StreamReader {
    private var chunks: AsyncStream<String>.AsyncIterator
    private var rest = ""

    init(_ chunks: AsyncStream<String>) { self.chunks = chunks.makeAsyncIterator() }

    mutating func next() async -> StreamEvent? {
        while true {
            if let end = rest.firstRange(of: "\n\n") {
                let block = rest[..<end.lowerBound]
                rest = String(rest[end.upperBound...])
                return Self.parse(block)
            }
            guard let chunk = await chunks.next() else { return nil }
            rest += chunk
        }
    }

    /// The next event that is no comment.
    mutating func nextEvent() async -> StreamEvent? {
        while let event = await next() { if !event.isComment { return event } }
        return nil
    }

    private static func parse(_ block: Substring) -> StreamEvent {
        var event = StreamEvent()
        for line in block.split(separator: "\n") {
            if line.hasPrefix(":") { event.isComment = true }
            if line.hasPrefix("id: ") { event.id = String(line.dropFirst(4)) }
            if line.hasPrefix("event: ") { event.name = String(line.dropFirst(7)) }
            if line.hasPrefix("data: ") { event.data += line.dropFirst(6) }
        }
        return event
    }
}

extension Console {
    /// Opens an event stream past the network and reads it while `body` runs.
    func stream<Value: Sendable>(
        _ path: String = "/v1/events", cookie: String, lastEventID: String? = nil,
        _ body: (inout StreamReader) async throws -> Value
    ) async throws -> Value {
        var headers: HTTPFields = [.cookie: cookie]
        if let lastEventID { headers[.lastEventID] = lastEventID }
        let request = Request(
            head: HTTPRequest(
                method: .get, scheme: "https", authority: "localhost", path: path, headerFields: headers),
            body: RequestBody(buffer: ByteBuffer()))
        let response = await server.application.responder.respond(
            to: request, body: .success(ByteBuffer()), peer: "10.0.0.1")
        guard response.status == .ok else { throw StreamRefused(status: response.status.code) }
        let (chunks, continuation) = AsyncStream.makeStream(of: String.self)
        let writing = Task {
            try await response.body.write(ChunkWriter(chunks: continuation))
        }
        defer { writing.cancel() }
        var reader = StreamReader(chunks)
        return try await body(&reader)
    }
}

struct StreamRefused: Error, Hashable { let status: Int }
