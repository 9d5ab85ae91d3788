// Session tickets (RFC 8446, 4.6.1), given by the gateway and used by units that return.

internal import COpenSSL

extension TLSConnection {
    /// Whether the peer came by a full handshake with TLS 1.3, the context gives tickets, and ``limitTicketLife()`` left
    /// enough for one.
    ///
    /// One that resumed gets no other: it must show its certificate again within a ticket's life.
    var deservesTicket: Bool {
        guard SSL_session_reused(handle) == 0, SSL_version(handle) == TLS1_3_VERSION,
            let session = SSL_get_session(handle), SSL_SESSION_get_timeout(session) >= TicketSealing.lifeMinS
        else { return false }
        return ContextState.of(handle)?._withUnsafeGuaranteedRef { $0.tickets != nil } ?? false
    }

    /// Whether the handshake was a short one, by a ticket.
    public var isResumed: Bool { SSL_session_reused(handle) == 1 }

    /// Lets no ticket of this connection outlive any certificate of the verified chain. On the gateway's side, when a full
    /// handshake is done.
    borrowing func limitTicketLife() {
        guard deservesTicket, let session = SSL_get_session(handle),
            let nowS = ContextState.of(handle)?._withUnsafeGuaranteedRef({ $0.nowS() })
        else { return }
        var certificates: [OpaquePointer] = []
        if let chain = SSL_get0_verified_chain(handle) {
            certificates = (0..<sos_certificates_count(chain)).compactMap { sos_certificate(chain, $0) }
        }
        // Without a chain nothing is known: the ticket is good for nothing.
        let leftS = ChainValidity(certificates).map { $0.toS - nowS } ?? 0
        _ = SSL_SESSION_set_timeout(session, Int(max(0, min(leftS, Int64(TicketSealing.lifeS)))))
    }

    /// How many certificates the verified chain has, the peer's own included; 0 when it resumed.
    var verifiedCertificates: Int { SSL_get0_verified_chain(handle).map { Int(sos_certificates_count($0)) } ?? 0 }

    /// Makes a ticket and sends it, or leaves it to be sent before the next bytes. Some 100 µs of CPU. Not while a write
    /// waits.
    borrowing func sendTicket() {
        OpenSSLErrors.clear()
        if SSL_new_session_ticket(handle) == 1 { _ = SSL_do_handshake(handle) }
        // What is wrong with the connection, the next read will tell.
        OpenSSLErrors.clear()
    }

    /// The ticket a unit got, to keep for its next connection; nil until a read has met one. Use it once or many times.
    public borrowing func takeTicket() -> [UInt8]? {
        guard let session = SSL_get1_session(handle) else { return nil }
        defer { SSL_SESSION_free(session) }
        guard SSL_SESSION_is_resumable(session) == 1 else { return nil }
        let count = i2d_SSL_SESSION(session, nil)
        guard count > 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(count))
        let written = bytes.withUnsafeMutableBufferPointer { room in
            var next = room.baseAddress
            return i2d_SSL_SESSION(session, &next)
        }
        return written == count ? bytes : nil
    }

    /// Has a unit's handshake offer a ticket; before its first step.
    ///
    /// - Returns: false when the bytes are no ticket, and the handshake will be a full one.
    @discardableResult
    public borrowing func offer(ticket: [UInt8]) -> Bool {
        OpenSSLErrors.clear()
        defer { OpenSSLErrors.clear() }
        let session = ticket.withUnsafeBufferPointer { bytes in
            var next = bytes.baseAddress
            return d2i_SSL_SESSION(nil, &next, bytes.count)
        }
        guard let session else { return false }
        defer { SSL_SESSION_free(session) }
        return SSL_set_session(handle, session) == 1
    }
}
