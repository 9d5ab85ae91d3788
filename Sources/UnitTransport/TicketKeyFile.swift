// The file with the secrets of session tickets: who reads it can pass for any unit that ever came. Read whole, checked, and
// written so that a crash leaves the old or the new one.

internal import Glibc
internal import LinuxIO

/// A secret from which tickets are sealed, and when it was made.
struct TicketSecret: Hashable, Sendable {
    static let bytesCount = 32
    /// Seconds since 1970.
    let madeAtS: Int64
    /// 32 bytes; never in a log.
    let bytes: [UInt8]
}

/// The secrets in force: tickets are sealed with the first, and opened with both.
struct TicketSecrets: Hashable, Sendable {
    var current: TicketSecret
    var previous: TicketSecret?
}

/// Reads and writes the file.
///
/// ```
/// offset  bytes  all numbers little-endian
///      0      8  "SOSTKT01"
///      8      8  when the current secret was made, seconds since 1970
///     16     32  the current secret
///     48      8  when the one before was made; 0 for none
///     56     32  the one before
/// ```
enum TicketKeyFile {
    static let bytesCount = 88
    private static let magic = Array("SOSTKT01".utf8)

    /// - Returns: nil when there is no such file.
    /// - Throws: ``TLSError`` with the reason `ticketKeys` when it may be read by others, is not ours, or is damaged.
    static func read(_ path: String) throws(TLSError) -> TicketSecrets? {
        let raw = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard raw >= 0 else {
            let error = Errno(code: errno)
            if error == .notFound { return nil }
            throw refused(path, "\(error)")
        }
        let file = Descriptor(owning: raw)
        var status = stat()
        guard fstat(file.rawValue, &status) == 0 else { throw refused(path, "\(Errno(code: errno))") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw refused(path, "it is no regular file") }
        guard status.st_uid == geteuid() else {
            throw refused(path, "it belongs to user \(status.st_uid), and the gateway runs as \(geteuid())")
        }
        guard status.st_mode & 0o177 == 0 else {
            let mode = String(status.st_mode & 0o7777, radix: 8)
            throw refused(path, "its permissions are 0\(mode); allowed is 0600: who reads it can pass for a unit")
        }
        guard status.st_size == bytesCount else {
            throw refused(path, "it has \(status.st_size) bytes, and a file of ticket keys has \(bytesCount)")
        }
        var bytes = [UInt8](repeating: 0, count: bytesCount)
        defer { explicit_bzero(&bytes, bytes.count) }
        let count = pread(file.rawValue, &bytes, bytes.count, 0)
        guard count == bytesCount else { throw refused(path, "it could not be read whole") }
        guard let secrets = decode(bytes) else { throw refused(path, "it is not a file of ticket keys") }
        return secrets
    }

    /// Puts secrets in place of what the file holds. Durable when it returns.
    ///
    /// - Throws: ``TLSError`` with the reason `ticketKeys`; the old file stays.
    static func write(_ secrets: TicketSecrets, to path: String) throws(TLSError) {
        var bytes = encode(secrets)
        defer { explicit_bzero(&bytes, bytes.count) }
        do throws(Errno) {
            try Files.replace(path, with: bytes, mode: 0o600)
        } catch {
            throw refused(path, "it cannot be written: \(error)")
        }
    }

    static func encode(_ secrets: TicketSecrets) -> [UInt8] {
        var bytes = magic
        for secret in [secrets.current, secrets.previous] {
            withUnsafeBytes(of: (secret?.madeAtS ?? 0).littleEndian) { bytes.append(contentsOf: $0) }
            bytes += secret?.bytes ?? [UInt8](repeating: 0, count: TicketSecret.bytesCount)
        }
        return bytes
    }

    static func decode(_ bytes: [UInt8]) -> TicketSecrets? {
        guard bytes.count == bytesCount, bytes.starts(with: magic) else { return nil }
        func secret(at offset: Int) -> TicketSecret? {
            let madeAtS = bytes[offset..<offset + 8].reversed().reduce(Int64(0)) { $0 << 8 | Int64($1) }
            let secret = Array(bytes[offset + 8..<offset + 8 + TicketSecret.bytesCount])
            guard madeAtS > 0, secret.contains(where: { $0 != 0 }) else { return nil }
            return TicketSecret(madeAtS: madeAtS, bytes: secret)
        }
        guard let current = secret(at: 8) else { return nil }
        return TicketSecrets(current: current, previous: secret(at: 48))
    }

    static func refused(_ path: String, _ why: String) -> TLSError {
        TLSError(.ticketKeys, file: path, detail: why)
    }
}
