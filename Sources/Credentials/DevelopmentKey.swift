// P-256 keys for certificates of development and simulation. Never for a gateway that people rely on.

internal import COpenSSL

/// A private key on curve P-256.
///
/// `@unchecked Sendable`: never changed after `init`, and OpenSSL lets any thread sign with a key.
public final class DevelopmentKey: @unchecked Sendable {
    let raw: OpaquePointer

    /// Makes a new key. Some 30 µs.
    ///
    /// - Throws: `computationFailed` when OpenSSL has no memory.
    public init() throws(CredentialsError) {
        guard let maker = EVP_PKEY_CTX_new_from_name(nil, "EC", nil) else {
            throw .computationFailed("a P-256 key")
        }
        defer { EVP_PKEY_CTX_free(maker) }
        var made: OpaquePointer?
        guard EVP_PKEY_keygen_init(maker) == 1, EVP_PKEY_CTX_set_group_name(maker, "P-256") == 1,
            EVP_PKEY_generate(maker, &made) == 1, let made
        else { throw .computationFailed("a P-256 key") }
        raw = made
    }

    /// Reads a key; nil when the text holds none.
    public init?(pem: [UInt8]) {
        guard let source = BIO_new_mem_buf(pem, Int32(clamping: pem.count)) else { return nil }
        defer { BIO_free(source) }
        guard let key = PEM_read_bio_PrivateKey(source, nil, nil, nil) else { return nil }
        raw = key
    }

    deinit { EVP_PKEY_free(raw) }

    /// PKCS #8 in PEM, without a password.
    ///
    /// - Throws: `computationFailed` when OpenSSL has no memory.
    public func pem() throws(CredentialsError) -> [UInt8] {
        try MemoryText.collect { PEM_write_bio_PKCS8PrivateKey($0, raw, nil, nil, 0, nil, nil) }
    }
}

/// What OpenSSL writes into memory.
enum MemoryText {
    static func collect(_ write: (OpaquePointer) -> Int32) throws(CredentialsError) -> [UInt8] {
        guard let sink = BIO_new(BIO_s_mem()) else { throw .computationFailed("a PEM text") }
        defer { BIO_free(sink) }
        guard write(sink) == 1 else { throw .computationFailed("a PEM text") }
        var text: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = BIO_read(sink, &piece, Int32(piece.count))
            guard count > 0 else { return text }
            text.append(contentsOf: piece[..<Int(count)])
        }
    }
}
