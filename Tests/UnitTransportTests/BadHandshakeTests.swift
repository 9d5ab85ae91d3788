// Whatever one peer does closes that peer's connection, counted and reported; the unit beside it notices
// nothing.

import AlertModel
import Glibc
import LinuxIO
import Telemetry
import Testing
import UnitProtocol

@testable import UnitTransport

extension TransportTests {
    @Suite("Bad peers in the handshake")
    struct BadHandshakeTests {
        @Test(
            "a bad certificate or protocol",
            arguments: [
                (nil, TLSContext.applicationProtocol, false, .noCertificate),
                (.stranger, TLSContext.applicationProtocol, false, .untrusted),
                (.expired, TLSContext.applicationProtocol, false, .expired),
                (.serverOnly, TLSContext.applicationProtocol, false, .purpose),
                (.unitOne, nil, false, .alpn), (.unitOne, "h2", false, .alpn),
                (.unitOne, TLSContext.applicationProtocol, true, .version),
            ] as [(TestCertificate?, String?, Bool, HandshakeFailure.Kind)])
        func refused(certificate: TestCertificate?, alpn: String?, tls12: Bool, kind: HandshakeFailure.Kind) throws
        {
            let scene = try Scene()
            let bad = try scene.harness.connect(certificate, alpn: alpn, tls12: tls12)
            bad.send(.hello(try Harness.hello("unit-1")))
            try scene.harness.pump("the refusal") { bad.isClosed }
            scene.checkHandshake(kind)
            #expect(bad.failure?.contains("alert") == true, "the peer was told: \(bad.failure ?? "nothing")")
            #expect(scene.harness.links.count == 1)
            // The peer keeps its socket; the gateway does not wait for it.
            scene.harness.advance(seconds: 1.1)
            try scene.harness.pump("the end") { scene.harness.transport.handshakes.underway == 0 }
            try scene.checkWitness()
        }

        @Test("a certificate that does not name one unit", arguments: [TestCertificate.noURI, .twoURIs, .badID])
        func identity(certificate: TestCertificate) throws {
            let scene = try Scene()
            let bad = try scene.harness.connect(certificate)
            bad.send(.hello(try Harness.hello("unit-1")))
            try scene.harness.pump("the refusal") { bad.isClosed }
            #expect(bad.unables.map(\.code) == [.identity])
            scene.checkHandshake(.identity)
            try scene.checkWitness()
        }

        @Test(
            "plain text and other protocols",
            arguments: [
                "GET / HTTP/1.1\r\nHost: gateway\r\n\r\n", "HELLO unit-1, let me in please\r\n",
                "SSH-2.0-OpenSSH_9.2\r\n", "\u{10}\u{20}\u{0}\u{4}MQTT\u{4}\u{2}\u{0}\u{3c}\u{0}\u{0}",
            ])
        func notTLS(text: String) throws {
            let scene = try Scene()
            let raw = try RawPeer(port: scene.harness.port)
            raw.send(Array(text.utf8))
            try scene.harness.pump("the end") { raw.isClosed() }
            scene.checkHandshake(.notTLS)
            try scene.checkWitness()
        }

        @Test("half a handshake and silence, by the clock")
        func silence() throws {
            let scene = try Scene()
            let raw = try RawPeer(port: scene.harness.port)
            // The header of a ClientHello's record, and nothing behind it.
            raw.send([22, 3, 1, 2, 0])
            try scene.harness.pump("the connection") { scene.harness.transport.handshakes.underway == 1 }
            scene.harness.advance(seconds: 9.5)
            scene.harness.turn()
            #expect(scene.harness.transport.handshakes.underway == 1)
            scene.harness.advance(seconds: 0.6)
            try scene.harness.pump("the end") { raw.isClosed() }
            scene.checkHandshake(.timeout)
            try scene.checkWitness()
        }

        @Test("gone in the handshake")
        func hungUp() throws {
            let scene = try Scene()
            do {
                let raw = try RawPeer(port: scene.harness.port)
                raw.send([22, 3, 1, 2, 0])
                try scene.harness.pump("the connection") { scene.harness.transport.handshakes.underway == 1 }
            }
            try scene.harness.pump("the end") { scene.harness.transport.handshakes.underway == 0 }
            scene.checkHandshake(.peerClosed)
            try scene.checkWitness()
        }

        @Test("handshakes that were begun and left in all places make room for a unit after the grace time")
        func backlog() throws {
            let scene = try Scene { $0.handshakesMax = 3 }
            let silent = try (0..<3).map { _ in try RawPeer(port: scene.harness.port) }
            // The header of a ClientHello's record, and nothing behind it.
            for one in silent { one.send([22, 3, 1, 2, 0]) }
            try scene.harness.pump("all places taken") { scene.harness.transport.handshakes.underway == 3 }
            let unit = try scene.harness.connect()
            unit.send(.hello(try Harness.hello("unit-1")))
            for _ in 0..<100 { scene.harness.turn() }
            #expect(!unit.isEstablished)
            scene.harness.advance(seconds: 2.2)
            try scene.harness.pump("WELCOME") { !unit.messages.isEmpty }
            #expect(scene.harness.counters.value(.connectionsRefusedBacklog) == 1)
            #expect(scene.harness.reports.contains { $0.what == .refused })
            #expect(silent.filter { $0.isClosed() }.count == 1)
            try scene.checkWitness()
        }

        @Test(
            "out of descriptors or memory: accepting pauses, links go on, and it comes back",
            arguments: [EMFILE, ENFILE, ENOMEM, ENOBUFS])
        func outOfDescriptors(code: Int32) throws {
            let scene = try Scene()
            let unit = try scene.harness.connect()
            unit.send(.hello(try Harness.hello("unit-1")))
            scene.harness.transport.handshakes.acceptOne = { (_) throws(Errno) -> Accepted? in
                throw Errno(code: code)
            }
            try scene.harness.pump("the error") { scene.harness.counters.value(.acceptErrors) > 0 }
            try scene.checkWitness()
            #expect(scene.harness.counters.value(.acceptErrors) == 1, "it pauses instead of spinning")
            scene.harness.transport.handshakes.acceptOne = Sockets.accept
            scene.harness.advance(seconds: 0.3)
            try scene.harness.pump("WELCOME") { !unit.messages.isEmpty }
            #expect(scene.harness.reports.contains { $0.what == .acceptFailed })
        }
    }
}
