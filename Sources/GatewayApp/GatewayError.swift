// Why the daemon does not start or stops: one clear line and an exit code by sysexits.h.

/// A reason to end the process.
public struct GatewayError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Exit codes of `sysexits.h`, which systemd and scripts know.
    public enum Code: Int32, Hashable, Sendable {
        /// The host lacks something, such as a free port.
        case unavailable = 69
        /// A file could not be made.
        case cannotCreate = 73
        /// The disk refused.
        case inputOutput = 74
        /// No right to a file.
        case noPermission = 77
        /// The configuration is wrong.
        case configuration = 78
    }

    public let code: Code
    /// What happened, where, and how to fix it.
    public let description: String

    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
