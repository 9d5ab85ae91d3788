// Stand-ins for what the tried sources name of the rest of the gateway: as little as makes them compile.

/// For UnitTransport's.
enum TLSContext {
    static let applicationProtocol = "sos-unit/1"
    static let chainDepthMax: Int32 = 4
}

/// For UnitTransport's.
struct HandshakeFailure: Error {
    enum Kind { case noCertificate, identity, untrusted }
    init(_ kind: Kind, detail: String) {}
}

/// For LinuxIO's.
struct Errno: Error, Hashable {
    let code: Int32
    static let notFound = Errno(code: 2)
}

/// For LinuxIO's.
struct Descriptor {
    let rawValue: Int32
    init(owning raw: Int32) { rawValue = raw }
}

/// For LinuxIO's.
enum Files {
    static func replace(_ path: String, with bytes: [UInt8], mode: UInt32) throws(Errno) { throw .notFound }
}
