// What a unit shows of itself, for tools that play many units over one context: certificates as bytes, parsed when a
// connection needs them and let go when its handshake is done.

public import AlertModel
internal import COpenSSL

/// A private key that one or many units sign with.
///
/// `@unchecked Sendable`: never changed after `init`, and OpenSSL lets any thread sign with a key (its reference count is
/// atomic).
public final class UnitKey: @unchecked Sendable {
    let raw: OpaquePointer

    /// - Parameter file: PEM, without a password.
    /// - Throws: ``TLSError`` of kind `keyFile`.
    public init(file: String) throws(TLSError) {
        OpenSSLErrors.clear()
        guard let source = BIO_new_file(file, "r") else {
            throw TLSError(.keyFile, file: file, detail: OpenSSLErrors.takeText())
        }
        defer { BIO_free(source) }
        guard let key = PEM_read_bio_PrivateKey(source, nil, nil, nil) else {
            throw TLSError(.keyFile, file: file, detail: OpenSSLErrors.takeText())
        }
        raw = key
    }

    deinit { EVP_PKEY_free(raw) }
}

/// A unit's certificate, the intermediates above it, and its key. About 500 bytes a certificate.
public struct UnitCredential: Sendable {
    /// DER; the unit's own first.
    let certificates: [[UInt8]]
    let key: UnitKey

    /// Reads a unit's own pair of files.
    ///
    /// - Throws: ``TLSError`` naming the file, also when the key is not the certificate's.
    public init(certificateFile: String, keyFile: String) throws(TLSError) {
        let key = try UnitKey(file: keyFile)
        var certificates: [[UInt8]] = []
        var isOfKey = false
        try Self.readEach(certificateFile) { (certificate) throws(TLSError) in
            if certificates.isEmpty { isOfKey = X509_check_private_key(certificate, key.raw) == 1 }
            certificates.append(try Self.encoded(certificate, certificateFile))
        }
        guard isOfKey else { throw TLSError(.keyMismatch, file: keyFile, detail: OpenSSLErrors.takeText()) }
        self.init(certificates: certificates, key: key)
    }

    private init(certificates: [[UInt8]], key: UnitKey) {
        self.certificates = certificates
        self.key = key
    }

    /// Reads one file with the certificates of many units, all of one key. About 30 µs a certificate.
    ///
    /// - Throws: ``TLSError`` naming the file: not PEM, or a certificate that names no unit or has another key.
    public static func readMany(certificatesFile: String, key: UnitKey) throws(TLSError) -> [UnitID:
        UnitCredential]
    {
        var found: [UnitID: UnitCredential] = [:]
        try readEach(certificatesFile) { (certificate) throws(TLSError) in
            guard X509_check_private_key(certificate, key.raw) == 1 else {
                throw TLSError(.keyMismatch, file: certificatesFile, detail: OpenSSLErrors.takeText())
            }
            let unit: UnitID
            do throws(HandshakeFailure) {
                unit = try PeerIdentity.read(certificate: certificate)
            } catch {
                throw TLSError(.certificateFile, file: certificatesFile, detail: "\(error)")
            }
            found[unit] = UnitCredential(certificates: [try encoded(certificate, certificatesFile)], key: key)
        }
        return found
    }

    private static func readEach(
        _ file: String, _ take: (OpaquePointer) throws(TLSError) -> Void
    ) throws(TLSError) {
        OpenSSLErrors.clear()
        guard let source = BIO_new_file(file, "r") else {
            throw TLSError(.certificateFile, file: file, detail: OpenSSLErrors.takeText())
        }
        defer { BIO_free(source) }
        var count = 0
        while let certificate = PEM_read_bio_X509(source, nil, nil, nil) {
            defer { X509_free(certificate) }
            try take(certificate)
            count += 1
        }
        guard count > 0, OpenSSLErrors.endsPEM() else {
            throw TLSError(.certificateFile, file: file, detail: OpenSSLErrors.takeText())
        }
        OpenSSLErrors.clear()
    }

    private static func encoded(_ certificate: OpaquePointer, _ file: String) throws(TLSError) -> [UInt8] {
        let count = i2d_X509(certificate, nil)
        guard count > 0 else { throw TLSError(.certificateFile, file: file, detail: OpenSSLErrors.takeText()) }
        var bytes = [UInt8](repeating: 0, count: Int(count))
        bytes.withUnsafeMutableBufferPointer { room in
            var next = room.baseAddress
            _ = i2d_X509(certificate, &next)
        }
        return bytes
    }
}

extension TLSContext {
    /// For many units at once: trusts the authorities of the file and shows no certificate of its own; each connection
    /// says whose it is by ``TLSConnection/show(_:)``.
    ///
    /// - Throws: ``TLSError``.
    public static func units(trustFile: String) throws(TLSError) -> TLSContext {
        var options = Options(TLSIdentity(certificateFile: "", keyFile: "", trustFile: trustFile))
        options.certificateFile = nil
        options.keyFile = nil
        return try TLSContext(role: .client, options)
    }
}

extension TLSConnection {
    /// Has this connection alone show a unit's certificate; before its first step. Some 50 µs, and some KiB until
    /// ``forgetCredential()``.
    ///
    /// - Throws: ``TLSError`` when memory is out.
    public borrowing func show(_ credential: UnitCredential) throws(TLSError) {
        OpenSSLErrors.clear()
        for (number, bytes) in credential.certificates.enumerated() {
            let certificate = bytes.withUnsafeBufferPointer { room in
                var next = room.baseAddress
                return d2i_X509(nil, &next, room.count)
            }
            guard let certificate else { throw TLSError(.setup, detail: OpenSSLErrors.takeText()) }
            defer { X509_free(certificate) }
            let isTaken =
                number == 0
                ? SSL_use_certificate(handle, certificate) == 1
                : sos_ssl_add_chain_certificate(handle, certificate) == 1
            guard isTaken else { throw TLSError(.setup, detail: OpenSSLErrors.takeText()) }
        }
        guard SSL_use_PrivateKey(handle, credential.key.raw) == 1 else {
            throw TLSError(.setup, detail: OpenSSLErrors.takeText())
        }
    }

    /// Lets go of what ``show(_:)`` took, when the handshake is done: TLS 1.3 needs it no more.
    public borrowing func forgetCredential() { SSL_certs_clear(handle) }
}
