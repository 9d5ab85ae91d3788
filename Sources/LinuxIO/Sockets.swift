// TCP sockets: never blocking, closed on exec. Every system call on them but OpenSSL's is here.

internal import CLinux
internal import Glibc

/// A connection that a listener gave.
public struct Accepted: ~Copyable, Sendable {
    public let descriptor: Descriptor
    /// The other end, as the kernel saw it.
    public let peer: SocketAddress

    /// Gives the socket away.
    public consuming func take() -> Descriptor { descriptor }
}

/// How TCP sockets are made and set.
public enum Sockets {
    /// Opens a listening socket with `SO_REUSEADDR`, so that a restart does not wait for old connections.
    ///
    /// - Parameters:
    ///   - host: an IPv4 or IPv6 literal, or a name such as `localhost` (looked up, which may block).
    ///   - port: 0 lets the kernel choose; ``localPort(of:)`` tells.
    ///   - backlog: completed TCP connections that may wait for ``accept(from:)``; the kernel's
    ///     `net.core.somaxconn` holds it down.
    /// - Throws: ``Errno``: address in use, not permitted (port under 1,024), host not known (`EADDRNOTAVAIL`).
    public static func listen(host: String, port: UInt16, backlog: Int32 = 4_096) throws(Errno) -> Descriptor {
        let addresses = try Addresses(host: host, port: port, isPassive: true)
        let socket = try addresses.first.makeSocket()
        try set(socket.rawValue, SOL_SOCKET, SO_REUSEADDR, 1)
        _ = try retrying { bind(socket.rawValue, addresses.first.address, addresses.first.bytes) }
        _ = try retrying { Glibc.listen(socket.rawValue, backlog) }
        return socket
    }

    /// Takes one connection.
    ///
    /// - Returns: nil when none waits.
    /// - Throws: ``Errno`` when the process or system is out of descriptors or memory; the connection then
    ///   still waits in the kernel.
    public static func accept(from listener: borrowing Descriptor) throws(Errno) -> Accepted? {
        while true {
            var storage = sockaddr_storage()
            let raw = withUnsafeMutableBytes(of: &storage) { bytes in
                var size = socklen_t(bytes.count)
                let address = bytes.bindMemory(to: sockaddr.self).baseAddress
                return clinux_accept(listener.rawValue, address, &size)
            }
            if raw >= 0 {
                return Accepted(descriptor: Descriptor(owning: raw), peer: SocketAddress(&storage))
            }
            let error = Errno.last
            switch error.code {
            case EAGAIN: return nil
            // The peer went away before we looked: Linux hands that connection's error to accept.
            case EINTR, ECONNABORTED, EPROTO, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH,
                EOPNOTSUPP, ENETUNREACH, EPERM:
                continue
            default: throw error
            }
        }
    }

    /// Copies bytes that came and leaves them in the kernel for whoever reads.
    ///
    /// - Parameter buffer: overwritten from the front; not empty.
    /// - Returns: how many; 0 when the peer closed, nil when nothing came yet.
    /// - Throws: ``Errno`` when the connection failed.
    public static func peek(
        _ socket: borrowing Descriptor, into buffer: UnsafeMutableRawBufferPointer
    ) throws(Errno) -> Int? {
        let fd = socket.rawValue
        do throws(Errno) {
            return try retrying { recv(fd, buffer.baseAddress, buffer.count, Int32(MSG_PEEK)) }
        } catch {
            if error == .wouldBlock { return nil }
            throw error
        }
    }

    /// Begins to connect. The socket is writable when the attempt ended; ``connectError(of:)`` tells how.
    ///
    /// - Parameter source: local address to leave from, nil for the kernel's choice.
    /// - Throws: ``Errno`` when it failed at once or the host is not known.
    public static func connect(
        host: String, port: UInt16, source: String? = nil
    ) throws(Errno) -> Descriptor {
        let addresses = try Addresses(host: host, port: port, isPassive: false)
        let socket = try addresses.first.makeSocket()
        if let source {
            let local = try Addresses(host: source, port: 0, isPassive: true)
            // The port is chosen at connect: 28,000 ports for each source and destination, not for each source.
            // Where the kernel knows no such option the port is taken at bind, which only costs ports.
            try? set(socket.rawValue, Int32(IPPROTO_IP), IP_BIND_ADDRESS_NO_PORT, 1)
            _ = try retrying { bind(socket.rawValue, local.first.address, local.first.bytes) }
        }
        if Glibc.connect(socket.rawValue, addresses.first.address, addresses.first.bytes) != 0 {
            let error = Errno.last
            // Interrupted counts as begun: the kernel goes on with it.
            if error.code != EINPROGRESS && error != .interrupted { throw error }
        }
        return socket
    }

