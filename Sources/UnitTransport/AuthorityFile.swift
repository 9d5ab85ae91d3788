// The file of trusted authorities, read beside OpenSSL's own store: to know who may sign revocation lists, and to judge
// links again when the file changes.

internal import COpenSSL
internal import Glibc

/// The certificates of a PEM file, owned; freed at the end.
///
/// `@unchecked Sendable`: nothing changes after `init`, and OpenSSL guards what it caches in a certificate itself.
final class AuthorityFile: @unchecked Sendable {
    /// The file.
    let path: String
    /// `X509 *` each.
    let certificates: [OpaquePointer]

    /// - Throws: ``TLSError`` with the reason `trustFile`.
    init(path: String) throws(TLSError) {
        self.path = path
        OpenSSLErrors.clear()
        guard let file = BIO_new_file(path, "r") else {
            throw TLSError(.trustFile, file: path, detail: OpenSSLErrors.takeText())
        }
        defer { BIO_free(file) }
        var found: [OpaquePointer] = []
        while found.count < Self.certificatesMax, let certificate = PEM_read_bio_X509(file, nil, nil, nil) {
            found.append(certificate)
        }
        // The end of the file is an error of its own to OpenSSL; what is broken was refused with the store.
        OpenSSLErrors.clear()
        certificates = found
        guard !found.isEmpty else { throw TLSError(.trustFile, file: path, detail: "no certificate in it") }
    }

    deinit { for certificate in certificates { X509_free(certificate) } }

    /// A national list of authorities has some hundred.
    static let certificatesMax = 4_096

    /// Authorities at which a chain may end: OpenSSL ends none at an intermediate.
    var anchors: Set<AuthorityKey> {
        Set(certificates.filter(Self.isRoot).map { AuthorityKey(certificate: $0) })
    }

    /// Certificates of this name, by the rules that X.509 compares names with.
    func named(_ name: OpaquePointer?) -> [OpaquePointer] {
        guard let name else { return [] }
        return certificates.filter { X509_NAME_cmp(X509_get_subject_name($0), name) == 0 }
    }

    /// The chain from a certificate to a root of this file by names and signatures; nil when it does not get there.
    /// Some 100 µs a step.
    func chain(from certificate: OpaquePointer) -> [OpaquePointer]? {
        var chain = [certificate]
        defer { OpenSSLErrors.clear() }
        while let last = chain.last, !Self.isRoot(last) {
            guard chain.count <= Int(TLSContext.chainDepthMax),
                let issuer = certificates.first(where: { Self.signed(last, by: $0) })
            else { return nil }
            chain.append(issuer)
        }
        return chain.count > 1 ? chain : nil
    }

    private static func signed(_ certificate: OpaquePointer, by issuer: OpaquePointer) -> Bool {
        guard X509_check_issued(issuer, certificate) == X509_V_OK, let key = X509_get0_pubkey(issuer) else {
            return false
        }
        return X509_verify(certificate, key) == 1
    }

    private static func isRoot(_ certificate: OpaquePointer) -> Bool {
        X509_get_extension_flags(certificate) & UInt32(EXFLAG_SS) != 0
    }
}
