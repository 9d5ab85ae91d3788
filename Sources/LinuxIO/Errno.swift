// The kernel's error numbers as a typed error. "Not yet" is a value, never one of these.

internal import Glibc

/// An error number of a system call.
public struct Errno: Error, Hashable, Sendable {
    public let code: Int32
    public init(code: Int32) { self.code = code }

    /// What the calling thread's last failed call left behind.
    static var last: Errno { Errno(code: errno) }

    public static let addressInUse = Errno(code: EADDRINUSE)
    public static let badArgument = Errno(code: EINVAL)
    public static let brokenPipe = Errno(code: EPIPE)
    public static let connectionReset = Errno(code: ECONNRESET)
    public static let exists = Errno(code: EEXIST)
    public static let inputOutput = Errno(code: EIO)
    public static let interrupted = Errno(code: EINTR)
    public static let noFileDescriptors = Errno(code: EMFILE)
    public static let noMemory = Errno(code: ENOMEM)
    public static let noSpace = Errno(code: ENOSPC)
    public static let notFound = Errno(code: ENOENT)
    public static let notPermitted = Errno(code: EACCES)
    public static let readOnly = Errno(code: EROFS)
    public static let wouldBlock = Errno(code: EAGAIN)
}

extension Errno: CustomStringConvertible {
    /// The kernel's words and the number, such as `No space left on device (28)`.
    public var description: String {
        var buffer = [CChar](repeating: 0, count: 128)
        guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
        let text = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return "\(String(decoding: text, as: UTF8.self)) (\(code))"
    }
}

/// Runs a system call that answers −1 on failure, again when a signal interrupted it.
///
/// - Throws: the call's ``Errno``.
@inline(__always)
func retrying<Result: SignedInteger>(_ call: () -> Result) throws(Errno) -> Result {
    while true {
        let result = call()
        if result != -1 { return result }
        let error = Errno.last
        if error != .interrupted { throw error }
    }
}