    /// How an attempt to connect ended; nil for success.
    public static func connectError(of socket: borrowing Descriptor) -> Errno? {
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(socket.rawValue, SOL_SOCKET, SO_ERROR, &code, &size) == 0 else { return Errno.last }
        return code == 0 ? nil : Errno(code: code)
    }

    /// The port a socket is bound to.
    ///
    /// - Throws: ``Errno`` when it is no bound socket.
    public static func localPort(of socket: borrowing Descriptor) throws(Errno) -> UInt16 {
        var storage = sockaddr_storage()
        let raw = socket.rawValue
        let status = withUnsafeMutableBytes(of: &storage) { bytes in
            var size = socklen_t(bytes.count)
            return getsockname(raw, bytes.bindMemory(to: sockaddr.self).baseAddress, &size)
        }
        guard status == 0 else { throw Errno.last }
        return SocketAddress(&storage).port
    }

    /// Sends small frames at once instead of gathering them (Nagle's algorithm off).
    ///
    /// - Throws: ``Errno`` when it is no TCP socket.
    public static func setNoDelay(_ socket: borrowing Descriptor) throws(Errno) {
        try set(socket.rawValue, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    }

    /// Lets the kernel find a dead peer that the protocol's own deadlines would also find, later.
    ///
    /// - Parameters:
    ///   - idleS: silence before the first probe.
    ///   - intervalS: between probes.
    ///   - probes: unanswered ones after which the connection fails.
    /// - Throws: ``Errno`` when it is no TCP socket.
    public static func setKeepalive(
        _ socket: borrowing Descriptor, idleS: Int32, intervalS: Int32, probes: Int32
    ) throws(Errno) {
        let tcp = Int32(IPPROTO_TCP)
        try set(socket.rawValue, SOL_SOCKET, SO_KEEPALIVE, 1)
        try set(socket.rawValue, tcp, TCP_KEEPIDLE, idleS)
        try set(socket.rawValue, tcp, TCP_KEEPINTVL, intervalS)
        try set(socket.rawValue, tcp, TCP_KEEPCNT, probes)
    }

    /// Makes a write to a closed socket report `EPIPE` everywhere in the process, not only in ``Thread``s.
    public static func ignoreBrokenPipeSignal() { clinux_ignore_broken_pipe() }

    private static func set(_ fd: Int32, _ level: Int32, _ option: Int32, _ value: Int32) throws(Errno) {
        var value = value
        _ = try retrying {
            setsockopt(fd, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
        }
    }
}

/// What a host name stands for; frees the C list.
private struct Addresses: ~Copyable {
    /// One address of the list; borrowed from it.
    struct Entry {
        let family: Int32
        let address: UnsafeMutablePointer<sockaddr>
        let bytes: socklen_t

        func makeSocket() throws(Errno) -> Descriptor {
            Descriptor(owning: try retrying { clinux_stream_socket(family, 0) })
        }
    }

    private let list: UnsafeMutablePointer<addrinfo>
    let first: Entry

    init(host: String, port: UInt16, isPassive: Bool) throws(Errno) {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV | (isPassive ? AI_PASSIVE : 0)
        var result: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, String(port), &hints, &result)
        guard status == 0, let list = result, let address = list.pointee.ai_addr else {
            if status == EAI_SYSTEM { throw Errno.last }
            throw Errno(code: EADDRNOTAVAIL)
        }
        self.list = list
        first = Entry(family: list.pointee.ai_family, address: address, bytes: list.pointee.ai_addrlen)
    }

    deinit { freeaddrinfo(list) }
}
