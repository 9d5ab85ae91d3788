// What all connections of one side share: certificate, trust, versions. Made at the start and at each reload.

internal import COpenSSL
internal import LinuxIO
internal import UnitProtocol

/// The PEM files of one side.
public struct TLSIdentity: Hashable, Sendable {
    /// The certificate, then the intermediates up to the root, which is left out.
    public let certificateFile: String
    public let keyFile: String
    /// Roots that the other side's chain may end at.
    public let trustFile: String

    public init(certificateFile: String, keyFile: String, trustFile: String) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.trustFile = trustFile
    }
}

/// Owns an `SSL_CTX *`: what all connections of one side share.
///
/// TLS 1.3, and 1.2 where the configuration allows it; both sides show a certificate; ALPN `sos-unit/1`; no tickets, no
/// session cache, no compression, no renegotiation, no early data.
///
/// `@unchecked Sendable`: nothing changes after `init`, and OpenSSL lets any thread make connections from a
/// context that nobody changes (its reference count is atomic).
public final class TLSContext: @unchecked Sendable {
    /// The protocol that both sides must name (RFC 7301).
    public static let applicationProtocol = ProtocolVersion.applicationProtocol
    /// A unit's chain is its certificate and two intermediates of 2 KiB each at most; beyond this somebody
    /// makes us read.
    public static let peerChainBytesMax = 16 * 1_024
    /// Leaf, two intermediates, root.
    public static let chainDepthMax: Int32 = 4

    /// Which way the handshake goes.
    package enum Role: Sendable { case server, client }

    /// What may differ from the defaults, for tools and tests that play a bad peer.
    package struct Options {
        package var certificateFile: String?
        package var keyFile: String?
        package var trustFile: String
        package var applicationProtocol: String? = TLSContext.applicationProtocol
        package var speaksOnlyTLS12 = false
        package var minimum = TLSMinimum.tls13

        package init(_ identity: TLSIdentity) {
            certificateFile = identity.certificateFile
            keyFile = identity.keyFile
            trustFile = identity.trustFile
        }
    }

    /// What TLS 1.2 may use: keys agreed on anew for each connection, and encryption that authenticates.
    private static let suitesOfTLS12 = "ECDHE+AESGCM:ECDHE+CHACHA20"

    let raw: OpaquePointer
    let role: Role

    /// For a gateway: asks every peer for a certificate of an authority in the trust file.
    ///
    /// - Throws: ``TLSError``: the start fails with its text; a reload keeps the old context.
    public static func server(_ identity: TLSIdentity) throws(TLSError) -> TLSContext {
        try TLSContext(role: .server, Options(identity))
    }

    /// For a unit.
    ///
    /// - Throws: ``TLSError`` as above.
    public static func client(_ identity: TLSIdentity) throws(TLSError) -> TLSContext {
        try TLSContext(role: .client, Options(identity))
    }

    package init(role: Role, _ options: Options) throws(TLSError) {
        // OpenSSL writes with write(2); outside our own threads a closed peer would end the process.
        Sockets.ignoreBrokenPipeSignal()
        OpenSSLErrors.clear()
        guard let raw = SSL_CTX_new(role == .server ? TLS_server_method() : TLS_client_method()) else {
            throw TLSError(.setup, detail: OpenSSLErrors.takeText())
        }
        self.raw = raw
        self.role = role
        try setVersions(options)
        setModes()
        try loadIdentity(options)
        try loadTrust(options)
        try setProtocol(options)
        if role == .server { try setTickets() }
    }

    deinit { SSL_CTX_free(raw) }

    private func setVersions(_ options: Options) throws(TLSError) {
        if options.speaksOnlyTLS12 {
            try require(sos_ssl_ctx_set_max_version(raw, TLS1_2_VERSION))
        } else {
            try require(
                sos_ssl_ctx_set_min_version(raw, options.minimum == .tls12 ? TLS1_2_VERSION : TLS1_3_VERSION))
        }
        try require(SSL_CTX_set_cipher_list(raw, Self.suitesOfTLS12))
        try require(sos_ssl_ctx_set_groups(raw, "P-256:X25519"))
    }

