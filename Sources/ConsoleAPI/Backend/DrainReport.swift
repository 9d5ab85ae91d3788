// What the console API and the gateway behind it say to each other about emptying it.

/// Where units are sent while the gateway is emptied, and how far that has come.
public struct DrainReport: Hashable, Sendable {
    /// A name or an address.
    public let host: String
    /// 1 to 65,535.
    public let port: UInt16
    /// Links redirected in a second.
    public let unitsPerSecond: UInt32
    /// Links redirected since the order.
    public let redirected: Int

    /// - Parameters:
    ///   - host: 1 to 253 letters, digits, `-`, `.`, `:`.
    ///   - port: not 0.
    ///   - unitsPerSecond: 1 to 10,000.
    public init(host: String, port: UInt16, unitsPerSecond: UInt32, redirected: Int = 0) {
        self.host = host
        self.port = port
        self.unitsPerSecond = unitsPerSecond
        self.redirected = redirected
    }
}
