import AlertModel
import Foundation
import HTTPTypes
import HummingbirdTesting
import ServiceLifecycle
import Telemetry
import Testing

@testable import ConsoleAPI

@Suite("On real sockets", .timeLimit(.minutes(1)))
struct LiveTests {
    /// Runs a console's server until `body` returns, then stops it gracefully.
    private func run<Value: Sendable>(
        _ console: Console, _ body: @Sendable (Int) async throws -> Value
    ) async throws -> Value {
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [console.server], logger: console.log))
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let port = try #require(await console.server.boundPort())
            let outcome: Result<Value, any Error>
            do { outcome = .success(try await body(port)) } catch { outcome = .failure(error) }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return try outcome.get()
        }
    }

    @Test("HTTPS by the protocol the client prefers, with the peer's address in the audit record")
    func https() async throws {
        let console = try Console()
        try await console.server.application.test(.ahc(.https)) { client in
            let health = Answer(try await client.executeRequest(uri: "/healthz", method: .get, headers: [:], body: nil))
            #expect(health.text == "ok")
            #expect(health.headers[.strictTransportSecurity] != nil)
            let me = Answer(try await client.executeRequest(uri: "/v1/me", method: .get, headers: [:], body: nil))
            #expect(me.problem == "not_signed_in")
        }
        #expect(["127.0.0.1", "::1"].contains(console.backend.audit.first?.peer))
    }

    @Test("the example of Docs/console-api.md sees an alert, outlives a restart and misses nothing")
    func pythonExample() async throws {
        let source = try Script.example(of: "Docs/console-api.md")
        #expect(source.split(separator: "\n").count <= 40)
        let store = MemorySessionStore()
        let first = try Console(store: store)
        let trust = first.directory.appendingPathComponent("cert.pem").path
        let (script, port) = try await run(first) { bound in
            let script = try Script(
                source, ["127.0.0.1", String(bound), trust, "aigul"], environment: ["SOS_PASSWORD": Sample.password])
            var lines = script.lines.makeAsyncIterator()
            #expect(await lines.next() == #"ready {"sequence":"7","resumed":false}"#)
            first.feed.apply(.alert(try Sample.alert(8)), sequence: JournalSequence(8))
            #expect(await lines.next()?.hasPrefix(#"alert {"id":"8","#) == true)
            return (script, bound)
        }
        defer { script.stop() }
        // Another process, the same journal with one alert more, the same address.
        let second = try Console(store: store, port: port)
        for id in 8...9 as ClosedRange<UInt64> {
            second.feed.apply(.alert(try Sample.alert(id)), sequence: JournalSequence(id))
        }
        try await run(second) { _ in
            var lines = script.lines.makeAsyncIterator()
            #expect(await lines.next() == #"ready {"sequence":"8","resumed":true}"#)
            #expect(await lines.next()?.hasPrefix(#"alert {"id":"8","#) == true)
            #expect(await lines.next()?.hasPrefix(#"alert {"id":"9","#) == true)
        }
        #expect(second.counters.value(.consoleSignIns) == 0)
    }

    @Test("a connection that says nothing, before or after its handshake, is closed in time")
    func silence() async throws {
        let console = try Console { $0.firstBytesWithin = .milliseconds(300) }
        let source = """
            import socket, ssl, sys
            for wrap in (False, True):
                s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 20)
                if wrap:
                    context = ssl.create_default_context()
                    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
                    s = context.wrap_socket(s)
                print(len(s.recv(1)))
            """
        try await run(console) { port in
            let script = try Script(source, [String(port)])
            var lines = script.lines.makeAsyncIterator()
            #expect(await lines.next() == "0")
            #expect(await lines.next() == "0")
        }
    }

    @Test("a port in use is one clear error, and whoever waits for the port is told")
    func portInUse() async throws {
        let console = try Console()
        try await run(console) { port in
            let second = try Console(port: port)
            let error = await #expect(throws: ConsoleServerError.self) { try await second.server.run() }
            #expect(error?.description.contains("127.0.0.1:\(port)") == true)
            #expect(await second.server.boundPort() == nil)
        }
    }

    @Test("a wrong certificate or key stops the start and names the file")
    func wrongCertificate() throws {
        let console = try Console()
        let cert = console.directory.appendingPathComponent("cert.pem").path
        let key = console.directory.appendingPathComponent("key.pem").path
        for (certificateFile, keyFile, named) in [("/no/such", key, "/no/such"), (cert, cert, cert), (key, key, key)] {
            let configuration = ConsoleConfiguration(
                host: "127.0.0.1", port: 0, certificateFile: certificateFile, keyFile: keyFile,
                filesDirectory: console.directory.appendingPathComponent("web").path)
            let error = #expect(throws: ConsoleServerError.self) {
                try ConsoleServer(
                    configuration: configuration, backend: console.backend, feed: console.feed,
                    counters: console.counters, logger: console.log)
            }
            #expect(error?.description.contains(named) == true)
        }
    }
}
