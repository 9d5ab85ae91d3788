// How a thread of the alert path ends the daemon: one failure, said once, heard by the control path.

import Synchronization

/// Carries the first failure from any thread to the task that runs the gateway.
final class Failure: Sendable {
    private let stream: AsyncStream<GatewayError>
    private let continuation: AsyncStream<GatewayError>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
    }

    /// Any thread; never blocks.
    func report(_ error: GatewayError) { continuation.yield(error) }

    /// Ends the wait without a failure.
    func finish() { continuation.finish() }

    /// Waits for a failure; nil when ``finish()`` came first.
    func wait() async -> GatewayError? {
        for await error in stream { return error }
        return nil
    }
}
