// What a session ticket must carry so that whoever resumes with it can be judged: a resumed handshake sends no chain.

internal import COpenSSL

/// OpenSSL's callback for tickets.
enum TicketTrust {
    /// Writes the verified chain's ``TrustPath`` into the session of which a ticket is made.
    ///
    /// A session that was resumed itself has no chain and keeps what its own ticket brought.
    static let keep: SSL_CTX_generate_session_ticket_fn = { connection, _ in
        if let connection, let session = SSL_get_session(connection),
            let chain = SSL_get0_verified_chain(connection), let path = TrustPath(chain: chain)
        {
            path.keep(in: session)
        }
        return 1
    }
}
