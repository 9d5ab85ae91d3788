// Where time comes from. Everything above takes it as a value or as an InstantSource.

public import AlertModel
internal import Glibc

/// Reads both clocks; tests bring their own.
public protocol InstantSource: Sendable {
    func now() -> Instant
}

/// The kernel's clocks: CLOCK_REALTIME and CLOCK_MONOTONIC, about 40 ns for both, no system call.
public struct SystemClock: InstantSource {
    public init() {}

    public func now() -> Instant {
        let wall = Self.read(CLOCK_REALTIME)
        let monotonic = Self.read(CLOCK_MONOTONIC)
        return Instant(
            wall: WallTime(nanoseconds: wall), monotonic: MonotonicTime(nanoseconds: UInt64(max(0, monotonic))))
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        let status = clock_gettime(clock, &time)
        precondition(status == 0, "these two clocks exist on every Linux")
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
