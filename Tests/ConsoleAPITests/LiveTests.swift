import AlertModel
import Foundation
import HTTPTypes
import HummingbirdTesting
import ServiceLifecycle
import Telemetry
import Testing

@testable import ConsoleAPI

@Suite("On real sockets", .timeLimit(.minutes(5)))
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
            let health = Answer(
                try await client.executeRequest(uri: "/healthz", method: .get, headers: [:], body: nil))
            #expect(health.text == "ok")
            #expect(health.headers[.strictTransportSecurity] != nil)
            let me = Answer(try await client.executeRequest(uri: "/v1/me", method: .get, headers: [:], body: nil))
            #expect(me.problem == "not_signed_in")
        }
        #expect(["127.0.0.1", "::1"].contains(console.backend.audit.first?.peer))
    }

    @Test("the client chooses HTTP/2 or HTTP/1.1, and gets TLS 1.2 at least")
    func protocols() async throws {
        let source = """
            import socket, ssl, sys
            for offer, version in ((["h2", "http/1.1"], None), (["http/1.1"], ssl.TLSVersion.TLSv1_2)):
                context = ssl.create_default_context(cafile=sys.argv[2])
                context.set_alpn_protocols(offer)
                if version: context.maximum_version = version
                s = context.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[1]))), server_hostname="localhost")
                print(s.selected_alpn_protocol(), s.version())
            """
        let console = try Console()
        let trust = console.directory.appendingPathComponent("cert.pem").path
        try await run(console) { port in
            let script = try Script(source, [String(port), trust])
            var lines = script.lines.makeAsyncIterator()
            #expect(await lines.next() == "h2 TLSv1.3")
            #expect(await lines.next() == "http/1.1 TLSv1.2")
        }
    }

    @Test("a new certificate serves new connections, a bad one changes nothing, and no connection is dropped")
    func certificateReload() async throws {
        let console = try Console()
        let source = """
            import socket, ssl, sys
            def connect():
                context = ssl.create_default_context()
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
                s = context.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[1])), 20))
                return s, hash(s.getpeercert(True))
            def healthy(s):
                s.sendall(b"GET /healthz HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
                answer = b""
                while not answer.endswith(b"ok"):
                    part = s.recv(4096)
                    if not part: return False
                    answer += part
                return answer.startswith(b"HTTP/1.1 200")
            first, before = connect()
            assert healthy(first)
            print("connected", flush=True)
            input()
            second, after = connect()
            print(healthy(first), healthy(second), before != after, flush=True)
            input()
            third, last = connect()
            print(healthy(first), healthy(third), after == last, flush=True)
            """
        let files = console.directory
        try await run(console) { port in
            let script = try Script(source, [String(port)])
            var lines = script.lines.makeAsyncIterator()
            #expect(await lines.next() == "connected")
            let made = try Script(
                """
                import subprocess, sys
                subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", "40", "-subj", "/CN=second", "-keyout", sys.argv[1] + "/key.pem", "-out", sys.argv[1] + "/cert.pem"],
                    check=True, capture_output=True)
                print("made")
                """, [files.path])
            var steps = made.lines.makeAsyncIterator()
            #expect(await steps.next() == "made")
            let days =
                (try console.server.reloadCertificate().nanoseconds / 1_000_000_000
                    - Int64(Date().timeIntervalSince1970)) / 86_400
            #expect((39...40).contains(days))
            script.type("")
            #expect(await lines.next() == "True True True")
            try Data("no key".utf8).write(to: files.appendingPathComponent("key.pem"))
            #expect(throws: ConsoleServerError.self) { _ = try console.server.reloadCertificate() }
            script.type("")
            #expect(await lines.next() == "True True True")
        }
    }

    @Test("connections of one address are limited, and those of another get in")
    func addresses() async throws {
        let console = try Console { $0.connectionsPerAddressMax = 3 }
        let source = """
            import socket, ssl, sys
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            def connect(source):
                s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 20, source_address=(source, 0))
                try: return context.wrap_socket(s)
                except OSError: return None
            first = [connect("127.0.0.1") for _ in range(3)]
            print(all(first), connect("127.0.0.1") is None, connect("127.0.0.2") is not None)
            first.pop().close()
            for _ in range(200):
                again = connect("127.0.0.1")
                if again: break
            print(again is not None)
            """
        try await run(console) { port in
            let script = try Script(source, [String(port)])
            var lines = script.lines.makeAsyncIterator()
            #expect(await lines.next() == "True True True")
            #expect(await lines.next() == "True")
        }
        #expect(console.counters.value(.consoleConnectionsRefused) >= 1)
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
                source, ["127.0.0.1", String(bound), trust, "aigul"],
                environment: ["SOS_PASSWORD": Sample.password])
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
        let console = try Console { $0.firstBytesWithin = .seconds(2) }
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
        // Long enough for a handshake on a busy machine.
        try await run(console) { port in
            let script = try Script(source, [String(port)])
            var lines = script.lines.makeAsyncIterator()
            #expect(await lines.next() == "0")
            #expect(await lines.next() == "0")
        }
    }

    @Test("a body that trickles or is too large is refused in time and its connection closed, wanted or not")
    func slowBody() async throws {
        let console = try Console { $0.bodyWithin = .milliseconds(300) }
        let source = """
            import socket, ssl, sys
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            for start, sent in (("POST /v1/sign-in", 1), ("POST /v1/sign-out", 1), ("GET /", 1), ("GET /healthz", 1), ("POST /v1/sign-in", 65537)):
                s = context.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[1])), 20))
                s.sendall(f"{start} HTTP/1.1\\r\\nHost: x\\r\\nContent-Type: application/json\\r\\nContent-Length: 99999\\r\\n\\r\\n".encode() + b"{" * sent)
                answer = b""
                while True:
                    try: more = s.recv(4096)
                    except ssl.SSLError: more = b""
                    if not more: break
                    answer += more
                print(start, answer.split()[1].decode(), b"body_too_slow" in answer)
            """
        try await run(console) { port in
            let script = try Script(source, [String(port)])
            var lines = script.lines.makeAsyncIterator()
            #expect(await lines.next() == "POST /v1/sign-in 408 True")
            #expect(await lines.next() == "POST /v1/sign-out 401 False")
            #expect(await lines.next() == "GET / 408 True")
            #expect(await lines.next() == "GET /healthz 408 True")
            #expect(await lines.next() == "POST /v1/sign-in 413 False")
        }
    }

    @Test("a console that does not read slows nobody, and neither it nor a silent connection holds up the stop")
    func stalled() async throws {
        let console = try Console {
            $0.drainWithin = .milliseconds(500)
            $0.firstBytesWithin = .seconds(600)
        }
        let source = """
            import socket, ssl, sys, time
            address = ("127.0.0.1", int(sys.argv[1]))
            silent = socket.create_connection(address)
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            stalled = context.wrap_socket(socket.create_connection(address))
            stalled.sendall(f"GET /v1/events HTTP/1.1\\r\\nHost: x\\r\\nCookie: {sys.argv[2]}\\r\\n\\r\\n".encode())
            print(stalled.recv(12).decode())
            time.sleep(600)
            """
        let cookie = try await console.cookie("aigul")
        let script = try await run(console) { port in
            let script = try Script(source, [String(port), cookie])
            var lines = script.lines.makeAsyncIterator()
            #expect(await lines.next() == "HTTP/1.1 200")
            var alert = try Sample.alert(7)
            alert.note = String(repeating: "x", count: 500)
            var sequence: UInt64 = 100
            // The sockets' buffers fill, then the mailbox.
            while console.counters.value(.consoleStreamsResynced) == 0, sequence < 1_000_000 {
                sequence += 1
                console.feed.apply(.alert(alert), sequence: JournalSequence(sequence))
                if sequence.isMultiple(of: 100) { await Task.yield() }
            }
            #expect(console.counters.value(.consoleStreamsResynced) == 1)
            return script
        }
        script.stop()
        #expect(console.feed.subscriberCount == 0)
    }

    @Test("an address that is not ours is one clear error")
    func wrongAddress() async throws {
        let console = try Console(host: "no-such-host.invalid")
        let error = await #expect(throws: ConsoleServerError.self) { try await console.server.run() }
        #expect(error?.description.contains("no-such-host.invalid") == true)
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
        for (certificateFile, keyFile, named) in [
            ("/no/such", key, "/no/such"), (cert, cert, cert), (key, key, key),
        ] {
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
