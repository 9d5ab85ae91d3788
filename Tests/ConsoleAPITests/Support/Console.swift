// A console API on the fake gateway, and short ways to talk to it.

import AlertModel
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Telemetry

@testable import ConsoleAPI

/// Officers: `aigul` serves astana, `bolat` serves almaty; alert 7 is astana's.
struct Console {
    let backend: FakeBackend
    let feed: ConsoleFeed
    let counters = Counters()
    let store: MemorySessionStore
    let server: ConsoleServer
    private let temporary: TemporaryDirectory
    /// Holds `cert.pem`, `key.pem` and `web`.
    var directory: URL { temporary.url }

    init(
        store: MemorySessionStore = MemorySessionStore(), feed: ConsoleFeed? = nil, host: String = "127.0.0.1",
        port: Int = 0,
        adjust: (inout ConsoleLimits) -> Void = { _ in }
    ) throws {
        self.store = store
        let feed = feed ?? ConsoleFeed(counters: counters)
        self.feed = feed
        backend = FakeBackend(feed: feed)
        temporary = try TemporaryDirectory()
        let directory = temporary.url
        try Self.fill(directory)
        var limits = ConsoleLimits()
        adjust(&limits)
        let configuration = ConsoleConfiguration(
            host: host, port: port, certificateFile: directory.appendingPathComponent("cert.pem").path,
            keyFile: directory.appendingPathComponent("key.pem").path,
            filesDirectory: directory.appendingPathComponent("web").path, limits: limits)
        var log = Logger(label: "console-tests")
        log.logLevel = .critical
        server = try ConsoleServer(
            configuration: configuration, backend: backend, feed: feed, sessionStore: store, counters: counters,
            logger: log)
        try fill()
    }

    var log: Logger { server.application.logger }

    private func fill() throws {
        let hash = try Sample.passwordHash.get()
        let aigul = try Sample.account("aigul", centres: ["astana"], hash: hash)
        let bolat = try Sample.account("bolat", centres: ["almaty"], hash: hash)
        backend.change { $0.accounts = [aigul.id: aigul, bolat.id: bolat] }
        for (number, centre) in ["astana", "almaty"].enumerated() {
            let record = CentreRecord(id: try CentreID(centre), name: centre.uppercased())
            feed.apply(.centre(record), sequence: JournalSequence(UInt64(number) + 1))
        }
        feed.apply(.unit(try Sample.unit("AST-0001", centre: "astana")), sequence: JournalSequence(3))
        feed.apply(.unit(try Sample.unit("ALA-0001", centre: "almaty")), sequence: JournalSequence(4))
        feed.apply(.alert(try Sample.alert(7)), sequence: JournalSequence(7))
    }

    private static func fill(_ directory: URL) throws {
        let web = directory.appendingPathComponent("web")
        try FileManager.default.createDirectory(
            at: web.appendingPathComponent("scripts"), withIntermediateDirectories: true)
        try Data(TestCertificate.certificate.utf8).write(to: directory.appendingPathComponent("cert.pem"))
        try Data(TestCertificate.key.utf8).write(to: directory.appendingPathComponent("key.pem"))
        try Data("<!doctype html><title>SOS</title>".utf8).write(to: web.appendingPathComponent("index.html"))
        try Data("export {}".utf8).write(to: web.appendingPathComponent("scripts/queue.js"))
        try Data("secret".utf8).write(to: web.appendingPathComponent(".hidden"))
    }

    /// A session's cookie, without the cost of a password.
    func cookie(_ officer: String) async throws -> String {
        let sessions = server.application.responder.gatekeeper.sessions
        let token = try await sessions.open(try OfficerID(officer), now: backend.now())
        return "\(Gatekeeper.cookieName)=\(token)"
    }

    /// Sends one request past the network.
    func send(
        _ method: HTTPRequest.Method, _ path: String, cookie: String? = nil, body: String? = nil,
        headers: HTTPFields = [:]
    ) async throws -> Answer {
        var all = headers
        if ![.get, .head].contains(method), all[.contentType] == nil { all[.contentType] = "application/json" }
        if let cookie { all[.cookie] = cookie }
        let (headers, buffer) = (all, body.map { ByteBuffer(string: $0) })
        return try await server.application.test(.router) { client in
            Answer(try await client.executeRequest(uri: path, method: method, headers: headers, body: buffer))
        }
    }
}

/// What came back.
struct Answer: Sendable {
    let status: Int
    let headers: HTTPFields
    let text: String

    init(_ response: TestResponse) {
        status = response.status.code
        headers = response.headers
        text = String(buffer: response.body)
    }

    /// The body as a JSON object.
    var object: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]) ?? [:]
    }

    /// The problem's reason, when it is a complete problem document.
    var problem: String? {
        let keys: Set<String> = ["type", "title", "status", "detail", "reason", "owner"]
        guard headers[.contentType] == "application/problem+json", Set(object.keys) == keys,
            object["status"] as? Int == status, let reason = object["reason"] as? String,
            object["type"] as? String == "urn:sos:problem:\(reason)", object["detail"] as? String != ""
        else { return nil }
        return reason
    }
}

extension AlertView {
    var jsonText: String { String(buffer: json) }
}
