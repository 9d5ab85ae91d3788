// The functions of the format: CRC-32C by the processor where it can, and SHA-256 by OpenSSL.

internal import CLinux
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
        return JournalDigests(checksum: fastestChecksum) { head, previous, rest in
            ChainValue { digest in
                previous.withUnsafeBytes { context.digest(head, $0, rest, into: digest) }
            }
        }
    }

    /// CRC-32C by the processor's instruction, or in Swift where it has none.
    public static var fastestChecksum: Checksum {
        guard clinux_has_crc32c() == 1 else { return CRC32C.checksum }
        return { clinux_crc32c($0, $1.baseAddress, $1.count) }
    }
}
