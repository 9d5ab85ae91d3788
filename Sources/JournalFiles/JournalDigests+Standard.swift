// The functions of the format: CRC-32C, and SHA-256 by OpenSSL.

internal import Credentials
public import Journal

extension JournalDigests {
    /// What a journal is written and read with. Each value is for one thread at a time.
    ///
    /// - Throws: ``JournalError`` `inputOutput` when OpenSSL has no memory or no SHA-256.
    public static func standard() throws(JournalError) -> JournalDigests {
        let context: SHA256Context
        do throws(CredentialsError) {
            context = try SHA256Context()
        } catch {
            throw JournalError(.inputOutput, reason: "\(error)")
        }
        return JournalDigests(checksum: CRC32C.checksum) { head, previous, rest in
            ChainValue { digest in
                previous.withUnsafeBytes { context.digest(head, $0, rest, into: digest) }
            }
        }
    }
}
