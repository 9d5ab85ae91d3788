// The counters' memory. Any thread adds, any thread reads; a sum may be a few events behind.

import Synchronization

/// One 64-bit count for each ``Counter``.
///
/// Adding is one relaxed atomic addition: no lock, no allocation, no ordering promised.
public final class Counters: Sendable {
    private let cells: UnsafeCells

    public init() { cells = UnsafeCells(count: Self.slots) }

    /// Adds `amount`. Wraps after 2⁶⁴, as counters do.
    @inline(__always)
    public func add(_ counter: Counter, _ amount: UInt64 = 1) {
        cells[counter.rawValue].wrappingAdd(amount, ordering: .relaxed)
    }

    /// The count so far.
    public func value(_ counter: Counter) -> UInt64 {
        cells[counter.rawValue].load(ordering: .relaxed)
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
