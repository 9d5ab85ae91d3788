import AlertModel
import LinuxIO
import Testing
import UnitTransport

/// Both ends of one connection, stepped by the test.
struct TLSPair: ~Copyable {
    let server: TLSConnection
    let client: TLSConnection

    init(server serverContext: TLSContext, client clientContext: TLSContext, hostName: String? = nil) throws {
        let listener = try Sockets.listen(host: "127.0.0.1", port: 0)
        let socket = try Sockets.connect(host: "127.0.0.1", port: try Sockets.localPort(of: listener))
        let epoll = try Epoll()
        try epoll.add(listener.rawValue, events: .readable, token: 0)
        var ready = [EpollEvent()]
        _ = try epoll.wait(into: &ready, timeoutMs: 60_000)
        guard let accepted = try Sockets.accept(from: listener) else { throw TestFailure("no connection") }
        let unit = try TLSConnection(client: clientContext, socket: socket, hostName: hostName)
        let gateway = try TLSConnection(server: serverContext, socket: accepted.take())
        client = unit
        server = gateway
    }

    /// Steps both sides until neither waits for the other.
    func shakeHands() -> (server: HandshakeStep, client: HandshakeStep) {
        var steps = (server: HandshakeStep.wantRead, client: HandshakeStep.wantRead)
        let start = SystemClock().now().monotonic
        while SystemClock().now().monotonic.nanosecondsSince(start) < 60_000_000_000 {
            if steps.client == .wantRead || steps.client == .wantWrite { steps.client = client.handshake() }
            if steps.server == .wantRead || steps.server == .wantWrite { steps.server = server.handshake() }
            if steps.server != .wantRead && steps.server != .wantWrite { break }
            if case .failed = steps.client { break }
        }
        return steps
    }
}

/// Waits for one socket; the kernel delivers over loopback soon, not at once.
func awaitReadable(_ fd: Int32) throws {
    let epoll = try Epoll()
    try epoll.add(fd, events: .readable, token: 0)
    var ready = [EpollEvent()]
    let count = try epoll.wait(into: &ready, timeoutMs: 60_000)
    if count == 0 { throw TestFailure("nothing came in a minute") }
}

extension TransportTests {
    @Suite("TLS")
    struct TLSConnectionTests {
        @Test("a good unit is known by its certificate, and bytes pass both ways, also on another thread's turn")
        func goodUnit() throws {
            let pair = try TLSPair(
                server: try TestPKI.server(), client: try TestPKI.client(), hostName: "127.0.0.1")
            let steps = pair.shakeHands()
            #expect(steps.server == .done)
            #expect(steps.client == .done)
            let unit = try pair.server.peerUnitID()
            #expect(unit == (try UnitID("unit-1")))
            let speaks = pair.client.speaksUnitProtocol
            #expect(speaks)
            var buffer = [UInt8](repeating: 0, count: 64)
            let nothing = buffer.withUnsafeMutableBytes { pair.server.read(into: $0) }
            #expect(nothing == .wouldBlock)
            let sent = [UInt8]("hello".utf8).withUnsafeBytes { pair.client.write($0) }
            #expect(sent == .bytes(5))
            try awaitReadable(pair.server.fd)
            let got = buffer.withUnsafeMutableBytes { pair.server.read(into: $0) }
            #expect(got == .bytes(5))
            #expect(buffer.prefix(5).elementsEqual("hello".utf8))
            pair.client.finishWriting()
            try awaitReadable(pair.server.fd)
            let end = buffer.withUnsafeMutableBytes { pair.server.read(into: $0) }
            #expect(end == .closed)
        }

        @Test(
            "bad units are refused for the right reason",
            arguments: [
                (nil, HandshakeFailure.Kind.noCertificate), (.stranger, .untrusted), (.expired, .expired),
                (.serverOnly, .purpose),
            ] as [(TestCertificate?, HandshakeFailure.Kind)])
        func badCertificates(certificate: TestCertificate?, kind: HandshakeFailure.Kind) throws {
            let pair = try TLSPair(server: try TestPKI.server(), client: try TestPKI.client(certificate))
            let steps = pair.shakeHands()
            guard case .failed(let failure) = steps.server else {
                Issue.record("was let in: \(steps)")
                return
            }
            #expect(failure.kind == kind, "\(failure)")
            #expect(!failure.detail.isEmpty)
            // TLS 1.3: the unit learns of it with its first read.
            var buffer = [UInt8](repeating: 0, count: 64)
            try awaitReadable(pair.client.fd)
            let told = buffer.withUnsafeMutableBytes { pair.client.read(into: $0) }
            guard case .failed(let text) = told else {
                Issue.record("the unit got no alert: \(told)")
                return
            }
            #expect(text.contains("alert"))
        }

