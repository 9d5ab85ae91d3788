// Work that may not take for ever.

/// Does `work`, and cancels it when its time is over.
///
/// - Throws: what `work` throws, also when it was cancelled; `CancellationError` where it has nothing to say then.
func withTimeLimit<Result: Sendable>(
    seconds: Double, _ work: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
        defer { group.cancelAll() }
        group.addTask { try await work() }
        group.addTask {
            try? await Task.sleep(for: .seconds(seconds))
            return nil
        }
        if let result = try await group.next() ?? nil { return result }
        group.cancelAll()
        guard let result = try await group.next() ?? nil else { throw CancellationError() }
        return result
    }
}
