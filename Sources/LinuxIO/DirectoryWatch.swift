// Sleeping until a directory gets a new file, instead of looking again and again.

internal import Glibc

/// Tells when a file was renamed into or within a directory (inotify).
public struct DirectoryWatch: ~Copyable, Sendable {
    private let descriptor: Descriptor

    /// - Throws: ``Errno``; `ENOSPC` when the user may have no more watches.
    public init(_ path: String) throws(Errno) {
        let notifier = Descriptor(owning: try retrying { inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK)) })
        let raw = notifier.rawValue
        _ = try retrying { inotify_add_watch(raw, path, UInt32(IN_MOVED_TO)) }
        descriptor = notifier
    }

    /// Sleeps until a file was renamed, or the bell was signalled, or time is over. Forgets the renames; the
    /// bell is for the caller to drain.
    ///
    /// - Parameter timeoutMs: at most so long; negative for ever.
    public func wait(or bell: borrowing EventFD, timeoutMs: Int32) {
        var entries = (
            pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0),
            pollfd(fd: bell.rawValue, events: Int16(POLLIN), revents: 0)
        )
        let raw = descriptor.rawValue
        withUnsafeMutableBytes(of: &entries) { memory in
            _ = poll(memory.assumingMemoryBound(to: pollfd.self).baseAddress, 2, timeoutMs)
        }
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
            while read(raw, buffer.baseAddress, buffer.count) > 0 {}
        }
    }
}
