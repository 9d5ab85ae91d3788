// Passwords at rest: scrypt hashes in text form, made and checked by OpenSSL's EVP_PBE_scrypt.

private import COpenSSL

/// Makes and checks password hashes of the form `$scrypt$ln=15,r=8,p=1$<salt>$<hash>`.
///
/// Salt (16 bytes) and hash (32 bytes) stand in base64 without padding. Every function here blocks its thread
/// for 50 to 100 ms and uses 32 MiB: never call it on a cooperative or event-loop thread.
public enum PasswordHash {
    /// Longer passwords are refused by callers: nobody types them, and they cost work.
    public static let passwordBytesMax = 256

    private static let saltBytes = 16
    private static let hashBytes = 32

    /// A new hash with a fresh salt.
    ///
    /// - Throws: `randomUnavailable`, `computationFailed`; the password was not set.
    public static func make(_ password: String) throws(CredentialsError) -> String {
        let salt = try SecureRandom.bytes(saltBytes)
        let hash = try derive(password, salt: salt, cost: .standard)
        let cost = ScryptCost.standard.text
        return
            "$scrypt$\(cost)$\(Base64.encode(salt, alphabet: .standard))$\(Base64.encode(hash, alphabet: .standard))"
    }

    /// Whether `password` is the one that `stored` was made from.
    ///
    /// With nil, for an officer who does not exist, it works as long as for one who does and says no: the time
    /// tells nothing about who has an account.
    ///
    /// - Throws: `malformedHash` for a damaged record, `computationFailed`; treat both as a failed sign-in
    ///   and log them.
    public static func verify(_ password: String, against stored: String?) throws(CredentialsError) -> Bool {
        guard let stored else {
            let salt = [UInt8](repeating: 0x5c, count: saltBytes)
            let derived = try derive(password, salt: salt, cost: .standard)
            // The comparison is made, and its result is not looked at, so that both ways do the same.
            _ = equalInConstantTime(derived, salt + salt)
            return false
        }
        let parts = stored.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].isEmpty, parts[1] == "scrypt", let cost = ScryptCost(text: parts[2]),
            let salt = Base64.decode(parts[3], alphabet: .standard), salt.count == saltBytes,
            let hash = Base64.decode(parts[4], alphabet: .standard), hash.count == hashBytes
        else { throw .malformedHash }
        return equalInConstantTime(try derive(password, salt: salt, cost: cost), hash)
    }

    /// The key of a password; blocks like everything here.
    static func derive(_ password: String, salt: [UInt8], cost: ScryptCost) throws(CredentialsError) -> [UInt8] {
        var key = [UInt8](repeating: 0, count: hashBytes)
        let secret = password.utf8.map { CChar(bitPattern: $0) }
        let done = EVP_PBE_scrypt(
            secret, secret.count, salt, salt.count, 1 << cost.logN, cost.blockSize, cost.parallelism,
            cost.memoryBytesMax, &key, key.count)
        guard done == 1 else { throw .computationFailed("scrypt") }
        return key
    }
}
