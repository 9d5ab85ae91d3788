// One TLS connection of the conformance kit, for a thread that has nothing to do but wait for it. Every wait ends.

import AlertModel
import LinuxIO
import Settings
import SimulatedField
import UnitProtocol
import UnitTransport

/// A frame and when it came.
struct TimedFrame {
    let frame: RawFrame
    /// On ``Wire/nowMs()``'s scale.
    let atMs: Int
}

/// A connection of frames; closing is its deinit, or ``close()``.
final class Wire {
    private let tls: TLSConnection
    private let epoll: Epoll
    private var watched: EpollEvents = .writable
    private var inbound: [UInt8] = []
    private var events = [EpollEvent](repeating: EpollEvent(), count: 1)
    private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: Link.readBytes, alignment: 16)
    private var isOpen = false
    /// Why it is over, and when; nil while it lives.
    private(set) var end: (reason: String, atMs: Int)?
    /// What came and was not asked for since ``forget()``; for reports.
    private(set) var passed: [RawFrame] = []

    /// Seconds until the peer must have taken what is sent.
    private static let sendS = 5.0

    /// A unit's side; begins to connect.
    ///
    /// - Throws: ``Errno`` or ``TLSError`` when that fails at once.
    init(client context: TLSContext, to address: ListenAddress) throws {
        let socket = try Sockets.connect(host: address.host, port: address.port)
        try Sockets.setNoDelay(socket)
        tls = try TLSConnection(client: context, socket: socket, hostName: address.host)
        epoll = try Epoll()
        try epoll.add(tls.fd, events: .writable, token: 0)
    }

    /// A gateway's side of an accepted connection.
    ///
    /// - Throws: ``Errno`` or ``TLSError``: out of memory or descriptors.
    init(server context: TLSContext, socket: consuming Descriptor) throws {
        try Sockets.setNoDelay(socket)
        tls = try TLSConnection(server: context, socket: socket)
        epoll = try Epoll()
        watched = .readable
        try epoll.add(tls.fd, events: .readable, token: 0)
    }

    deinit {
        close()
        scratch.deallocate()
    }

    /// Milliseconds on the clock that every deadline here uses.
    static func nowMs() -> Int { Int(clamping: SystemClock().now().monotonic.nanoseconds / 1_000_000) }

    /// Does the handshake.
    ///
    /// - Returns: nil when it is done; else why not.
    func handshake(within seconds: Double = 10) -> HandshakeFailure? {
        let deadlineMs = Self.nowMs() + Int(seconds * 1_000)
        while true {
            // A socket that is still connecting becomes writable at the end of the attempt.
            guard wait(for: watched, untilMs: deadlineMs) else {
                return HandshakeFailure(.timeout, detail: "no handshake within \(seconds) s")
            }
            switch tls.handshake() {
            case .done:
                isOpen = true
                return nil
            case .wantRead: watched = .readable
            case .wantWrite: watched = .writable
            case .failed(let failure):
                finish("\(failure)")
                return failure
            }
        }
    }

    /// Who the peer is by its certificate, or why it is nobody; after the handshake of the gateway's side.
    func peer() -> (unit: UnitID?, problem: String) {
        do throws(HandshakeFailure) {
            return (try tls.peerUnitID(), "")
        } catch {
            return (nil, "\(error)")
        }
    }

    /// Whether both sides agreed on the protocol's ALPN name.
    var speaksUnitProtocol: Bool { tls.speaksUnitProtocol }

    /// Sends frames in one record.
    func send(_ frames: RawFrame...) { send(bytes: frames.flatMap(\.bytes)) }

    /// Sends bytes in one record as far as they fit one. What the peer does not take in time ends the connection.
    func send(bytes: [UInt8]) {
        let deadlineMs = Self.nowMs() + Int(Self.sendS * 1_000)
        var rest = bytes[...]
        while !rest.isEmpty && end == nil {
            switch rest.withUnsafeBytes({ tls.write($0) }) {
            case .bytes(let count): rest = rest.dropFirst(count)
            case .wouldBlock, .wantWrite:
                if !wait(for: .writable, untilMs: deadlineMs) { finish("takes nothing") }
            case .closed: finish("closed")
            case .failed(let text): finish(text)
            }
        }
    }

    /// The next frame.
    ///
    /// - Returns: nil when none came until then, or the connection is over: ``end`` tells.
    func next(untilMs deadlineMs: Int) -> TimedFrame? {
        while true {
            if let frame = RawFrame.take(from: &inbound) { return TimedFrame(frame: frame, atMs: Self.nowMs()) }
            guard end == nil, isOpen else { return nil }
            switch tls.read(into: scratch) {
            case .bytes(let count):
                inbound.append(contentsOf: UnsafeRawBufferPointer(rebasing: scratch[..<count]))
            case .wouldBlock:
                if !wait(for: .readable, untilMs: deadlineMs) { return nil }
            case .wantWrite:
                if !wait(for: .writable, untilMs: deadlineMs) { return nil }
            case .closed: finish("closed")
            case .failed(let text): finish(text)
            }
        }
    }

    /// The next frame that is wanted; others are kept in ``passed``.
    func next(within seconds: Double, _ isWanted: (RawFrame) -> Bool) -> TimedFrame? {
        let deadlineMs = Self.nowMs() + Int(seconds * 1_000)
        while let came = next(untilMs: deadlineMs) {
            if isWanted(came.frame) { return came }
            passed.append(came.frame)
        }
        return nil
    }

    /// The next frame of a type.
    func next(_ type: MessageType, within seconds: Double) -> TimedFrame? {
        next(within: seconds) { $0.isA(type) }
    }

    /// Whether the peer ends the connection; what it still says is kept in ``passed``.
    func isEnded(within seconds: Double) -> Bool {
        _ = next(within: seconds) { _ in false }
        return end != nil
    }

    /// Begins a new list of what came and was not asked for.
    func forget() { passed = [] }

    /// What came instead of what was wanted, for a report.
    var story: String {
        let frames = passed.suffix(4).map(\.description)
        let ending = end.map { "the end of the connection (\($0.reason))" } ?? "nothing more in time"
        return (frames + [ending]).joined(separator: ", then ")
    }

    /// Ends the connection in order.
    func close() {
        if isOpen && end == nil { tls.finishWriting() }
        finish("closed by us")
    }

    private func finish(_ reason: String) {
        if end == nil { end = (reason, Self.nowMs()) }
    }

    /// - Returns: false when the time is over.
    private func wait(for interest: EpollEvents, untilMs: Int) -> Bool {
        if interest != watched || !isOpen {
            watched = interest
            // Our own descriptor: only memory can be missing, and then the deadline ends the wait.
            try? epoll.modify(tls.fd, events: interest, token: 0)
        }
        let leftMs = untilMs - Self.nowMs()
        guard leftMs > 0 else { return false }
        let count = (try? epoll.wait(into: &events, timeoutMs: Int32(clamping: leftMs))) ?? 0
        return count > 0
    }
}
