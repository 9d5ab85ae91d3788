import LinuxIO
import Testing

@Suite("TCP sockets")
struct SocketsTests {
    /// Waits for one descriptor; a minute is for ever here.
    static func wait(for fd: Int32, _ events: EpollEvents) throws {
        let epoll = try Epoll()
        try epoll.add(fd, events: events, token: 7)
        var ready = [EpollEvent](repeating: EpollEvent(), count: 4)
        let count = try epoll.wait(into: &ready, timeoutMs: 60_000)
        #expect(count == 1)
        #expect(ready[0].token == 7)
    }

    @Test("a connection is accepted with its peer's address", arguments: ["127.0.0.1", "localhost", "::1"])
    func acceptTellsThePeer(host: String) throws {
        let listener = try Sockets.listen(host: host, port: 0)
        let none = try Sockets.accept(from: listener)
        let wouldBlock = none == nil
        #expect(wouldBlock)
        let port = try Sockets.localPort(of: listener)
        let client = try Sockets.connect(host: host, port: port)
        try Self.wait(for: client.rawValue, .writable)
        #expect(Sockets.connectError(of: client) == nil)
        try Self.wait(for: listener.rawValue, .readable)
        guard let accepted = try Sockets.accept(from: listener) else {
            Issue.record("the listener was readable")
            return
        }
        let peer = accepted.peer
        let clientPort = try Sockets.localPort(of: client)
        #expect(peer.port == clientPort)
        #expect(["127.0.0.1", "::1"].contains(peer.host))
        #expect(peer.isIPv4 == !peer.host.contains(":"))
        let socket = accepted.take()
        try Sockets.setNoDelay(socket)
        try Sockets.setKeepalive(socket, idleS: 60, intervalS: 10, probes: 3)
    }

    @Test("a source address can be chosen: loopback has sixteen million")
    func sourceAddress() throws {
        let listener = try Sockets.listen(host: "127.0.0.1", port: 0)
        let port = try Sockets.localPort(of: listener)
        let client = try Sockets.connect(host: "127.0.0.1", port: port, source: "127.0.0.9")
        try Self.wait(for: listener.rawValue, .readable)
        guard let accepted = try Sockets.accept(from: listener) else {
            Issue.record("the listener was readable")
            return
        }
        let host = accepted.peer.host
        #expect(host == "127.0.0.9")
        _ = client.rawValue
    }

    @Test("a port in use is a typed error")
    func portInUse() throws {
        let listener = try Sockets.listen(host: "127.0.0.1", port: 0)
        let port = try Sockets.localPort(of: listener)
        #expect(throws: Errno.addressInUse) {
            let second = try Sockets.listen(host: "127.0.0.1", port: port)
            _ = second.rawValue
        }
        _ = listener.rawValue
    }

    @Test("nobody listens: the attempt ends refused")
    func refused() throws {
        let listener = try Sockets.listen(host: "127.0.0.1", port: 0)
        let port = try Sockets.localPort(of: listener)
        close(consume listener)
        let client = try Sockets.connect(host: "127.0.0.1", port: port)
        try Self.wait(for: client.rawValue, .writable)
        #expect(Sockets.connectError(of: client) != nil)
    }

    private func close(_ descriptor: consuming Descriptor) {}

    @Test("an unknown host is refused without a look-up")
    func unknownHost() {
        #expect(throws: Errno.self) {
            let socket = try Sockets.listen(host: "256.1.2.3.", port: 0)
            _ = socket.rawValue
        }
    }

    @Test("IPv6 addresses are written in brackets")
    func addressText() {
        let six = SocketAddress(high: 0x2001_0DB8_0000_0000, low: 7, port: 41_200)
        #expect("\(six)" == "[2001:db8::7]:41200")
        let four = SocketAddress(high: 0, low: 0xFFFF_C000_0207, port: 5)
        #expect("\(four)" == "192.0.2.7:5")
    }
}
