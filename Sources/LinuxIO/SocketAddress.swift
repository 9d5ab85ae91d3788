// Where a peer is, without heap memory: for reports and limits by address.

internal import CLinux
internal import Glibc

/// An IPv4 or IPv6 address and port.
public struct SocketAddress: Hashable, Sendable {
    /// The address's first 8 bytes; IPv4 stands as `::ffff:a.b.c.d`.
    public let high: UInt64
    /// The address's last 8 bytes.
    public let low: UInt64
    public let port: UInt16

    public init(high: UInt64, low: UInt64, port: UInt16) {
        self.high = high
        self.low = low
        self.port = port
    }

    /// Whether it is an IPv4 address.
    public var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }

    init(_ storage: inout sockaddr_storage) {
        let port: UInt16
        let words: (UInt64, UInt64)
        if storage.ss_family == sa_family_t(AF_INET6) {
            (port, words) = withUnsafeBytes(of: &storage) { bytes in
                let address = bytes.loadUnaligned(as: sockaddr_in6.self)
                let first = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
                let second = bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
                return (address.sin6_port, (UInt64(bigEndian: first), UInt64(bigEndian: second)))
            }
        } else {
            (port, words) = withUnsafeBytes(of: &storage) { bytes in
                let address = bytes.loadUnaligned(as: sockaddr_in.self)
                return (address.sin_port, (0, 0xFFFF << 32 | UInt64(UInt32(bigEndian: address.sin_addr.s_addr))))
            }
        }
        self.init(high: words.0, low: words.1, port: UInt16(bigEndian: port))
    }
}

extension SocketAddress: CustomStringConvertible {
    /// Such as `192.0.2.7:41200` or `[2001:db8::7]:41200`.
    public var description: String { isIPv4 ? "\(host):\(port)" : "[\(host)]:\(port)" }

    /// The address alone, as people write it.
    public var host: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let size = socklen_t(text.count)
        if isIPv4 {
            var address = in_addr(s_addr: UInt32(truncatingIfNeeded: low).bigEndian)
            _ = inet_ntop(AF_INET, &address, &text, size)
        } else {
            var words = (high.bigEndian, low.bigEndian)
            _ = inet_ntop(AF_INET6, &words, &text, size)
        }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
