// Readiness of many descriptors in one system call.

internal import CLinux
internal import Glibc

/// What to wait for, and what came.
public struct EpollEvents: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Bytes or a connection can be taken, or the peer closed.
    public static let readable = EpollEvents(rawValue: EPOLLIN.rawValue)
    /// Bytes can be put.
    public static let writable = EpollEvents(rawValue: EPOLLOUT.rawValue)
    /// The peer closed its half.
    public static let peerClosed = EpollEvents(rawValue: EPOLLRDHUP.rawValue)
    /// Always reported, never asked for: the descriptor failed.
    public static let failed = EpollEvents(rawValue: EPOLLERR.rawValue)
    /// Always reported, never asked for: both halves are closed.
    public static let hungUp = EpollEvents(rawValue: EPOLLHUP.rawValue)
    /// Report changes only; the owner must then read or write until it would block.
    public static let edgeTriggered = EpollEvents(rawValue: 1 << 31)
}

/// One descriptor that is ready; laid out as the kernel writes it.
public struct EpollEvent: Sendable {
    private let event: epoll_event

    /// An empty place for ``Epoll/wait(into:timeoutMs:)`` to fill.
    public init() { event = epoll_event() }

    /// What the descriptor is ready for.
    public var events: EpollEvents { EpollEvents(rawValue: event.events) }
    /// What the owner registered it with.
    public var token: UInt64 { event.data.u64 }
}

/// An epoll instance. One thread waits; any thread may add, modify and remove.
public struct Epoll: ~Copyable, Sendable {
    private let descriptor: Descriptor

    /// - Throws: ``Errno`` when the process has no descriptor left.
    public init() throws(Errno) {
        descriptor = Descriptor(owning: try retrying { epoll_create1(Int32(EPOLL_CLOEXEC)) })
    }

    /// For registration with another epoll.
    public var rawValue: Int32 { descriptor.rawValue }

    /// Starts watching `fd`; the kernel stops by itself when the descriptor is closed.
    ///
    /// - Parameter token: comes back with each event.
    /// - Throws: ``Errno``: exists, out of memory or watches, not a pollable descriptor.
    public func add(_ fd: Int32, events: EpollEvents, token: UInt64) throws(Errno) {
        try control(EPOLL_CTL_ADD, fd, events, token)
    }

    /// Changes what is waited for.
    ///
    /// - Throws: ``Errno`` when `fd` was not added.
    public func modify(_ fd: Int32, events: EpollEvents, token: UInt64) throws(Errno) {
        try control(EPOLL_CTL_MOD, fd, events, token)
    }

    /// Stops watching `fd`.
    ///
    /// - Throws: ``Errno`` when `fd` was not added.
    public func remove(_ fd: Int32) throws(Errno) {
        try control(EPOLL_CTL_DEL, fd, [], 0)
    }

    /// Sleeps until something is ready.
    ///
    /// - Parameters:
    ///   - events: its places are overwritten from the front; not empty. No allocation.
    ///   - timeoutMs: at most so long; 0 only looks, negative waits for ever.
    /// - Returns: how many places are filled; 0 also when a signal handler ran.
    /// - Throws: ``Errno`` only for a broken epoll, which is a mistake of ours.
    public func wait(into events: inout [EpollEvent], timeoutMs: Int32) throws(Errno) -> Int {
        let raw = rawValue
        let count = events.withUnsafeMutableBytes { bytes in
            bytes.withMemoryRebound(to: epoll_event.self) { places in
                epoll_wait(raw, places.baseAddress, Int32(clamping: places.count), timeoutMs)
            }
        }
        if count >= 0 { return Int(count) }
        let error = Errno.last
        if error == .interrupted { return 0 }
        throw error
    }

    private func control(
        _ operation: Int32, _ fd: Int32, _ events: EpollEvents, _ token: UInt64
    ) throws(Errno) {
        var event = epoll_event(events: events.rawValue, data: epoll_data_t(u64: token))
        _ = try retrying { epoll_ctl(rawValue, operation, fd, &event) }
    }
}
