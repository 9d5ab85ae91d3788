// A reconnect storm at the handshake agent: who is served first, who waits, who is turned away, and what it costs the others.

import AlertModel
import LinuxIO
import Telemetry
import Testing
import UnitProtocol

@testable import UnitTransport

extension TransportTests {
    @Suite("Reconnect storm")
    struct ReconnectStormTests {
        /// Units whose ClientHellos are all there before the gateway looks; each from an address of its own unless told
        /// otherwise.
        private func storm(
            _ count: Int, at harness: Harness, presses: Set<Int> = [],
            from address: (Int) -> String = { "127.0.1.\($0 + 1)" }
        ) throws -> [TestUnit] {
            let context = try TestPKI.client(.unitOne)
            return try (0..<count).map { number in
                let unit = try harness.connect(
                    context, from: address(number), hasPress: presses.contains(number))
                unit.send(.hello(try Harness.hello("unit-1")))
                unit.step()
                return unit
            }
        }

        /// The order in which units got their connection, by number.
        private func order(_ units: [TestUnit], at harness: Harness) throws -> [Int] {
            var order: [Int] = []
            try harness.pump("all back") {
                order += units.indices.filter { units[$0].isEstablished && !order.contains($0) }
                return order.count == units.count
            }
            return order
        }

        private func narrow(_ limits: inout UnitTransportLimits) {
            limits.handshakeStepsPerTurnMax = 4
            limits.handshakesMax = 8
        }

        private func expectNothingLeft(_ agent: HandshakeAgent) {
            #expect(agent.inLobby == 0)
            #expect(agent.queue.count == 0)
            #expect(agent.addresses.addresses == 0)
            #expect(agent.silentAddresses.addresses == 0)
            #expect(agent.waitingAddresses.addresses == 0)
        }

        @Test("units with a press pending are back first, the others in the order they came")
        func pressFirst() throws {
            let harness = try Harness(narrow)
            let presses: Set = [25, 33, 39]
            let units = try storm(40, at: harness, presses: presses)
            let order = try order(units, at: harness)
            #expect(presses.isSubset(of: order.prefix(4)), "\(order)")
            let others = order.filter { !presses.contains($0) }
            #expect(others == others.sorted())
            #expect(harness.counters.value(.handshakesPressFirst) == 3)
            #expect(harness.counters.value(.handshakesQueued) == 40)
            try harness.pump("their end") { harness.counters.value(.handshakesCompleted) == 40 }
            expectNothingLeft(harness.transport.handshakes)
        }

        @Test("a place that becomes free is a press's, however many others wait for it")
        func freedPlace() throws {
            let harness = try Harness(narrow)
            let first = try storm(8, at: harness, from: { "127.0.3.\($0 + 1)" })
            try harness.pump("all places taken", with: []) { harness.transport.handshakes.underway == 8 }
            let units = try storm(30, at: harness, presses: [29])
            try harness.pump("the queue", with: []) { harness.transport.handshakes.queue.count == 30 }
            try harness.pump("the first to be let on", with: first) {
                harness.transport.handshakes.queue.count < 30
            }
            #expect(harness.transport.handshakes.queue.count(.press) == 0)
            #expect(harness.counters.value(.handshakesPressFirst) == 1)
            _ = try order(units, at: harness)
        }

        @Test("presses on links that stand go through while all places are taken")
        func standingLinks() throws {
            let scene = try Scene(narrow)
            let units = try storm(60, at: scene.harness)
            scene.harness.turn()
            scene.harness.turn()
            #expect(scene.harness.transport.handshakes.queue.count > 30)
            try scene.checkWitness()
            _ = try order(units, at: scene.harness)
        }

