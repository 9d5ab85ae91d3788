// The lines of a check: what was done, how long it took, or why it failed.

import SimulatedField

/// A step did not come about; it is reported already.
struct StepFailed: Error {}

/// Why a step did not come about.
struct StepProblem: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Runs steps one after another and reports each as it ends.
struct CheckSteps: Sendable {
    let terminal: Terminal
    let timeoutS: Double

    /// Columns of a step's name.
    private static let width = 52

    /// Does one step.
    ///
    /// - Parameters:
    ///   - name: what is true afterwards.
    ///   - begun: when its time begins; nil for now.
    /// - Throws: ``StepFailed`` once it is reported.
    @discardableResult
    func step<Result>(
        _ name: String, since begun: ContinuousClock.Instant? = nil, _ work: () async throws -> Result
    ) async throws(StepFailed) -> Result {
        let begun = begun ?? ContinuousClock.now
        do {
            let result = try await work()
            let ns = begun.duration(to: .now) / .nanoseconds(1)
            let milliseconds = LatencyTable.milliseconds(UInt64(max(0, ns)))
            let padding = String(repeating: " ", count: max(1, Self.width - name.count - milliseconds.count))
            terminal.line("  ok   \(name)\(padding)\(milliseconds) ms")
            return result
        } catch {
            let reason = Task.isCancelled ? "not within \(timeoutS) s in all (\(error))" : "\(error)"
            terminal.line("  FAIL \(name): \(reason)")
            throw StepFailed()
        }
    }
}
