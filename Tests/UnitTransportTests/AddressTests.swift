// Many connections from one address: they keep nobody else out, and whoever is established is not counted.

import AlertModel
import LinuxIO
import Telemetry
import Testing
import UnitProtocol

@testable import UnitTransport

extension TransportTests {
    @Suite("Limits by address")
    struct AddressTests {
        @Test("a flood of silent sockets from one address leaves places for others, at once and for good")
        func flood() throws {
            let scene = try Scene {
                $0.waitingMax = 8
                $0.handshakesPerAddressMax = 6
            }
            let harness = scene.harness
            var silent = try (0..<100).map { _ in try RawPeer(port: harness.port) }
            try harness.pump("the flood") { harness.counters.value(.connectionsAccepted) == 101 }
            #expect(harness.transport.handshakes.inLobby == 6)
            #expect(harness.counters.value(.connectionsRefusedAddress) == 94)
            #expect(harness.reports.count { $0.what == .refused } == 1, "one line for a flood")
            // No clock moves: the other unit waits for no deadline of the flood's.
            let other = try harness.connect(.unitOne, from: "127.0.0.2")
            other.send(.hello(try Harness.hello("unit-1")))
            try harness.pump("WELCOME") { !other.messages.isEmpty }
            try scene.checkWitness()
            #expect(silent.count { !$0.isClosed() } == 6)
            silent = []
            try harness.pump("the end of the flood") { harness.transport.handshakes.inLobby == 0 }
            #expect(harness.transport.handshakes.silentAddresses.addresses == 0)
            let unit = try harness.open(.unitOne)
            #expect(!unit.isClosed)
        }

        @Test("established units are not counted")
        func established() throws {
            let harness = try Harness {
                $0.handshakesPerAddressMax = 1
                $0.waitingForHelloPerAddressMax = 1
            }
            for _ in 0..<5 { _ = try harness.open(.unitOne) }
            #expect(harness.counters.value(.connectionsRefusedAddress) == 0)
            #expect(harness.transport.sessions.connections == 5)
            #expect(harness.transport.sessions.waitingForHello.addresses == 0)
        }

        @Test("connections of one address before their HELLO")
        func beforeHello() throws {
            let harness = try Harness { $0.waitingForHelloPerAddressMax = 2 }
            let waiting = try (0..<2).map { _ in try harness.connect(.unitOne) }
            try harness.pump("two wait") { harness.transport.sessions.connections == 2 }
            let third = try harness.connect(.unitTwo)
            try harness.pump("its end") { third.isClosed }
            #expect(harness.counters.value(.connectionsRefusedAddress) == 1)
            let other = try harness.connect(.unitTwo, from: "127.0.0.2")
            other.send(.hello(try Harness.hello("unit-2")))
            try harness.pump("WELCOME elsewhere") { !other.messages.isEmpty }
            // One says HELLO, one hangs up: both places are free again.
            waiting[0].send(.hello(try Harness.hello("unit-1")))
            try harness.pump("WELCOME") { !waiting[0].messages.isEmpty }
            waiting[1].hangUp()
            try harness.pump("its end") { harness.transport.sessions.waitingForHello.addresses == 0 }
            _ = try harness.open(.unitTwo)
        }

        @Test("an IPv6 network is one source, an IPv4 address is one")
        func sources() {
            func address(_ high: UInt64, _ low: UInt64) -> SocketAddress {
                SocketAddress(high: high, low: low, port: 9)
            }
            var counts = AddressCounts(limit: 1)
            let network: UInt64 = 0x2001_0db8_0000_0001
            #expect(counts.enter(address(network, 1)) == .admitted)
            #expect(counts.enter(address(network, 2)) == .refused(report: true))
            #expect(counts.enter(address(network, 3)) == .refused(report: false))
            #expect(counts.enter(address(network + 1, 1)) == .admitted)
            let mapped: UInt64 = 0xFFFF << 32
            #expect(counts.enter(address(0, mapped | 1)) == .admitted)
            #expect(counts.enter(address(0, mapped | 2)) == .admitted)
            counts.leave(address(network, 1))
            #expect(counts.enter(address(network, 2)) == .admitted)
            #expect(counts.addresses == 4)
        }
    }

    @Suite("TLS 1.2 where it is allowed")
    struct OlderTLSTests {
        @Test("a unit that knows nothing newer is served; one without the protocol's name is refused")
        func served() throws {
            let lists = try TrustPKI()
            let harness = try Harness(trust: try lists.trust { $0.minimum = .tls12 })
            let old = try harness.connect(.unitOne, tls12: true)
            old.send(.hello(try Harness.hello("unit-1")))
            try harness.pump("WELCOME") { !old.messages.isEmpty }
            _ = try harness.open(.unitTwo)
            let nameless = try harness.connect(.unitOne, alpn: nil, tls12: true)
            try harness.pump("the refusal") { nameless.isClosed }
            #expect(harness.counters.value(.handshakesFailedALPN) == 1)
            let list = try lists.list([TestCertificate.unitOne.serial])
            harness.transport.replaceTrust(with: try lists.trust([list]) { $0.minimum = .tls12 })
            try harness.pump("the end") { old.isClosed }
            #expect(old.unables.map(\.code) == [.revoked])
        }
    }
}
