// What a ClientHello says before any cryptography is paid for. OpenSSL reads it, from bytes that stay in the kernel.

internal import COpenSSL

/// What the first bytes of a connection are.
enum ClientHelloHint: Hashable {
    /// Not whole yet.
    case incomplete
    /// No ClientHello; the handshake will find the reason.
    case unreadable
    case ordinary
    /// Offers ``TLSContext/pressPendingProtocol``: its unit says that a press waits.
    case pressPending
}

/// Reads ClientHellos with a connection of OpenSSL's that never goes on behind them.
///
/// A unit that waits for its turn costs no memory of OpenSSL's that way: its ClientHello was only peeked at, and its own
/// `SSL *` is made when it is let on. Owned by one thread; some 4 µs a look, where a handshake stopped there would hold 44 KiB.
final class ClientHelloReader {
    private let context: OpaquePointer
    /// Where the callback writes.
    private let found = UnsafeMutablePointer<ClientHelloHint>.allocate(capacity: 1)

    /// - Throws: ``TLSError`` when memory is out.
    init() throws(TLSError) {
        OpenSSLErrors.clear()
        guard let context = SSL_CTX_new(TLS_server_method()) else {
            throw TLSError(.setup, detail: OpenSSLErrors.takeText())
        }
        self.context = context
        found.initialize(to: .incomplete)
        SSL_CTX_set_client_hello_cb(context, Self.look, found)
    }

    deinit {
        SSL_CTX_free(context)
        found.deallocate()
    }

    /// Looks at what came on a connection so far.
    ///
    /// - Parameter bytes: from the connection's begin; borrowed.
    func read(_ bytes: UnsafeRawBufferPointer) -> ClientHelloHint {
        OpenSSLErrors.clear()
        defer { OpenSSLErrors.clear() }
        guard let base = bytes.baseAddress, let connection = SSL_new(context) else { return .unreadable }
        defer { SSL_free(connection) }
        guard let input = BIO_new_mem_buf(base, Int32(clamping: bytes.count)) else { return .unreadable }
        guard let output = BIO_new(BIO_s_null()) else {
            BIO_free(input)
            return .unreadable
        }
        // At its end more may come; without this the connection would count as closed.
        BIO_ctrl(input, BIO_C_SET_BUF_MEM_EOF_RETURN, -1, nil)
        SSL_set_bio(connection, input, output)
        SSL_set_accept_state(connection)
        found.pointee = .incomplete
        let status = SSL_do_handshake(connection)
        switch SSL_get_error(connection, status) {
        case SSL_ERROR_WANT_CLIENT_HELLO_CB: return found.pointee
        case SSL_ERROR_WANT_READ: return .incomplete
        default: return .unreadable
        }
    }

    /// Notes what is offered, and stops the handshake before its first computation.
    private static let look: SSL_client_hello_cb_fn = { connection, _, argument in
        var bytes: UnsafePointer<UInt8>?
        var count = 0
        let hasNames =
            SSL_client_hello_get0_ext(connection, ApplicationProtocol.alpnExtension, &bytes, &count) == 1
        let list = UnsafeBufferPointer(start: hasNames ? bytes : nil, count: hasNames ? count : 0)
        let hasPress = ApplicationProtocol.contains(TLSContext.pressPendingProtocol, inExtension: list)
        argument?.assumingMemoryBound(to: ClientHelloHint.self).pointee = hasPress ? .pressPending : .ordinary
        return SSL_CLIENT_HELLO_RETRY
    }
}
