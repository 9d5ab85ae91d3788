// What the daemon tells systemd about itself, by sd_notify(3). Without systemd it tells nobody and costs nothing.

internal import CSystemd
internal import Glibc

/// Tells the service manager how the daemon is.
///
/// Any thread may call it; each call is one datagram and does not wait for the manager. Nothing may depend on
/// the answer: a daemon started from a shell runs the same.
public struct ServiceNotifier: Sendable {
    /// What became of a message.
    public enum Delivery: Hashable, Sendable {
        /// The manager's socket took it.
        case sent
        /// Nobody listens: NOTIFY_SOCKET is not set.
        case unsupervised
        /// The socket refused it, with this errno; worth one log line.
        case failed(Int32)
    }

    /// A status longer than this is cut: one line on a screen.
    public static let statusBytesMax = 200

    /// Reads nothing: libsystemd looks at the environment at each call.
    public init() {}

    /// The daemon serves units and consoles.
    @discardableResult
    public func ready(status: String) -> Delivery { send("READY=1\nSTATUS=\(Self.line(status))") }

    /// One line for `systemctl status`.
    @discardableResult
    public func status(_ text: String) -> Delivery { send("STATUS=\(Self.line(text))") }

    /// The configuration is being read again; ``ready(status:)`` ends it.
    ///
    /// - Parameter monotonicNs: CLOCK_MONOTONIC now; systemd compares it with the moment it asked.
    @discardableResult
    public func reloading(monotonicNs: UInt64) -> Delivery {
        send("RELOADING=1\nMONOTONIC_USEC=\(monotonicNs / 1_000)")
    }

    /// The daemon begins to stop.
    @discardableResult
    public func stopping(status: String) -> Delivery { send("STOPPING=1\nSTATUS=\(Self.line(status))") }

    /// The daemon proved that it works; due within ``watchdogIntervalNs``.
    @discardableResult
    public func watchdog() -> Delivery { send("WATCHDOG=1") }

    /// How often at least ``watchdog()`` is due, in nanoseconds; nil when systemd does not watch this process.
    /// Call it twice as often.
    public var watchdogIntervalNs: UInt64? {
        var microseconds: UInt64 = 0
        guard sd_watchdog_enabled(0, &microseconds) > 0 else { return nil }
        let (nanoseconds, overflow) = microseconds.multipliedReportingOverflow(by: 1_000)
        return overflow ? .max : nanoseconds
    }

    private func send(_ message: String) -> Delivery {
        let result = sd_notify(0, message)
        if result > 0 { return .sent }
        return result == 0 ? .unsupervised : .failed(-result)
    }

    /// One line: a line break would begin another assignment.
    private static func line(_ text: String) -> String {
        var kept = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        while kept.utf8.count > statusBytesMax { kept.removeLast() }
        return kept
    }
}
