// The counters' memory. Any thread adds, any thread reads; a sum may be a few events behind.

import Synchronization

/// One 64-bit count for each ``Counter``, and the buckets of each ``Timing``.
///
/// Adding is one relaxed atomic addition: no lock, no allocation, no ordering promised.
public final class Counters: Sendable {
    private let cells: UnsafeCells

    private let timings: UnsafeCells

    public init() {
        cells = UnsafeCells(count: Self.slots)
        timings = UnsafeCells(count: Timing.allCases.count * Timing.cells)
    }

    /// Adds `amount`. Wraps after 2⁶⁴, as counters do.
    @inline(__always)
    public func add(_ counter: Counter, _ amount: UInt64 = 1) {
        cells[counter.rawValue].wrappingAdd(amount, ordering: .relaxed)
    }

    /// The count so far.
    public func value(_ counter: Counter) -> UInt64 {
        cells[counter.rawValue].load(ordering: .relaxed)
    }

    /// Adds one measurement. Two relaxed atomic additions, as ``add(_:_:)``.
    @inline(__always)
    public func measured(_ timing: Timing, nanoseconds: UInt64) {
        let first = timing.rawValue * Timing.cells
        timings[first + Timing.bucket(of: nanoseconds)].wrappingAdd(1, ordering: .relaxed)
        timings[first + Timing.cells - 1].wrappingAdd(nanoseconds, ordering: .relaxed)
    }

    /// What was measured so far. Allocates; for reading, not for the alert path.
    public func totals(of timing: Timing) -> TimingTotals {
        let first = timing.rawValue * Timing.cells
        return TimingTotals(
            buckets: (first..<first + Timing.cells - 1).map { timings[$0].load(ordering: .relaxed) },
            nanoseconds: timings[first + Timing.cells - 1].load(ordering: .relaxed))
    }

    private static let slots = (Counter.allCases.map(\.rawValue).max() ?? 0) + 1
}

/// A fixed array of atomics.
///
/// `@unchecked Sendable`: the pointer is set once in `init` and freed in `deinit`; everything behind it
/// is atomic.
private final class UnsafeCells: @unchecked Sendable {
    private let base: UnsafeMutablePointer<Atomic<UInt64>>
    private let count: Int

    init(count: Int) {
        self.count = count
        base = .allocate(capacity: count)
        for index in 0..<count { (base + index).initialize(to: Atomic(0)) }
    }

    deinit {
        base.deinitialize(count: count)
        base.deallocate()
    }

    subscript(index: Int) -> Atomic<UInt64> {
        @inline(__always) unsafeAddress {
            precondition(index >= 0 && index < count)
            return UnsafePointer(base + index)
        }
    }
}