        @Test(
            "an address that always claims a press delays neither another's press nor its own neighbours for long")
        func claims() throws {
            let harness = try Harness {
                narrow(&$0)
                $0.pressTurnsPerAddressMax = 10
            }
            // 0...49 claim, all from one address; behind them one with a press and one without, from others.
            let units = try storm(52, at: harness, presses: Set(0...50)) {
                $0 < 50 ? "127.0.1.1" : "127.0.2.\($0)"
            }
            let order = try order(units, at: harness)
            let press = try #require(order.firstIndex(of: 50))
            let plain = try #require(order.firstIndex(of: 51))
            #expect(press <= 3, "addresses take turns: \(order)")
            #expect(plain <= 8, "one of four steps is not for presses: \(order)")
            #expect(harness.counters.value(.handshakesPressFirst) == 11)
        }

        @Test("a thousand from one address cost the one of another a turn")
        func fairness() throws {
            let harness = try Harness(narrow)
            let units = try storm(60, at: harness) { $0 < 59 ? "127.0.1.1" : "127.0.2.1" }
            let order = try order(units, at: harness)
            #expect(try #require(order.firstIndex(of: 59)) <= 8, "\(order)")
        }

        @Test("a carrier's units behind one address wait for its places instead of being refused")
        func oneAddress() throws {
            let harness = try Harness {
                narrow(&$0)
                $0.handshakesPerAddressMax = 4
                $0.acceptsPerTurnMax = 4
            }
            let units = try storm(40, at: harness) { _ in "127.0.1.1" }
            #expect(try order(units, at: harness) == Array(0..<40))
            #expect(harness.counters.value(.connectionsRefusedAddress) == 0)
            try harness.pump("their end") { harness.counters.value(.handshakesCompleted) == 40 }
            expectNothingLeft(harness.transport.handshakes)
        }

        @Test("who waited too long is turned away before anything is spent; who gave up costs nothing")
        func late() throws {
            let harness = try Harness(narrow)
            // Eight begin and never go on: their sockets are read by nobody.
            let stuck = try storm(8, at: harness, from: { "127.0.3.\($0 + 1)" })
            try harness.pump("all places taken", with: []) { harness.transport.handshakes.underway == 8 }
            let units = try storm(20, at: harness)
            try harness.pump("the queue", with: []) { harness.transport.handshakes.queue.count == 20 }
            let completed = harness.counters.value(.handshakesCompleted)
            units[3].abandon()
            try harness.pump("one gave up", with: []) { harness.transport.handshakes.queue.count == 19 }
            #expect(harness.counters.value(.handshakesFailedPeerClosed) == 1)
            // Within the grace time nobody makes room for them.
            harness.advance(seconds: 1.9)
            harness.turn(with: [])
            #expect(harness.transport.handshakes.queue.count == 19)
            harness.advance(seconds: 13.2)
            try harness.pump("turned away", with: []) { harness.transport.handshakes.queue.count == 0 }
            #expect(harness.counters.value(.connectionsRefusedWait) == 19)
            #expect(harness.counters.value(.handshakesCompleted) == completed)
            #expect(stuck.count == 8)
        }

        @Test(
            "handshakes that were begun and left make room one after another: honest units all come in at their first try"
        )
        func noLivelock() throws {
            let harness = try Harness(narrow)
            let stuck = try storm(8, at: harness, from: { "127.0.3.\($0 + 1)" })
            try harness.pump("all places taken", with: []) { harness.transport.handshakes.underway == 8 }
            let units = try storm(40, at: harness)
            for _ in 0..<20 { harness.turn(with: units) }
            #expect(!units.contains { $0.isEstablished })
            // They waited for longer than the grace time; it only runs from their own turn.
            harness.advance(seconds: 4)
            try harness.pump("all back", with: units) { units.allSatisfy { $0.isEstablished } }
            #expect(!units.contains { $0.isClosed })
            #expect(harness.counters.value(.connectionsRefusedBacklog) <= 8)
            #expect(stuck.count == 8)
        }

