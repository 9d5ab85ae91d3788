// What a connection keeps of its unit's certificate: 24 bytes, because there are tens of thousands.

internal import COpenSSL
internal import Synchronization

/// Enough to judge a link again without the certificate. 24 bytes.
struct PeerCertificate: Hashable, Sendable {
    /// Which one it is.
    let key: CertificateKey
    /// The end of its validity, seconds since 1970; 0 when it is unknown, the greatest number for later.
    let endsAtS: UInt32
    /// The number in ``AuthorityPaths`` of what is above it.
    let path: UInt16
}

/// The ways to a root that units' certificates have taken, numbered. Few: one for each authority that issues units'
/// certificates. Any thread; the lock is held for a look into a table.
final class AuthorityPaths: Sendable {
    private struct Table {
        var paths: [AuthorityPath] = []
        var numbers: [AuthorityPath: UInt16] = [:]
    }

    private let table = Mutex(Table())

    /// - Returns: the number of a path, new or known; nil when 65,536 are, and a trusted authority has gone mad.
    func number(of path: AuthorityPath) -> UInt16? {
        table.withLock { table in
            if let known = table.numbers[path] { return known }
            guard let number = UInt16(exactly: table.paths.count) else { return nil }
            table.paths.append(path)
            table.numbers[path] = number
            return number
        }
    }

    /// Every path so far, by number.
    var all: [AuthorityPath] { table.withLock { $0.paths } }
}

extension TLSConnection {
    /// The way from the peer's certificate to a root, after the handshake on the gateway's side.
    ///
    /// - Parameter authorities: finds it for a resumed session whose ticket did not bring it.
    /// - Throws: ``HandshakeFailure`` of kind `untrusted` when it cannot be known.
    borrowing func trustPath(_ authorities: AuthorityFile) throws(HandshakeFailure) -> TrustPath {
        try TrustPath.read(handle, authorities)
    }

    /// The end of the peer's certificate, seconds since 1970; 0 when it is unknown.
    var peerCertificateEndsAtS: UInt32 {
        guard let certificate = SSL_get0_peer_certificate(handle) else { return 0 }
        return UInt32(clamping: CertificateFields.end(of: certificate))
    }
}
