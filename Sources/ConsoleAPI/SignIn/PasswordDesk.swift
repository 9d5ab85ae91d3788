// Where passwords are checked: a queue of its own, for a check blocks its thread for 50 to 100 ms.

import Credentials
import Foundation
import Synchronization

/// Runs password checks beside the cooperative threads, a few at a time.
final class PasswordDesk: Sendable {
    private let queue: OperationQueue
    private let waiting = Mutex(0)
    private let waitingMax: Int

    /// - Parameters:
    ///   - parallelMax: checks at once; each takes a core and 32 MiB.
    ///   - waitingMax: checks under way or waiting; more are refused as busy.
    init(parallelMax: Int, waitingMax: Int) {
        queue = OperationQueue()
        queue.name = "sos-passwords"
        queue.maxConcurrentOperationCount = parallelMax
        queue.qualityOfService = .utility
        self.waitingMax = waitingMax
    }

    /// Whether `password` belongs to `hash`; with nil it takes as long and says no.
    ///
    /// - Throws: ``Problem/busy`` when too many wait, `CredentialsError` from the check.
    func verify(_ password: String, against hash: String?) async throws -> Bool {
        let isAdmitted = waiting.withLock { waiting in
            guard waiting < waitingMax else { return false }
            waiting += 1
            return true
        }
        guard isAdmitted else { throw Problem.busy }
        defer { waiting.withLock { $0 -= 1 } }
        return try await withCheckedThrowingContinuation { continuation in
            queue.addOperation {
                continuation.resume(with: Result { try PasswordHash.verify(password, against: hash) })
            }
        }
    }
}
