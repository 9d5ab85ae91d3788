// Secrets from OpenSSL's random generator (RAND_bytes), which seeds itself from the kernel.

private import COpenSSL

/// Random bytes and tokens that nobody can guess.
public enum SecureRandom {
    /// More than any secret needs; a larger request is a mistake.
    public static let bytesMax = 4_096

    /// - Parameter count: 0 to ``bytesMax``.
    /// - Throws: `randomUnavailable`; do not go on without the secret.
    public static func bytes(_ count: Int) throws(CredentialsError) -> [UInt8] {
        precondition(count >= 0 && count <= bytesMax)
        var bytes = [UInt8](repeating: 0, count: count)
        guard RAND_bytes(&bytes, Int32(count)) == 1 else { throw .randomUnavailable }
        return bytes
    }

    /// A token for cookies and links: random bytes as base64url without padding.
    ///
    /// - Parameter byteCount: 32 cannot be guessed by anyone; 0 to ``bytesMax``.
    /// - Throws: `randomUnavailable`.
    public static func token(byteCount: Int = 32) throws(CredentialsError) -> String {
        Base64.encode(try bytes(byteCount), alphabet: .url)
    }
}