    private func setModes() {
        sos_ssl_ctx_set_mode(
            raw,
            Int(
                SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE
                    | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER))
        _ = SSL_CTX_set_options(
            raw, sos_ssl_op_no_compression() | sos_ssl_op_no_renegotiation() | sos_ssl_op_server_preference())
        // No early data: it could be replayed. What a peer sends early all the same is skipped, and its handshake goes on.
        _ = sos_ssl_ctx_set_max_early_data(raw, 0)
        sos_ssl_ctx_set_session_cache_mode(raw, Int(SSL_SESS_CACHE_OFF))
        // Each ticket costs 200 µs of handshake; nothing resumes yet.
        _ = SSL_CTX_set_num_tickets(raw, 0)
        // Off: a record's header is read first, so that no idle connection holds a read-ahead buffer.
        sos_ssl_ctx_set_read_ahead(raw, 0)
        sos_ssl_ctx_set_max_cert_list(raw, Self.peerChainBytesMax)
        SSL_CTX_set_verify(raw, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
        SSL_CTX_set_verify_depth(raw, Self.chainDepthMax)
    }

    private func loadIdentity(_ options: Options) throws(TLSError) {
        guard let certificate = options.certificateFile, let key = options.keyFile else { return }
        guard SSL_CTX_use_certificate_chain_file(raw, certificate) == 1 else {
            throw TLSError(.certificateFile, file: certificate, detail: OpenSSLErrors.takeText())
        }
        guard SSL_CTX_use_PrivateKey_file(raw, key, SSL_FILETYPE_PEM) == 1 else {
            // OpenSSL compares key and certificate as it loads.
            let isMismatch = OpenSSLErrors.holdsKeyMismatch()
            throw TLSError(isMismatch ? .keyMismatch : .keyFile, file: key, detail: OpenSSLErrors.takeText())
        }
        guard SSL_CTX_check_private_key(raw) == 1 else {
            throw TLSError(.keyMismatch, file: key, detail: OpenSSLErrors.takeText())
        }
    }

    private func loadTrust(_ options: Options) throws(TLSError) {
        guard SSL_CTX_load_verify_file(raw, options.trustFile) == 1 else {
            throw TLSError(.trustFile, file: options.trustFile, detail: OpenSSLErrors.takeText())
        }
        // Purpose: the peer's certificate must be meant for its side of TLS.
        try require(SSL_CTX_set_purpose(raw, role == .server ? X509_PURPOSE_SSL_CLIENT : X509_PURPOSE_SSL_SERVER))
        guard role == .server else { return }
        // Named in the CertificateRequest, so that a unit with several certificates shows the right one.
        guard let names = SSL_load_client_CA_file(options.trustFile), sos_names_count(names) > 0 else {
            throw TLSError(.trustFile, file: options.trustFile, detail: OpenSSLErrors.takeText())
        }
        SSL_CTX_set_client_CA_list(raw, names)
    }

    /// TLS 1.2 makes a ticket for whoever asks, and OpenSSL refuses it afterwards unless it has a name.
    private func setTickets() throws(TLSError) {
        let name = Array(Self.applicationProtocol.utf8)
        try require(SSL_CTX_set_session_id_context(raw, name, UInt32(name.count)))
        try require(SSL_CTX_set_session_ticket_cb(raw, TicketTrust.keep, nil, nil))
    }

    private func setProtocol(_ options: Options) throws(TLSError) {
        switch role {
        case .server:
            SSL_CTX_set_alpn_select_cb(raw, ApplicationProtocol.select, nil)
            let check =
                options.minimum == .tls12
                ? ApplicationProtocol.checkAlwaysOffered : ApplicationProtocol.checkOffered
            SSL_CTX_set_client_hello_cb(raw, check, nil)
        case .client:
            guard let name = options.applicationProtocol else { return }
            let list = [UInt8(truncatingIfNeeded: name.utf8.count)] + Array(name.utf8)
            // The one call of OpenSSL where 0 is success.
            try require(SSL_CTX_set_alpn_protos(raw, list, UInt32(list.count)) == 0 ? 1 : 0)
        }
    }

    private func require(_ status: Int32) throws(TLSError) {
        guard status == 1 else { throw TLSError(.setup, detail: OpenSSLErrors.takeText()) }
    }
}