        @Test(
            "who does not speak the protocol is refused in the first message",
            arguments: [nil, "h2", "sos-unit/2"])
        func otherProtocols(alpn: String?) throws {
            let pair = try TLSPair(server: try TestPKI.server(), client: try TestPKI.client(alpn: alpn))
            let steps = pair.shakeHands()
            guard case .failed(let failure) = steps.server else {
                Issue.record("was let in: \(steps)")
                return
            }
            #expect(failure.kind == .alpn, "\(failure)")
            try awaitReadable(pair.client.fd)
            guard case .failed(let told) = pair.client.handshake() else {
                Issue.record("the unit got no alert")
                return
            }
            #expect(told.kind == .refusedByPeer, "\(told)")
            #expect(told.detail.contains("no application protocol"), "\(told)")
        }

        @Test("TLS 1.2 is refused as that")
        func oldVersion() throws {
            let pair = try TLSPair(server: try TestPKI.server(), client: try TestPKI.client(tls12: true))
            guard case .failed(let failure) = pair.shakeHands().server else {
                Issue.record("was let in")
                return
            }
            #expect(failure.kind == .version, "\(failure)")
        }

        @Test("a certificate names exactly one unit", arguments: [TestCertificate.noURI, .twoURIs, .badID])
        func identity(certificate: TestCertificate) throws {
            let pair = try TLSPair(server: try TestPKI.server(), client: try TestPKI.client(certificate))
            #expect(pair.shakeHands().server == .done)
            do throws(HandshakeFailure) {
                let unit = try pair.server.peerUnitID()
                Issue.record("was taken for \(unit)")
            } catch {
                #expect(error.kind == .identity, "\(error)")
            }
        }

        @Test(
            "a unit checks the gateway's name",
            arguments: [
                ("gateway.test", true), ("127.0.0.1", true), ("other.test", false), ("127.0.0.2", false),
            ])
        func hostName(name: String, isRight: Bool) throws {
            let pair = try TLSPair(server: try TestPKI.server(), client: try TestPKI.client(), hostName: name)
            let steps = pair.shakeHands()
            if isRight {
                #expect(steps.client == .done)
            } else {
                #expect(steps.client == .failed(HandshakeFailure(.identity, detail: "")), "\(steps)")
            }
        }

        @Test("a connection is carried from owner to owner")
        func transfer() throws {
            let pair = try TLSPair(server: try TestPKI.server(), client: try TestPKI.client())
            let step = pair.shakeHands().server
            #expect(step == .done)
            let raw = pair.takeServer().release()
            let again = TLSConnection(retaking: raw)
            let unit = try again.peerUnitID()
            #expect(unit == (try UnitID("unit-1")))
        }
    }
}

extension TLSPair {
    /// Gives the gateway's side away and ends the other.
    consuming func takeServer() -> TLSConnection { server }
}

extension TransportTests {
    @Suite("TLS files")
    struct TLSContextTests {
        @Test("each bad file is named with OpenSSL's reason")
        func badFiles() throws {
            let pki = try TestPKI.shared.get()
            let good = pki.identity(.gateway)
            let missing = "\(pki.directory)/missing.pem"
            let cases: [(TLSIdentity, TLSError)] = [
                (
                    TLSIdentity(certificateFile: missing, keyFile: good.keyFile, trustFile: good.trustFile),
                    TLSError(.certificateFile, file: missing, detail: "")
                ),
                (
                    TLSIdentity(
                        certificateFile: good.certificateFile, keyFile: missing, trustFile: good.trustFile),
                    TLSError(.keyFile, file: missing, detail: "")
                ),
                (
                    TLSIdentity(
                        certificateFile: good.certificateFile, keyFile: pki.key("unitOne"),
                        trustFile: good.trustFile),
                    TLSError(.keyMismatch, file: pki.key("unitOne"), detail: "")
                ),
                (
                    TLSIdentity(
                        certificateFile: good.certificateFile, keyFile: good.keyFile, trustFile: good.keyFile),
                    TLSError(.trustFile, file: good.keyFile, detail: "")
                ),
            ]
            for (identity, expected) in cases {
                do throws(TLSError) {
                    _ = try TLSContext.server(identity)
                    Issue.record("\(identity) was taken")
                } catch {
                    #expect(error == expected, "\(error)")
                    #expect(error.detail != "no reason given", "\(error)")
                    #expect("\(error)".contains(expected.file ?? "?"))
                }
            }
        }
    }
}
