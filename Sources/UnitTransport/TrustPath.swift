// The way from a unit's certificate up to the authority that is trusted, kept after the handshake so that it can be judged
// again: when a list or the authorities change, and when a session is resumed, where no chain is sent.

internal import COpenSSL

/// Everything above a unit's certificate; the same for all units of an authority, so it is kept once for all of them.
struct AuthorityPath: Hashable, Sendable {
    /// Who issued the unit's certificate, who issued that one's, and so on; the last one is the root.
    let issuers: [AuthorityKey]
    /// The certificates between the unit's and the root's.
    let intermediates: [CertificateKey]

    /// Where the chain ends.
    var anchor: AuthorityKey? { issuers.last }
}

/// A unit's certificate with its way to a root.
struct TrustPath: Hashable, Sendable {
    let leaf: CertificateKey
    let above: AuthorityPath

    init(leaf: CertificateKey, above: AuthorityPath) {
        self.leaf = leaf
        self.above = above
    }

    /// From a verified chain, the unit's certificate first; nil for an empty one. 2 µs for a unit's certificate and a root.
    ///
    /// - Parameter chain: a `STACK_OF(X509) *`; borrowed.
    init?(chain: OpaquePointer) {
        let certificates = (0..<sos_certificates_count(chain)).compactMap { sos_certificate(chain, $0) }
        self.init(certificates)
    }

    /// - Parameter certificates: `X509 *` each, the unit's first, the root last; borrowed.
    init?(_ certificates: [OpaquePointer]) {
        guard let first = certificates.first else { return nil }
        // One that is itself trusted has nobody above it, and only it can revoke itself.
        let above = certificates.count > 1 ? certificates.dropFirst() : [first]
        let issuers = above.map { AuthorityKey(certificate: $0) }
        var keys: [CertificateKey] = []
        for (certificate, issuer) in zip(certificates, issuers) {
            guard let serial = X509_get0_serialNumber(certificate) else { return nil }
            keys.append(CertificateKey(issuer: issuer, serial: serial))
        }
        guard let leaf = keys.first else { return nil }
        self.init(leaf: leaf, above: AuthorityPath(issuers: issuers, intermediates: Array(keys.dropFirst())))
    }
}

extension TrustPath {
    /// Of a connection whose handshake is done.
    ///
    /// - Parameter authorities: finds the way for a resumed session whose ticket did not bring it.
    /// - Throws: ``HandshakeFailure`` of kind `untrusted` when it cannot be known.
    static func read(
        _ connection: OpaquePointer, _ authorities: AuthorityFile
    ) throws(HandshakeFailure) -> TrustPath {
        if let chain = SSL_get0_verified_chain(connection), let path = TrustPath(chain: chain) { return path }
        if let session = SSL_get_session(connection), let path = TrustPath(ticket: session) { return path }
        guard let certificate = SSL_get0_peer_certificate(connection),
            let path = authorities.chain(from: certificate).flatMap({ TrustPath($0) })
        else { throw HandshakeFailure(.untrusted, detail: "resumed, and its authority is not known here") }
        return path
    }

    /// Lets a session's tickets carry the path; before the ticket is made.
    ///
    /// - Parameter session: an `SSL_SESSION *`; borrowed, and keeps a copy of up to 113 bytes.
    func keep(in session: OpaquePointer) {
        let bytes = bytes
        // Without memory for it the ticket comes without, and `read` finds the way by the authorities.
        _ = SSL_SESSION_set1_ticket_appdata(session, bytes, bytes.count)
    }

    private init?(ticket session: OpaquePointer) {
        var start: UnsafeMutableRawPointer?
        var count = 0
        guard SSL_SESSION_get0_ticket_appdata(session, &start, &count) == 1, count > 0 else { return nil }
        self.init(bytes: UnsafeRawBufferPointer(start: start, count: count))
    }

    /// As bytes for a session ticket: it must bring with it what a resumed handshake does not send.
    ///
    /// ```
    /// 0 issuers n, 1 to 7 | 1 unit's certificate 16 | n issuers, 16 each | n - 1 intermediates, 16 each
    /// ```
    var bytes: [UInt8] {
        var bytes = [UInt8(truncatingIfNeeded: above.issuers.count)]
        Self.append(leaf.high, leaf.low, to: &bytes)
        for issuer in above.issuers { Self.append(issuer.high, issuer.low, to: &bytes) }
        for certificate in above.intermediates { Self.append(certificate.high, certificate.low, to: &bytes) }
        return bytes
    }

    /// - Returns: nil when they are not what ``bytes`` gives.
    init?(bytes: UnsafeRawBufferPointer) {
        guard let count = bytes.first.map(Int.init), (1...Self.issuersMax).contains(count),
            bytes.count == 1 + 16 * (2 * count)
        else { return nil }
        func word(_ index: Int, _ half: Int) -> UInt64 {
            UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 1 + 16 * index + 8 * half, as: UInt64.self))
        }
        leaf = CertificateKey(high: word(0, 0), low: word(0, 1))
        above = AuthorityPath(
            issuers: (1...count).map { AuthorityKey(high: word($0, 0), low: word($0, 1)) },
            intermediates: (count + 1..<2 * count).map { CertificateKey(high: word($0, 0), low: word($0, 1)) })
    }

    /// More than ``TLSContext/chainDepthMax`` lets through.
    private static let issuersMax = 7

    private static func append(_ high: UInt64, _ low: UInt64, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { bytes.append(contentsOf: $0) }
    }
}
