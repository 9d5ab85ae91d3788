// What OpenSSL's callbacks need to find behind an `SSL_CTX *`. It lives as long as the context, and that is as long as the
// last connection made from it: longer than the ``TLSContext`` that a reload replaces.

internal import COpenSSL

/// A server context's own things.
///
/// `@unchecked Sendable`: ``use(_:)`` is called before the first connection, and nothing else changes.
final class ContextState: @unchecked Sendable {
    /// Nil when the whole library is used.
    let library: HandshakeLibrary?
    let verified: VerificationCache
    /// Nil when no tickets are given and none taken.
    private(set) var tickets: TicketSealing?
    /// Seconds since 1970: the clock that OpenSSL verifies by, which reads it itself.
    let nowS: @Sendable () -> Int64

    /// - Parameter nowS: tests move it.
    init(library: HandshakeLibrary?, nowS: @escaping @Sendable () -> Int64) {
        self.library = library
        verified = VerificationCache(nowS: nowS)
        self.nowS = nowS
    }

    /// Gives tickets to units from here on; before the first connection.
    func use(_ sealing: TicketSealing) { tickets = sealing }

    /// Ties it to a context. Once a context.
    ///
    /// - Returns: whether OpenSSL had the memory.
    func attach(to context: OpaquePointer) -> Bool {
        let reference = Unmanaged.passRetained(self)
        guard Self.index >= 0, SSL_CTX_set_ex_data(context, Self.index, reference.toOpaque()) == 1 else {
            reference.release()
            return false
        }
        return true
    }

    /// That of a connection, borrowed; nil on a unit's side.
    static func of(_ connection: OpaquePointer) -> Unmanaged<ContextState>? {
        guard let context = SSL_get_SSL_CTX(connection) else { return nil }
        return SSL_CTX_get_ex_data(context, index).map { Unmanaged.fromOpaque($0) }
    }

    /// OpenSSL's number for this pointer of a context's; negative when memory was out at the start.
    private static let index = sos_ssl_ctx_new_index { _, pointer, _, _, _, _ in
        guard let pointer else { return }
        Unmanaged<ContextState>.fromOpaque(pointer).release()
    }

    /// OpenSSL's callback in place of `X509_verify_cert`.
    static let verify: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?) -> Int32 = { store, _ in
        guard let store else { return 0 }
        let pointer = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx())
        guard let pointer, let state = of(OpaquePointer(pointer)) else { return X509_verify_cert(store) }
        return state._withUnsafeGuaranteedRef { $0.verified.verify(store) }
    }
}

/// Has OpenSSL use a context's library while `body` runs, also where OpenSSL 3.0 does not ask the context: the certificate
/// in a ticket. For the calling thread only.
func withLibrary<Result>(of connection: OpaquePointer, _ body: () -> Result) -> Result {
    guard let library = ContextState.of(connection)?._withUnsafeGuaranteedRef({ $0.library?.raw }) else {
        return body()
    }
    let before = OSSL_LIB_CTX_set0_default(library)
    defer { _ = OSSL_LIB_CTX_set0_default(before) }
    return body()
}
