// The gateway sends a unit elsewhere, or away for a while.

/// REDIRECT, gateway to unit: close, wait, connect there. For this time only; a command *move* is for good.
///
/// ```
///  0        1        2        3        4
/// ┌─────────────────┬─────────────────┬────────┬────────┐
/// │ port            │ retry after, s  │ length │ host   …   1 to 253 bytes
/// └─────────────────┴─────────────────┴────────┴────────┘
/// ```
public struct Redirect: Hashable, Sendable {
    /// A name, or an IPv4 or IPv6 address without brackets; the certificate there must be valid for it.
    public let host: String
    /// 1 to 65,535.
    public let port: UInt16
    /// Seconds to wait before connecting. A unit with a press pending does not wait.
    public let retryAfterS: UInt16

    /// - Parameters:
    ///   - host: one that is empty, too long or no name cannot be encoded.
    ///   - port: 0 cannot be encoded.
    public init(host: String, port: UInt16, retryAfterS: UInt16) {
        self.host = host
        self.port = port
        self.retryAfterS = retryAfterS
    }
}

extension Redirect: FrameBody {
    init(from reader: inout FrameReader) throws(FrameError) {
        let start = reader.offset
        port = try reader.read()
        guard port != 0 else { throw FrameError(.valueOutOfRange, offset: start) }
        retryAfterS = try reader.read()
        host = try reader.readText(.host)
    }

    func encode(to writer: inout FrameWriter) {
        writer.require(port != 0)
        writer.write(port)
        writer.write(retryAfterS)
        writer.write(host, .host)
    }
}
