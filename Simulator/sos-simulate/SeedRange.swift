// Seeds over all processors. The answer does not depend on how many: of the seeds that fail, the lowest.

import SimulatorKit
import Synchronization

/// What running seeds came to.
struct RangeResult: Sendable {
    /// The failing run with the lowest seed; nil when none failed.
    var failure: SimulationReport?
    /// Of every run but those behind the failure.
    var totals = StormTotals()
    /// Runs that count.
    var seeds: UInt64 = 0
}

/// Hands out seeds one by one.
///
/// Every seed below the lowest one that failed is run; one behind it may be, and does not count.
final class SeedRange: Sendable {
    private struct State {
        var next: UInt64
        var failure: SimulationReport?
        var done: [UInt64: StormTotals] = [:]
        var count: UInt64 = 0
    }

    private let state: Mutex<State>
    private let end: UInt64
    private let options: SimulateOptions

    init(_ options: SimulateOptions) {
        self.options = options
        end = options.from + options.seeds
        state = Mutex(State(next: options.from))
    }

    /// Seeds that were run so far.
    var count: UInt64 { state.withLock { $0.count } }
    /// Whether nothing is left to hand out.
    var isExhausted: Bool { state.withLock { Self.isExhausted($0, end) } }

    private static func isExhausted(_ state: State, _ end: UInt64) -> Bool {
        state.next >= min(end, state.failure?.seed ?? end)
    }

    /// Runs seeds until none is left. Yields between two: there may be no more threads than workers, and somebody wants
    /// to tell how far it is.
    func work() async {
        while let seed = take() {
            await Task.yield()
            let report = Simulation(options.settings(seed)).run()
            state.withLock { state in
                state.count += 1
                state.done[seed] = report.totals
                guard !report.violations.isEmpty, seed < state.failure?.seed ?? .max else { return }
                state.failure = report
            }
        }
    }

    private func take() -> UInt64? {
        state.withLock { state in
            guard !Self.isExhausted(state, end) else { return nil }
            state.next += 1
            return state.next - 1
        }
    }

    /// Runs all, `jobs` at a time.
    func run() async -> RangeResult {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<options.jobs { group.addTask { await self.work() } }
        }
        return state.withLock { state in
            var result = RangeResult(failure: state.failure)
            for (seed, totals) in state.done where seed <= state.failure?.seed ?? .max {
                result.totals += totals
                result.seeds += 1
            }
            return result
        }
    }
}
