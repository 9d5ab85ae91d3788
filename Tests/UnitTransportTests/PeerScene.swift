// A bad peer's surroundings: a transport, and a good unit that must notice nothing.

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
