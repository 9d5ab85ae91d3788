// What all connections of one side share: certificate, trust, versions. Made at the start and at each reload.

internal import AlertModel
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
/// TLS 1.3, and 1.2 where the configuration allows it; both sides show a certificate; ALPN `sos-unit/1`; tickets under keys of our own, no
/// session cache, no compression, no renegotiation, no early data.
///
/// `@unchecked Sendable`: nothing changes after `init`, and OpenSSL lets any thread make connections from a
/// context that nobody changes (its reference count is atomic).
public final class TLSContext: @unchecked Sendable {
    /// The protocol that both sides must name (RFC 7301).
    public static let applicationProtocol = ProtocolVersion.applicationProtocol
    /// What a unit with a press pending may offer beside it, so that a gateway in a storm serves it first.
    public static let pressPendingProtocol = ProtocolVersion.pressPendingProtocol
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
        /// Seals session tickets; nil for none.
        package var tickets: TicketKeys?
        /// False: OpenSSL's whole library, for keys of other kinds than ``HandshakeLibrary/keyKinds``.
        package var isLean = true
        /// Seconds since 1970, for what is remembered.
        package var nowS: @Sendable () -> Int64 = { SystemClock().now().wall.nanoseconds / 1_000_000_000 }

        package init(_ identity: TLSIdentity) {
            certificateFile = identity.certificateFile
            keyFile = identity.keyFile
            trustFile = identity.trustFile
        }
    }

    /// What TLS 1.2 may use: keys agreed on anew for each connection, and encryption that authenticates.
    private static let suitesOfTLS12 = "ECDHE+AESGCM:ECDHE+CHACHA20"
    /// A unit offers a share of the first only; the gateway takes what is offered. X25519 costs the gateway 60 µs less: OpenSSL
    /// checks a share of P-256 at length.
    private static let groups = "X25519:P-256"
    /// The gateway's order: SHA-256 has instructions of its own in processors, SHA-384 not.
    private static let suites = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"

    let raw: OpaquePointer
    let role: Role
    /// Nil on a unit's side.
    private(set) var state: ContextState?

    /// For a gateway: asks every peer for a certificate of an authority in the trust file.
    ///
    /// - Parameter tickets: lets units resume; nil makes every handshake a full one.
    /// - Throws: ``TLSError``: the start fails with its text; a reload keeps the old context.
    public static func server(
        _ identity: TLSIdentity, tickets: TicketKeys? = nil
    ) throws(TLSError) -> TLSContext {
        var options = Options(identity)
        options.tickets = tickets
        return try TLSContext(role: .server, options)
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
        let library =
            role == .server && options.isLean ? HandshakeLibrary.serving(trustFile: options.trustFile) : nil
        let method = role == .server ? TLS_server_method() : TLS_client_method()
        guard let raw = SSL_CTX_new_ex(library?.raw, nil, method) else {
            throw TLSError(.setup, detail: OpenSSLErrors.takeText())
        }
        self.raw = raw
        self.role = role
        try setVersions(options)
        setModes()
        try loadIdentity(options)
        try loadTrust(options)
        try setProtocol(options)
        if role == .server { try setState(library, options) }
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
        try require(SSL_CTX_set_ciphersuites(raw, Self.suites))
        try require(sos_ssl_ctx_set_groups(raw, Self.groups))
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
        // A ticket costs as much as a tenth of a handshake: the session agent sends one when it is idle.
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
        guard usePrivateKey(key) else {
            // OpenSSL compares key and certificate as it loads.
            let isMismatch = OpenSSLErrors.holdsKeyMismatch()
            throw TLSError(isMismatch ? .keyMismatch : .keyFile, file: key, detail: OpenSSLErrors.takeText())
        }
        guard SSL_CTX_check_private_key(raw) == 1 else {
            throw TLSError(.keyMismatch, file: key, detail: OpenSSLErrors.takeText())
        }
    }

    /// By the whole library, which knows every form a private key may be written in.
    private func usePrivateKey(_ path: String) -> Bool {
        guard let file = BIO_new_file(path, "r") else { return false }
        defer { BIO_free(file) }
        guard let key = PEM_read_bio_PrivateKey(file, nil, nil, nil) else { return false }
        defer { EVP_PKEY_free(key) }
        return SSL_CTX_use_PrivateKey(raw, key) == 1
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

    /// Verification with memory, and no tickets yet.
    private func setState(_ library: HandshakeLibrary?, _ options: Options) throws(TLSError) {
        let state = ContextState(library: library, nowS: options.nowS)
        try require(state.attach(to: raw) ? 1 : 0)
        self.state = state
        SSL_CTX_set_cert_verify_callback(raw, ContextState.verify, nil)
        let name = Array(Self.applicationProtocol.utf8)
        try require(SSL_CTX_set_session_id_context(raw, name, UInt32(name.count)))
        _ = SSL_CTX_set_options(raw, sos_ssl_op_no_ticket())
        if let tickets = options.tickets { try useTickets(tickets) }
    }

    /// Lets units resume by tickets under these keys. On the gateway's side, before the first connection; a second time does
    /// nothing.
    ///
    /// - Throws: ``TLSError`` when memory is out.
    func useTickets(_ keys: TicketKeys) throws(TLSError) {
        guard let state, state.tickets == nil else { return }
        let sealing = try TicketSealing(keys, context: raw, library: state.library)
        _ = SSL_CTX_set_timeout(raw, TicketSealing.lifeS)
        try require(SSL_CTX_set_tlsext_ticket_key_evp_cb(raw, TicketSealing.callback))
        try require(SSL_CTX_set_session_ticket_cb(raw, TicketTrust.keep, TicketSealing.opened, nil))
        state.use(sealing)
        _ = SSL_CTX_clear_options(raw, sos_ssl_op_no_ticket())
    }

    private func require(_ status: Int32) throws(TLSError) {
        guard status == 1 else { throw TLSError(.setup, detail: OpenSSLErrors.takeText()) }
    }
}
