// Whatever one peer does closes that peer's connection, counted and reported; the unit beside it notices nothing.

import AlertModel
import Glibc
import LinuxIO
import Telemetry
import Testing
import UnitProtocol

@testable import UnitTransport

/// A harness with a good unit beside the bad peer.
struct Scene {
    let harness: Harness
    let witness: TestUnit

    init(_ change: (inout UnitTransportLimits) -> Void = { _ in }) throws {
        harness = try Harness(change)
        witness = try harness.open(.unitTwo)
    }

    /// The good unit still presses and is answered.
    func checkWitness() throws {
        let link = try #require(harness.links.first { $0.unit.description == "unit-2" })
        witness.send(Harness.press(99))
        try harness.pump("the good unit's press") { harness.presses.contains { $0.id.counter == 99 } }
        harness.answer(.acknowledged(link.link, boot: 7, counter: 99))
        try harness.pump("the good unit's answer") {
            witness.messages.contains(.acknowledgement(Acknowledgement(boot: 7, counter: 99)))
        }
        #expect(!witness.isClosed)
        #expect(!harness.downs.contains { $0.link == link.link })
    }

    /// Exactly one failed handshake, of this kind.
    func checkHandshake(_ kind: HandshakeFailure.Kind) {
        #expect(harness.reports.filter { $0.what == .handshakeFailed(kind) }.count == 1, "\(harness.reports)")
        #expect(harness.counters.value(kind.counter) == 1)
        #expect(harness.reports.allSatisfy { !$0.detail.isEmpty })
    }
}

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

        @Test("silent sockets in all places make room for a unit after the grace time")
        func backlog() throws {
            let scene = try Scene { $0.handshakesMax = 3 }
            let silent = try (0..<3).map { _ in try RawPeer(port: scene.harness.port) }
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

        @Test("out of descriptors: accepting pauses, links go on, and it comes back")
        func outOfDescriptors() throws {
            let scene = try Scene()
            let unit = try scene.harness.connect()
            unit.send(.hello(try Harness.hello("unit-1")))
            scene.harness.transport.handshakes.acceptOne = { (_) throws(Errno) -> Accepted? in
                throw Errno.noFileDescriptors
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

extension TransportTests {
    @Suite("Bad peers behind the handshake")
    struct BadFrameTests {
        /// What a unit with a good certificate may do wrong.
        enum Breach: CaseIterable, Sendable {
            case oversized, unknownMustUnderstand, wrongVersion, otherUnit, badName, frameBeforeHello,
                unknownBeforeHello,
                secondHello, gatewayMessage, shortPress, garbage

            var bytes: [UInt8] {
                get throws {
                    switch self {
                    // Body length 16,641: one more than the most.
                    case .oversized: try hello() + [0x41, 0x01, 0x10, 0]
                    case .unknownMustUnderstand: try hello() + [0, 1, 0x7F, 1, 0]
                    case .wrongVersion: [0, 1, 0x01, 0, 2]
                    case .otherUnit: try Self.encode(.hello(Harness.hello("unit-2")))
                    case .badName: try badName()
                    case .frameBeforeHello: Self.encode(Harness.press(1))
                    case .unknownBeforeHello: [0, 1, 0x7F, 0, 0]
                    case .secondHello: try hello() + hello()
                    case .gatewayMessage: try hello() + [0, 0, 0x02, 0]
                    case .shortPress: try hello() + [0, 4, 0x10, 0, 0, 0, 0, 7]
                    case .garbage: [UInt8](repeating: 0xA5, count: 500)
                    }
                }
            }

            var code: UnableCode {
                switch self {
                case .oversized, .garbage: .oversized
                case .unknownMustUnderstand: .unknownType
                case .wrongVersion: .version
                case .otherUnit, .badName: .identity
                case .frameBeforeHello, .unknownBeforeHello, .secondHello, .gatewayMessage: .unexpected
                case .shortPress: .notEnoughInformation
                }
            }

            var counter: Counter {
                switch self {
                case .oversized, .garbage: .framesRefusedOversized
                case .unknownMustUnderstand: .framesRefusedUnknownType
                case .wrongVersion: .framesRefusedVersion
                case .otherUnit, .badName: .framesRefusedIdentity
                case .frameBeforeHello, .unknownBeforeHello, .secondHello, .gatewayMessage:
                    .framesRefusedUnexpected
                case .shortPress: .framesRefusedMalformed
                }
            }

            /// Whether HELLO was accepted before.
            var isOpen: Bool {
                switch self {
                case .oversized, .unknownMustUnderstand, .secondHello, .gatewayMessage, .shortPress: true
                default: false
                }
            }

            private func hello() throws -> [UInt8] { Self.encode(.hello(try Harness.hello("unit-1"))) }

            /// A hello whose name has a byte that no name may have.
            private func badName() throws -> [UInt8] {
                let bytes = try hello()
                guard let place = bytes.firstIndex(of: UInt8(ascii: "u")) else { return bytes }
                return bytes[..<place] + [0x20] + bytes[(place + 1)...]
            }

            private static func encode(_ message: UnitMessage) -> [UInt8] {
                var frame = [UInt8](repeating: 0, count: Limits.frameBytesMax)
                let count = frame.withUnsafeMutableBytes { message.encode(into: $0) } ?? 0
                return Array(frame[..<count])
            }
        }

        @Test("a breach of the protocol is answered UNABLE and ends that link alone", arguments: Breach.allCases)
        func breach(_ breach: Breach) throws {
            let scene = try Scene()
            let bad = try scene.harness.connect()
            bad.send(bytes: try breach.bytes)
            try scene.harness.pump("the refusal") { bad.isClosed }
            #expect(bad.unables.map(\.code) == [breach.code], "\(bad.messages)")
            #expect(bad.unables.first?.text.isEmpty == false)
            #expect(scene.harness.counters.value(breach.counter) == 1)
            #expect(scene.harness.counters.value(.linksClosedProtocol) == 1)
            let reports = scene.harness.reports.filter { $0.what == .linkEnded(.protocolError) }
            #expect(reports.count == 1 && reports.first?.unit?.description == "unit-1")
            let ups = scene.harness.links.filter { $0.unit.description == "unit-1" }
            #expect(ups.count == (breach.isOpen ? 1 : 0))
            #expect(scene.harness.downs.map(\.end) == (breach.isOpen ? [.protocolError] : []))
            #expect(scene.harness.presses.isEmpty)
            bad.hangUp()
            try scene.harness.pump("it is gone") { scene.harness.transport.sessions.connections == 1 }
            try scene.checkWitness()
        }

        @Test("what can be skipped or declined leaves the link alone")
        func survivable() throws {
            let scene = try Scene()
            let unit = try scene.harness.open()
            unit.send(bytes: [0, 2, 0x7E, 0, 1, 2])
            // A fault that is in no list.
            unit.send(bytes: [0, 21, 0x12, 0] + [UInt8](repeating: 0, count: 20) + [200])
            unit.send(.textReply(TextReply(question: QuestionID(1), reply: .yes)))
            unit.send(Harness.press(3))
            try scene.harness.pump("the press") { scene.harness.presses.count == 1 && unit.unables.count == 2 }
            #expect(unit.unables.map(\.code) == [.cannotProcess, .unexpected])
            #expect(scene.harness.counters.value(.framesSkippedUnknown) == 1)
            #expect(scene.harness.counters.value(.framesRefusedMalformed) == 1)
            #expect(scene.harness.counters.value(.framesRefusedUnexpected) == 1)
            #expect(!unit.isClosed)
            try scene.checkWitness()
        }

        @Test("no HELLO within its time")
        func noHello() throws {
            let scene = try Scene()
            let bad = try scene.harness.connect()
            try scene.harness.pump("TLS stands") {
                bad.isEstablished && scene.harness.transport.sessions.connections == 2
            }
            scene.harness.advance(seconds: 9.5)
            scene.harness.turn()
            #expect(!bad.isClosed)
            scene.harness.advance(seconds: 0.5)
            try scene.harness.pump("the refusal") { bad.isClosed }
            #expect(bad.unables.map(\.code) == [.deadline])
            #expect(scene.harness.counters.value(.framesRefusedDeadline) == 1)
            #expect(scene.harness.downs.isEmpty)
            try scene.checkWitness()
        }

        @Test("half a frame and silence; whole frames before it do not help")
        func halfFrame() throws {
            let scene = try Scene()
            let bad = try scene.harness.open()
            bad.send(Harness.press(1))
            bad.send(bytes: [0, 31, 0x10, 0, 1, 2, 3])
            try scene.harness.pump("the press") { scene.harness.presses.count == 1 }
            scene.harness.advance(seconds: 6)
            // A byte now and then does not buy time.
            bad.send(bytes: [4])
            for _ in 0..<50 { scene.harness.turn() }
            #expect(!bad.isClosed)
            scene.harness.advance(seconds: 4)
            try scene.harness.pump("the refusal") { bad.isClosed }
            #expect(bad.unables.map(\.code) == [.deadline])
            #expect(scene.harness.counters.value(.framesRefusedDeadline) == 1)
            #expect(scene.harness.downs.map(\.end) == [.protocolError])
            try scene.checkWitness()
        }

        @Test("a frame that comes byte by byte is taken")
        func slowFrame() throws {
            let scene = try Scene()
            let unit = try scene.harness.open()
            var frame = [UInt8](repeating: 0, count: 200)
            let count = frame.withUnsafeMutableBytes { Harness.press(5).encode(into: $0) } ?? 0
            for byte in frame[..<count] {
                unit.send(bytes: [byte])
                scene.harness.turn()
                scene.harness.advance(seconds: 0.2)
            }
            try scene.harness.pump("the press") { scene.harness.presses.count == 1 }
            #expect(!unit.isClosed)
        }

        @Test("silence for the reporting time loses the link; any frame counts as a heartbeat")
        func silentUnit() throws {
            let scene = try Scene { $0.reportingTimeS = 20 }
            let unit = try scene.harness.open()
            for _ in 0..<10 {
                scene.harness.advance(seconds: 19)
                unit.send(.unable(Unable(.unexpected, text: "")))
                scene.witness.send(.unable(Unable(.unexpected, text: "")))
                let before = scene.harness.counters.value(.framesReceived)
                try scene.harness.pump("both frames") {
                    scene.harness.counters.value(.framesReceived) == before + 2
                }
            }
            scene.harness.advance(seconds: 10)
            scene.witness.send(.unable(Unable(.unexpected, text: "")))
            let before = scene.harness.counters.value(.framesReceived)
            try scene.harness.pump("the witness's frame") {
                scene.harness.counters.value(.framesReceived) > before
            }
            #expect(scene.harness.downs.isEmpty)
            scene.harness.advance(seconds: 10)
            try scene.harness.pump("the loss") { !scene.harness.downs.isEmpty && unit.isClosed }
            #expect(scene.harness.downs.map(\.end) == [.silent])
            #expect(unit.messages.contains(.goodbye(Goodbye(.silent))))
            #expect(scene.harness.counters.value(.linksClosedSilent) == 1)
            try scene.checkWitness()
        }

        @Test("a unit that takes nothing is cut, by the clock or by what waits for it")
        func writeStall() throws {
            let scene = try Scene { $0.outboundBytesMax = 1 << 30 }
            let unit = try scene.harness.open()
            unit.reads = false
            let link = try #require(scene.harness.links.last).link
            var counter: UInt32 = 0
            // Fill both kernels' buffers.
            try scene.harness.pump("the stall") {
                for _ in 0..<500 {
                    counter += 1
                    scene.harness.answer(.acknowledged(link, boot: 7, counter: counter))
                }
                scene.harness.turn()
                let place = scene.harness.transport.sessions.table.place(of: link.connection) ?? 0
                return scene.harness.transport.sessions.table[place].pointee.stalledSince != nil
            }
            scene.harness.advance(seconds: 19.5)
            scene.witness.send(.unable(Unable(.unexpected, text: "")))
            scene.harness.turn()
            #expect(scene.harness.downs.isEmpty)
            scene.harness.advance(seconds: 0.5)
            try scene.harness.pump("the cut") { !scene.harness.downs.isEmpty }
            #expect(scene.harness.downs.map(\.end) == [.writeStalled])
            try scene.checkWitness()
        }

        @Test("too much that waits cuts at once")
        func outboundLimit() throws {
            let scene = try Scene { $0.outboundBytesMax = 2_000 }
            _ = try scene.harness.open()
            let link = try #require(scene.harness.links.last).link
            for counter in 0..<400 { scene.harness.answer(.acknowledged(link, boot: 7, counter: UInt32(counter))) }
            try scene.harness.pump("the cut") { !scene.harness.downs.isEmpty }
            #expect(scene.harness.downs.map(\.end) == [.writeStalled])
            #expect(scene.harness.counters.value(.answersUndeliverable) > 0)
            try scene.checkWitness()
        }

        @Test("too many connections: the one too many is refused")
        func connectionsMax() throws {
            let scene = try Scene { $0.connectionsMax = 1 }
            let bad = try scene.harness.connect()
            try scene.harness.pump("the refusal") { bad.isClosed }
            #expect(scene.harness.counters.value(.connectionsRefusedBacklog) == 1)
            #expect(scene.harness.reports.contains { $0.what == .refused && $0.unit?.description == "unit-1" })
            try scene.checkWitness()
        }

        @Test("after UNABLE a peer that does not close is closed")
        func linger() throws {
            let scene = try Scene()
            let bad = try scene.harness.open()
            bad.send(bytes: [0xFF, 0xFF, 0, 0])
            try scene.harness.pump("the refusal") { !scene.harness.downs.isEmpty }
            #expect(scene.harness.transport.sessions.connections == 2)
            scene.harness.advance(seconds: 1.3)
            try scene.harness.pump("the close") { scene.harness.transport.sessions.connections == 1 }
            try scene.checkWitness()
        }
    }
}

/// A peer without TLS.
final class RawPeer {
    private let socket: Descriptor

    init(port: UInt16) throws {
        socket = try Sockets.connect(host: "127.0.0.1", port: port)
        let epoll = try Epoll()
        try epoll.add(socket.rawValue, events: .writable, token: 0)
        var ready = [EpollEvent()]
        _ = try epoll.wait(into: &ready, timeoutMs: 60_000)
    }

    func send(_ bytes: [UInt8]) {
        #expect(write(socket.rawValue, bytes, bytes.count) == bytes.count)
    }

    /// Reads away what came; true once the gateway closed.
    func isClosed() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1_000)
        let count = read(socket.rawValue, &buffer, buffer.count)
        return count == 0 || (count < 0 && errno != EAGAIN)
    }
}