        @Test("silent connections in the whole lobby make room for units; beyond it they wait in the kernel")
        func lobby() throws {
            let scene = try Scene {
                $0.waitingMax = 6
                $0.acceptsPerTurnMax = 4
            }
            let silent = try (0..<6).map { _ in try RawPeer(port: scene.harness.port) }
            try scene.harness.pump("the lobby is full") { scene.harness.transport.handshakes.inLobby == 6 }
            let units = try storm(5, at: scene.harness)
            for _ in 0..<50 { scene.harness.turn() }
            #expect(!units.contains { $0.isEstablished })
            #expect(!scene.harness.transport.handshakes.isListening)
            scene.harness.advance(seconds: 2.2)
            _ = try order(units, at: scene.harness)
            #expect(scene.harness.counters.value(.connectionsRefusedBacklog) <= 6)
            #expect(silent.contains { $0.isClosed() })
            try scene.checkWitness()
        }

        @Test("the last descriptors are not for units: accepting pauses and comes back")
        func reserve() throws {
            // No real descriptor is that low.
            let scene = try Scene()
            let (harness, agent) = (scene.harness, scene.harness.transport.handshakes)
            agent.descriptorsMax = 3
            let early = try harness.connect(.unitOne)
            try harness.pump("its end") { early.isClosed }
            #expect(harness.counters.value(.acceptErrors) == 1)
            #expect(!agent.isListening)
            try scene.checkWitness()
            agent.descriptorsMax = .max
            harness.advance(seconds: 0.3)
            _ = try harness.open(.unitOne)
        }
    }

    @Suite("ClientHello before its turn")
    struct ClientHelloReaderTests {
        /// What a unit sends first.
        private func hello(hasPress: Bool, alpn: String? = TLSContext.applicationProtocol) throws -> [UInt8] {
            let listener = try Sockets.listen(host: "127.0.0.1", port: 0)
            let socket = try Sockets.connect(host: "127.0.0.1", port: Sockets.localPort(of: listener))
            let unit = try TLSConnection(
                client: TestPKI.client(.unitOne, alpn: alpn), socket: socket, hostName: "127.0.0.1")
            if hasPress { unit.offerPressPending() }
            var bytes = [UInt8](repeating: 0, count: 4_000)
            while unit.handshake() == .wantWrite {}
            guard let accepted = try Sockets.accept(from: listener) else { throw TestFailure("nobody came") }
            let count = try bytes.withUnsafeMutableBytes { try Sockets.peek(accepted.descriptor, into: $0) }
            return Array(bytes.prefix(try #require(count)))
        }

        private func read(_ bytes: some Collection<UInt8>, by reader: ClientHelloReader) -> ClientHelloHint {
            Array(bytes).withUnsafeBytes { reader.read($0) }
        }

        @Test("a press is seen, and only a whole ClientHello tells")
        func hints() throws {
            let reader = try ClientHelloReader()
            let (plain, press) = (try hello(hasPress: false), try hello(hasPress: true))
            #expect(read(plain, by: reader) == .ordinary)
            #expect(read(press, by: reader) == .pressPending)
            for count in 1..<press.count {
                #expect(read(press.prefix(count), by: reader) == .incomplete, "\(count)")
            }
            #expect(
                read(try hello(hasPress: false, alpn: nil), by: reader) == .ordinary, "the handshake refuses it")
            #expect(read(try hello(hasPress: false, alpn: "sos-unit/1;presses"), by: reader) == .ordinary)
            #expect(read(Array("GET / HTTP/1.1\r\n\r\n".utf8), by: reader) == .unreadable)
            #expect(read([], by: reader) == .incomplete)
        }

        @Test("damaged bytes never do more than being unreadable", arguments: [UInt64(7), 8])
        func damage(seed: UInt64) throws {
            let reader = try ClientHelloReader()
            var random = SplitMix(state: seed)
            let whole = try hello(hasPress: true)
            for _ in 0..<3_000 {
                var bytes = whole
                for _ in 0...Int(random.next() % 3) {
                    bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
                }
                _ = read(bytes.prefix(Int(random.next() % UInt64(bytes.count)) + 1), by: reader)
            }
            #expect(read(whole, by: reader) == .pressPending, "seed \(seed): it is as good as new")
        }
    }
}
