// A kernel counter that one thread raises and another sleeps on.

internal import CLinux
internal import Glibc

/// An eventfd: wakes a thread that sleeps in ``wait(timeoutMs:)`` or in an ``Epoll``.
///
/// Signals do not queue: any number of them before a ``drain()`` is one wake-up.
public struct EventFD: ~Copyable, Sendable {
    private let descriptor: Descriptor

    /// - Throws: ``Errno`` when the process has no descriptor left.
    public init() throws(Errno) {
        let raw = try retrying { eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK)) }
        descriptor = Descriptor(owning: raw)
    }

    /// For registration with an ``Epoll``; readable while a signal is pending.
    public var rawValue: Int32 { descriptor.rawValue }

    /// Raises the counter. One system call; any thread; never blocks.
    public func signal() {
        var one: UInt64 = 1
        // EAGAIN means that the counter is full: then a wake-up is pending already, which is all we promise.
        repeat { if write(rawValue, &one, 8) == 8 { return } } while errno == EINTR
    }

    /// Clears pending signals. One system call; never blocks.
    public func drain() {
        var count: UInt64 = 0
        repeat { if read(rawValue, &count, 8) == 8 { return } } while errno == EINTR
    }

    /// Sleeps until a signal is pending; does not clear it.
    ///
    /// - Parameter timeoutMs: at most so long; negative for ever.
    /// - Returns: whether a signal is pending. A signal handler's run ends the sleep early.
    @discardableResult
    public func wait(timeoutMs: Int32) -> Bool {
        var entry = pollfd(fd: rawValue, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, timeoutMs) == 1
    }
}
