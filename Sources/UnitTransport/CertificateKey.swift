// How the gateway remembers certificates: by the key of who issued them and their serial number, 16 bytes each.

internal import COpenSSL

/// 128 bits that stand for an authority: the front of the SHA-256 of its public key.
///
/// Not of its name: an authority is whoever holds the key, however its name is encoded in a list or a certificate.
struct AuthorityKey: Hashable, Sendable {
    let high: UInt64
    let low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// - Parameter certificate: the authority's; borrowed. About a microsecond.
    init(certificate: OpaquePointer) {
        var digest = Digest()
        digest.withBytes { bytes, count in X509_pubkey_digest(certificate, EVP_sha256(), bytes, count) }
        (high, low) = digest.front
    }
}

/// 128 bits that stand for one certificate: the front of the SHA-256 of its authority's key and its serial number.
///
/// A certificate with the same authority and serial is the same one (RFC 5280, 4.1.2.2), whatever bytes are around it.
struct CertificateKey: Hashable, Sendable {
    let high: UInt64
    let low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// - Parameters:
    ///   - issuer: who signed it.
    ///   - serial: its number; borrowed.
    init(issuer: AuthorityKey, serial: UnsafePointer<ASN1_INTEGER>) {
        self.init(issuer: issuer, number: CertificateFields.magnitude(serial))
    }

    /// - Parameter number: the serial number, big-endian; a copy of a few bytes and a hash of about a microsecond.
    init(issuer: AuthorityKey, number: [UInt8]) {
        var input = number
        withUnsafeBytes(of: issuer.high.bigEndian) { input.append(contentsOf: $0) }
        withUnsafeBytes(of: issuer.low.bigEndian) { input.append(contentsOf: $0) }
        var digest = Digest()
        digest.withBytes { bytes, count in EVP_Digest(input, input.count, bytes, count, EVP_sha256(), nil) }
        (high, low) = digest.front
    }
}

/// Room for a SHA-256.
private struct Digest {
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    private var count: UInt32 = 0

    /// Lets OpenSSL write the digest; it cannot fail with memory at hand, and a digest of zeros must not stand for
    /// a certificate.
    mutating func withBytes(_ write: (UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt32>) -> Int32) {
        let status = withUnsafeMutableBytes(of: &words) { room in
            write(room.baseAddress?.assumingMemoryBound(to: UInt8.self), &count)
        }
        precondition(status == 1 && count == 32, "SHA-256 of the default provider always works")
    }

    var front: (UInt64, UInt64) { (UInt64(bigEndian: words.0), UInt64(bigEndian: words.1)) }
}
