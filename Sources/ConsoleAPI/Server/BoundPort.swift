// The port the system gave us, for whoever waits for the server to run.

import Synchronization

/// A port that becomes known once, or never.
final class BoundPort: Sendable {
    private enum State {
        case unknown([CheckedContinuation<Int?, Never>])
        case known(Int?)
    }

    private let state = Mutex(State.unknown([]))

    /// Tells everyone; nil means that the server ended without listening. Only the first call counts.
    func settle(_ port: Int?) {
        let waiting = state.withLock { state -> [CheckedContinuation<Int?, Never>] in
            guard case .unknown(let waiting) = state else { return [] }
            state = .known(port)
            return waiting
        }
        for one in waiting { one.resume(returning: port) }
    }

    /// Whether there is nothing to wait for any more.
    var isSettled: Bool {
        state.withLock { state in
            if case .known = state { return true }
            return false
        }
    }

    /// The port, as soon as it is known.
    func wait() async -> Int? {
        await withCheckedContinuation { continuation in
            let known = state.withLock { state -> Int?? in
                switch state {
                case .known(let port): return port
                case .unknown(let waiting):
                    state = .unknown(waiting + [continuation])
                    return nil
                }
            }
            if let known { continuation.resume(returning: known) }
        }
    }
}
