// The one owner of an `SSL *` and its socket. "Not yet" is a value.

public import AlertModel
internal import COpenSSL
internal import Glibc
public import LinuxIO

/// How far a handshake came.
public enum HandshakeStep: Hashable, Sendable {
    case done
    /// Call again when the socket is readable.
    case wantRead
    /// Call again when the socket is writable.
    case wantWrite
    /// An alert was sent if the peer can read one; close the connection.
    case failed(HandshakeFailure)
}

/// What a read or write of a connection gave.
public enum TLSTransfer: Hashable, Sendable {
    /// So many bytes, at least one.
    case bytes(Int)
    /// Try again when the socket is ready in the direction asked for.
    case wouldBlock
    /// A read that needs to send something of TLS's own first: try again when the socket is writable.
    case wantWrite
    /// The peer closed, properly or not; nothing is lost that it meant to send.
    case closed
    /// The connection is broken; OpenSSL's words.
    case failed(String)
}

/// A TLS connection: one `SSL *` with the socket below it, both freed at the end of its life.
///
/// Used by one thread at a time. ``release()`` and ``init(retaking:)`` carry it to another.
public struct TLSConnection: ~Copyable {
    /// A connection between two owners. Exactly one of them must retake it.
    public struct Raw: Sendable {
        let connection: UInt
        let fd: Int32

        /// Rebuilds it from words that ``words`` gave.
        init(words: (UInt64, UInt64)) {
            connection = UInt(truncatingIfNeeded: words.0)
            fd = Int32(truncatingIfNeeded: words.1)
        }

        init(connection: OpaquePointer, fd: Int32) {
            self.connection = UInt(bitPattern: connection)
            self.fd = fd
        }

        var words: (UInt64, UInt64) { (UInt64(connection), UInt64(UInt32(bitPattern: fd))) }
    }

    private let raw: OpaquePointer
    /// The `SSL *`, borrowed: for what reads the peer's certificate.
    var handle: OpaquePointer { raw }
    /// The socket, borrowed: for an epoll.
    public let fd: Int32

    /// The gateway's side of a connection.
    ///
    /// - Parameter socket: not blocking; owned from here on.
    /// - Throws: ``TLSError`` when memory is out.
    public init(server context: TLSContext, socket: consuming Descriptor) throws(TLSError) {
        raw = try Self.make(context, role: .server, socket: socket.rawValue)
        fd = socket.release()
        SSL_set_accept_state(raw)
    }

    /// A unit's side of a connection.
    ///
    /// - Parameters:
    ///   - socket: not blocking, connected or connecting; owned from here on.
    ///   - hostName: what the gateway's certificate must name, as DNS name or IP address; nil trusts any
    ///     certificate of the authority.
    /// - Throws: ``TLSError`` when memory is out or the name is none.
    public init(
        client context: TLSContext, socket: consuming Descriptor, hostName: String?
    ) throws(TLSError) {
        raw = try Self.make(context, role: .client, socket: socket.rawValue, hostName: hostName)
        fd = socket.release()
        SSL_set_connect_state(raw)
    }

    /// Takes a connection over from the thread that released it.
    public init(retaking other: Raw) {
        guard let pointer = OpaquePointer(bitPattern: other.connection) else {
            preconditionFailure("a released connection has an address")
        }
        raw = pointer
        fd = other.fd
    }

    /// Gives the connection away without ending it.
    public consuming func release() -> Raw {
        let released = Raw(connection: raw, fd: fd)
        discard self
        return released
    }

    /// The words that ``release()`` would give. Whoever writes them where another will retake them must then
    /// release, and only then.
    var words: Raw { Raw(connection: raw, fd: fd) }

    deinit {
        SSL_free(raw)
        _ = Descriptor(owning: fd)
    }

    /// Goes on with the handshake. Up to 0.7 ms of CPU for a step of the gateway's side.
    public borrowing func handshake() -> HandshakeStep {
        OpenSSLErrors.clear()
        errno = 0
        let status = withLibrary(of: raw) { SSL_do_handshake(raw) }
        if status == 1 { return .done }
        let systemError = errno
        switch SSL_get_error(raw, status) {
        case SSL_ERROR_WANT_READ: return .wantRead
        case SSL_ERROR_WANT_WRITE: return .wantWrite
        case let sslError:
            return .failed(HandshakeFailure(connection: raw, sslError: sslError, systemError: systemError))
        }
    }

    /// Who the peer is, by its certificate; after the handshake, on the gateway's side.
    ///
    /// - Throws: ``HandshakeFailure``: answer UNABLE and close.
    public borrowing func peerUnitID() throws(HandshakeFailure) -> UnitID { try PeerIdentity.read(raw) }

