// SHA-256 by OpenSSL: what is stored in place of a secret, and the name of a file's content.

private import COpenSSL

/// SHA-256 (FIPS 180-4).
public enum SHA256 {
    /// Bytes of a digest.
    public static let digestBytes = 32

    /// The digest of `bytes`: ``digestBytes`` bytes. A few microseconds for a token, a millisecond a megabyte.
    ///
    /// - Throws: `computationFailed` when OpenSSL has no memory.
    public static func digest(_ bytes: [UInt8]) throws(CredentialsError) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: digestBytes)
        var length = UInt32(digestBytes)
        guard EVP_Digest(bytes, bytes.count, &digest, &length, EVP_sha256(), nil) == 1 else {
            throw .computationFailed("SHA-256")
        }
        return digest
    }

    /// The digest as 64 lower-case hexadecimal digits.
    ///
    /// - Throws: `computationFailed` when OpenSSL has no memory.
    public static func hexadecimal(_ bytes: [UInt8]) throws(CredentialsError) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in try digest(bytes) {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// Whether two byte strings are equal, in a time that depends on their length only (CRYPTO_memcmp).
public func equalInConstantTime(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
}
