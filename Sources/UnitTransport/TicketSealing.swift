// Seals and opens session tickets for OpenSSL: AES-256-CBC and HMAC-SHA-256, as RFC 5077, section 4 recommends. The keys
// come from the secrets of the key file and from the authorities that the gateway trusts: under other authorities, no ticket
// of before opens, and its unit is verified anew.

internal import COpenSSL
internal import Glibc
internal import Synchronization

/// The keys of one secret under one set of authorities.
private struct SealingKeys {
    /// What stands in front of a ticket, so that the right keys are found.
    let name: [UInt8]
    let cipher: [UInt8]
    let mac: [UInt8]

    static let nameBytes = 16

    /// - Parameter trust: the digest of the authorities.
    /// - Returns: nil when OpenSSL has no memory.
    init?(_ secret: TicketSecret, trust: [UInt8]) {
        func derive(_ purpose: String) -> [UInt8]? {
            // HKDF-Expand of one block (RFC 5869, 2.3); the secret is uniform.
            let information = Array(purpose.utf8) + trust + [1]
            var output = [UInt8](repeating: 0, count: 32)
            var count = 0
            let made = EVP_Q_mac(
                nil, "HMAC", nil, "SHA256", nil, secret.bytes, secret.bytes.count, information, information.count,
                &output, output.count, &count)
            return made != nil && count == 32 ? output : nil
        }
        guard let name = derive("sos ticket name"), let cipher = derive("sos ticket cipher"),
            let mac = derive("sos ticket mac")
        else { return nil }
        self.name = Array(name.prefix(Self.nameBytes))
        self.cipher = cipher
        self.mac = mac
    }
}

/// What one context does with tickets. Any thread.
final class TicketSealing: Sendable {
    /// How long a ticket may be used, if its secret lives so long: a day. A unit is verified at least so often, because a
    /// resumption brings no new ticket.
    static let lifeS = 86_400
    /// A chain that ends sooner gets no ticket.
    static let lifeMinS = 60

    private struct Derived {
        /// ``TicketKeys/version`` they were derived from; 0 for none.
        var version: UInt64 = 0
        var keys: [SealingKeys] = []
    }

    private let source: TicketKeys
    private let trust: [UInt8]
    private let derived = Mutex(Derived())
    /// `nonisolated(unsafe)`: an `EVP_CIPHER *`, never changed, fetched once because a fetch costs microseconds.
    private nonisolated(unsafe) let cipher: OpaquePointer

    /// - Parameters:
    ///   - context: its authorities are loaded.
    ///   - library: where algorithms come from; nil for the whole one.
    /// - Throws: ``TLSError`` when OpenSSL has no memory.
    init(_ source: TicketKeys, context: OpaquePointer, library: HandshakeLibrary?) throws(TLSError) {
        guard let cipher = EVP_CIPHER_fetch(library?.raw, "AES-256-CBC", nil),
            let trust = Self.digest(of: context)
        else { throw TLSError(.setup, detail: OpenSSLErrors.takeText()) }
        self.source = source
        self.cipher = cipher
        self.trust = trust
    }

    deinit { EVP_CIPHER_free(cipher) }

    /// The SHA-256 of the authorities' SHA-256, in order of their values and not of the file.
    private static func digest(of context: OpaquePointer) -> [UInt8]? {
        guard let store = SSL_CTX_get_cert_store(context) else { return nil }
        var digests: [[UInt8]] = []
        for index in 0..<sos_store_objects_count(store) {
            guard let certificate = sos_store_certificate(store, index) else { continue }
            var digest = [UInt8](repeating: 0, count: 32)
            var count: UInt32 = 0
            guard X509_digest(certificate, EVP_sha256(), &digest, &count) == 1 else { return nil }
            digests.append(digest)
        }
        digests.sort { $0.lexicographicallyPrecedes($1) }
        let all = Array(digests.joined())
        var digest = [UInt8](repeating: 0, count: 32)
        return EVP_Digest(all, all.count, &digest, nil, EVP_sha256(), nil) == 1 ? digest : nil
    }

    /// OpenSSL's callback for ticket keys.
    ///
    /// - Returns: to seal: 1, or 0 for no ticket. To open: 1, or 0 for a full handshake.
    static let callback:
        @convention(c) (
            OpaquePointer?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt8>?, OpaquePointer?,
            OpaquePointer?,
            Int32
        ) -> Int32 = { connection, name, vector, cipherContext, macContext, isSealing in
            guard let connection, let name, let vector, let cipherContext, let macContext,
                let state = ContextState.of(connection)
            else { return 0 }
            return state._withUnsafeGuaranteedRef { state in
                guard let tickets = state.tickets else { return 0 }
                return tickets.prepare(
                    isSealing: isSealing == 1, name: name, vector: vector, cipherContext, macContext) ? 1 : 0
            }
        }

    /// Called for each ticket that was opened: one whose certificate holds no longer is not taken, and the full handshake
    /// that follows tells the unit why.
    static let opened: SSL_CTX_decrypt_session_ticket_fn = { connection, session, _, _, status, _ in
        guard status == SSL_TICKET_SUCCESS || status == SSL_TICKET_SUCCESS_RENEW else {
            return SSL_TICKET_RETURN(SSL_TICKET_RETURN_IGNORE_RENEW)
        }
        guard let connection, let session, let certificate = SSL_SESSION_get0_peer(session),
            let nowS = ContextState.of(connection)?._withUnsafeGuaranteedRef({ $0.nowS() }),
            let validity = ChainValidity([certificate]), validity.fromS <= nowS && nowS <= validity.toS
        else { return SSL_TICKET_RETURN(SSL_TICKET_RETURN_IGNORE_RENEW) }
        return SSL_TICKET_RETURN(SSL_TICKET_RETURN_USE)
    }

    private func prepare(
        isSealing: Bool, name: UnsafeMutablePointer<UInt8>, vector: UnsafeMutablePointer<UInt8>,
        _ cipherContext: OpaquePointer, _ macContext: OpaquePointer
    ) -> Bool {
        let room = UnsafeMutableBufferPointer(start: name, count: SealingKeys.nameBytes)
        guard let keys = keys(named: isSealing ? nil : Array(room)) else { return false }
        if isSealing {
            guard RAND_bytes(vector, EVP_CIPHER_get_iv_length(cipher)) == 1 else { return false }
            _ = room.update(fromContentsOf: keys.name)
        }
        let started =
            isSealing
            ? EVP_EncryptInit_ex2(cipherContext, cipher, keys.cipher, vector, nil)
            : EVP_DecryptInit_ex2(cipherContext, cipher, keys.cipher, vector, nil)
        guard started == 1 else { return false }
        return Self.digestName.withUnsafeBufferPointer { digest in
            let start = UnsafeMutablePointer(mutating: digest.baseAddress)
            let parameters = [
                OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, start, 0), OSSL_PARAM_construct_end(),
            ]
            return EVP_MAC_init(macContext, keys.mac, keys.mac.count, parameters) == 1
        }
    }

    private static let digestName = [CChar]("SHA256".utf8CString)

    /// - Parameter name: from a ticket; nil for the keys to seal with.
    private func keys(named name: [UInt8]?) -> SealingKeys? {
        derived.withLock { derived in
            let version = source.version
            if derived.version != version {
                let secrets = source.secrets
                derived.keys = [secrets.current, secrets.previous].compactMap { secret in
                    secret.flatMap { SealingKeys($0, trust: trust) }
                }
                derived.version = derived.keys.isEmpty ? 0 : version
            }
            guard let name else { return derived.keys.first }
            return derived.keys.first { $0.name == name }
        }
    }
}
