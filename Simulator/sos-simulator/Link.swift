// One unit's TCP and TLS connection: bytes to frames and back. Owned by the fleet's thread.

import LinuxIO
import UnitProtocol
import UnitTransport

/// A connection from its first SYN to its end; closing is its deinit.
final class Link {
    /// What became of it.
    enum Step {
        case alive
        case ended(String)
    }

    private let tls: TLSConnection
    /// Borrowed: for the epoll.
    let fd: Int32
    private(set) var isSecured = false
    /// What the epoll has to wait for.
    private(set) var interest: EpollEvents = .writable
    private var inbound: [UInt8] = []
    private var outbound: [UInt8] = []

    /// A read with this much room leaves nothing readable inside TLS.
    static let readBytes = 32 * 1_024
    /// More than this unread by the gateway means that something is very wrong.
    static let outboundBytesMax = 256 * 1_024

    /// Begins to connect.
    ///
    /// - Throws: ``Errno`` or ``TLSError`` when that fails at once.
    /// - Parameters:
    ///   - source: the address to leave from; nil for the kernel's choice.
    ///   - ticket: of an earlier connection, to be offered.
    ///   - hasPress: whether the unit says already in its ClientHello that a press is pending.
    init(
        to host: String, port: UInt16, from source: String?, context: TLSContext, credential: UnitCredential,
        ticket: [UInt8]?, hasPress: Bool = false
    ) throws {
        let socket = try Sockets.connect(host: host, port: port, source: source)
        try Sockets.setNoDelay(socket)
        tls = try TLSConnection(client: context, socket: socket, hostName: host)
        try tls.show(credential)
        if let ticket { tls.offer(ticket: ticket) }
        if hasPress { tls.offerPressPending() }
        fd = tls.fd
    }

    /// Whether the handshake was a short one.
    var isResumed: Bool { tls.isResumed }

    /// The ticket that the gateway gave, if it did.
    func ticket() -> [UInt8]? { tls.takeTicket() }

    /// Goes on with the handshake; look at ``isSecured`` afterwards.
    func handshake() -> Step {
        switch tls.handshake() {
        case .done:
            isSecured = true
            tls.forgetCredential()
            interest = .readable
            return .alive
        case .wantRead:
            interest = .readable
            return .alive
        case .wantWrite:
            interest = .writable
            return .alive
        case .failed(let failure): return .ended("\(failure)")
        }
    }

    /// Reads what is there and hands every whole frame on.
    ///
    /// - Parameters:
    ///   - scratch: at least ``readBytes``; overwritten.
    ///   - take: gets the frames in order; a text that it returns ends the connection.
    func read(_ scratch: UnsafeMutableRawBufferPointer, _ take: (GatewayMessage) -> String?) -> Step {
        while true {
            switch tls.read(into: scratch) {
            case .bytes(let count):
                inbound.append(contentsOf: UnsafeRawBufferPointer(rebasing: scratch[..<count]))
                if let reason = takeFrames(take) { return .ended(reason) }
            case .wouldBlock:
                return .alive
            case .wantWrite:
                interest.insert(.writable)
                return .alive
            case .closed: return .ended("closed by the gateway")
            case .failed(let text): return .ended(text)
            }
        }
    }

    private func takeFrames(_ take: (GatewayMessage) -> String?) -> String? {
        var consumed = 0
        // Without bytes left the memory goes back: most connections are quiet for most of the time.
        defer { if consumed == inbound.count { inbound = [] } else { inbound.removeFirst(consumed) } }
        return inbound.withUnsafeBytes { bytes in
            var scanner = FrameScanner(bytes)
            while true {
                do throws(FrameError) {
                    guard case .frame(let frame) = try scanner.next() else { return nil }
                    consumed = scanner.consumedBytes
                    guard let message = try GatewayMessage(frame) else { continue }
                    if let reason = take(message) { return reason }
                } catch {
                    return "the gateway sent a bad frame: \(error)"
                }
            }
        }
    }

    /// Sends a message, or keeps what the socket does not take now.
    ///
    /// - Parameter scratch: at least `Limits.frameBytesMax`; overwritten.
    func send(_ message: UnitMessage, _ scratch: UnsafeMutableRawBufferPointer) -> Step {
        guard let count = message.encode(into: scratch) else { return .ended("a frame could not be encoded") }
        outbound.append(contentsOf: UnsafeRawBufferPointer(rebasing: scratch[..<count]))
        guard outbound.count <= Self.outboundBytesMax else { return .ended("the gateway takes nothing") }
        return flush()
    }

    /// Goes on sending.
    func flush() -> Step {
        var sent = 0
        defer {
            if sent == outbound.count { outbound = [] } else { outbound.removeFirst(sent) }
            interest = outbound.isEmpty ? .readable : [.readable, .writable]
        }
        return outbound.withUnsafeBytes { bytes in
            while sent < bytes.count {
                switch tls.write(UnsafeRawBufferPointer(rebasing: bytes[sent...])) {
                case .bytes(let count): sent += count
                case .wouldBlock, .wantWrite: return .alive
                case .closed: return .ended("closed by the gateway")
                case .failed(let text): return .ended(text)
                }
            }
            return .alive
        }
    }

    /// Tells the gateway properly that nothing more comes.
    func finish() {
        if isSecured && outbound.isEmpty { tls.finishWriting() }
    }
}
