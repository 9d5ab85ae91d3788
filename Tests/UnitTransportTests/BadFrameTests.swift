// Whatever one peer does closes that peer's connection, counted and reported; the unit beside it notices
// nothing.

import AlertModel
import LinuxIO
import Telemetry
import Testing
import UnitProtocol

@testable import UnitTransport

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
            // An unable whose text is not UTF-8: dropped, for an unable is never answered by an unable.
            unit.send(bytes: [0, 8, 0x22, 0, 0, 100, 0, 0, 0, 2, 0xC3, 0x28])
            unit.send(Harness.press(3))
            try scene.harness.pump("the press") { scene.harness.presses.count == 1 && unit.unables.count == 2 }
            #expect(unit.unables.map(\.code) == [.cannotProcess, .payloadMissing])
            #expect(scene.harness.counters.value(.framesSkippedUnknown) == 1)
            #expect(scene.harness.counters.value(.framesRefusedMalformed) == 2)
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

        @Test("a session description of 16 KiB is read whole, and declined")
        func offer() throws {
            let scene = try Scene()
            let unit = try scene.harness.open()
            let sdp = String(repeating: "v", count: Limits.sdpBytesMax)
            unit.send(.offer(SessionDescription(session: SessionID(1), alert: nil, sdp: sdp)))
            unit.send(Harness.press(1))
            try scene.harness.pump("the press") { scene.harness.presses.count == 1 && !unit.unables.isEmpty }
            #expect(unit.unables.map(\.code) == [.notSupported])
            try scene.checkWitness()
        }

        @Test("random frames of a certified unit never harm another", arguments: [1, 2, 3, 4] as [UInt64])
        func randomFrames(seed: UInt64) throws {
            let scene = try Scene()
            var state = seed &* 0x9E37_79B9_7F4A_7C15
            func next(_ bound: Int) -> Int {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Int((state >> 33) % UInt64(bound))
            }
            for round in 0..<20 {
                let bad = try scene.harness.open()
                for _ in 0..<40 {
                    let body = (0..<next(next(4) == 0 ? 700 : 40)).map { _ in UInt8(next(256)) }
                    let type = UInt8(next(5) == 0 ? next(256) : [3, 4, 16, 17, 18, 19, 21, 48, 65, 67][next(10)])
                    bad.send(
                        bytes: [UInt8(body.count >> 8), UInt8(body.count & 255), type, UInt8(next(2))] + body)
                }
                bad.send(bytes: [0xFF, 0xFF, 0, 0])
                try scene.harness.pump("its end, seed \(seed), round \(round)") { bad.isClosed }
                #expect(bad.unables.isEmpty == false, "seed \(seed), round \(round)")
                bad.hangUp()
            }
            try scene.harness.pump("only the good unit is left") {
                scene.harness.transport.sessions.connections == 1
            }
            #expect(scene.harness.downs.count == 20)
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
