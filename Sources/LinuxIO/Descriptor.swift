// Ownership of a file descriptor: closed exactly once.

internal import Glibc

/// Owns one file descriptor and closes it at the end of its life.
public struct Descriptor: ~Copyable, Sendable {
    /// Borrowed: valid while this value lives.
    public let rawValue: Int32

    /// - Parameter rawValue: an open descriptor; owned from here on.
    public init(owning rawValue: Int32) {
        precondition(rawValue >= 0, "a descriptor is never negative")
        self.rawValue = rawValue
    }

    /// Gives the descriptor away unclosed; the caller owns it.
    public consuming func release() -> Int32 {
        let raw = rawValue
        discard self
        return raw
    }

    deinit {
        // Linux releases the number even when close reports an error; a second try could hit a stranger's.
        _ = close(rawValue)
    }
}
