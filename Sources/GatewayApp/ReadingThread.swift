// Files are read on threads of their own: a large one takes seconds, and the tasks' threads must not wait.

import LinuxIO

/// Runs something that blocks beside the tasks.
enum ReadingThread {
    /// - Parameters:
    ///   - name: of the thread, at most 15 bytes.
    ///   - read: what to do there.
    /// - Throws: what `read` throws; ``GatewayError/Code/unavailable`` without a thread.
    static func read<Value: Sendable>(
        _ name: String, _ read: @escaping @Sendable () throws(GatewayError) -> Value
    ) async throws(GatewayError) -> Value {
        let result: Result<Value, GatewayError> = await withCheckedContinuation { continuation in
            do throws(Errno) {
                _ = try Thread.start(name: name, nice: 10) {
                    continuation.resume(returning: Result { () throws(GatewayError) in try read() })
                }
            } catch {
                continuation.resume(
                    returning: .failure(GatewayError(.unavailable, "no thread to read on: \(error)")))
            }
        }
        return try result.get()
    }
}