    /// Whether both sides agreed on ``TLSContext/applicationProtocol``.
    public var speaksUnitProtocol: Bool {
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        SSL_get0_alpn_selected(raw, &name, &count)
        return UnsafeBufferPointer(start: name, count: Int(count))
            .elementsEqual(TLSContext.applicationProtocol.utf8)
    }

    /// Reads decrypted bytes. With room for a whole record (16 KiB) nothing readable stays behind in memory,
    /// so the socket's readiness tells all.
    ///
    /// - Parameter buffer: not empty; overwritten from the front.
    public borrowing func read(into buffer: UnsafeMutableRawBufferPointer) -> TLSTransfer {
        OpenSSLErrors.clear()
        errno = 0
        var count = 0
        let status = SSL_read_ex(raw, buffer.baseAddress, buffer.count, &count)
        if status == 1 { return .bytes(count) }
        return Self.outcome(SSL_get_error(raw, status), systemError: errno)
    }

    /// Encrypts and sends a part of `bytes`, at most one record.
    ///
    /// After ``TLSTransfer/wouldBlock`` the same bytes must come first again; their place may differ.
    public borrowing func write(_ bytes: UnsafeRawBufferPointer) -> TLSTransfer {
        OpenSSLErrors.clear()
        errno = 0
        var count = 0
        let status = SSL_write_ex(raw, bytes.baseAddress, bytes.count, &count)
        if status == 1 { return .bytes(count) }
        let outcome = Self.outcome(SSL_get_error(raw, status), systemError: errno)
        return outcome == .wantWrite ? .wouldBlock : outcome
    }

    /// Tells the peer that nothing more comes, then closes the sending half. What was written before arrives.
    /// Not after a read or write that failed.
    public borrowing func finishWriting() {
        OpenSSLErrors.clear()
        _ = SSL_shutdown(raw)
        OpenSSLErrors.clear()
        closeWriting()
    }

    /// Closes the sending half without a word, after a failure.
    public borrowing func closeWriting() { _ = shutdown(fd, Int32(SHUT_WR)) }

    /// Throws away what the peer still sends, so that closing does not reset the connection under the last
    /// words to it.
    ///
    /// - Parameter scratch: overwritten.
    /// - Returns: whether the peer is done, and the connection may be closed.
    public borrowing func discardInput(_ scratch: UnsafeMutableRawBufferPointer) -> Bool {
        for _ in 0..<Self.discardReadsMax {
            let count = recv(fd, scratch.baseAddress, scratch.count, 0)
            if count == 0 { return true }
            if count < 0 { return errno != EAGAIN && errno != EINTR }
        }
        return false
    }

    /// A peer that keeps sending must not keep the thread.
    private static let discardReadsMax = 4

    private static func make(
        _ context: TLSContext, role: TLSContext.Role, socket: Int32, hostName: String? = nil
    ) throws(TLSError) -> OpaquePointer {
        precondition(context.role == role, "a context serves one side")
        OpenSSLErrors.clear()
        guard let raw = SSL_new(context.raw) else { throw TLSError(.setup, detail: OpenSSLErrors.takeText()) }
        guard SSL_set_fd(raw, socket) == 1 else {
            SSL_free(raw)
            throw TLSError(.setup, detail: OpenSSLErrors.takeText())
        }
        if let hostName, !demand(hostName, of: raw) {
            SSL_free(raw)
            let words = OpenSSLErrors.takeText()
            throw TLSError(.setup, detail: "\(hostName) cannot be a host's name: \(words)")
        }
        return raw
    }

    /// Lets only a certificate pass that names this host, by address (no SNI then: RFC 6066) or DNS name.
    private static func demand(_ hostName: String, of connection: OpaquePointer) -> Bool {
        let isAddress = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection), hostName) == 1
        OpenSSLErrors.clear()
        if isAddress { return true }
        return SSL_set1_host(connection, hostName) == 1 && sos_ssl_set_host_name(connection, hostName) == 1
    }

    private static func outcome(_ sslError: Int32, systemError: Int32) -> TLSTransfer {
        switch sslError {
        case SSL_ERROR_WANT_READ: return .wouldBlock
        case SSL_ERROR_WANT_WRITE: return .wantWrite
        case SSL_ERROR_ZERO_RETURN: return .closed
        case SSL_ERROR_SYSCALL:
            switch systemError {
            // Frames carry their length, so a cut connection cannot be taken for a finished one.
            case 0, ECONNRESET, EPIPE: return .closed
            default: return .failed(String(cString: strerror(systemError)))
            }
        default:
            if OpenSSLErrors.firstReason() == SSL_R_UNEXPECTED_EOF_WHILE_READING { return .closed }
            return .failed(OpenSSLErrors.takeText())
        }
    }
}
