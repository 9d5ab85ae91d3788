// SIGINT and SIGTERM as a question that the main loop asks.

import Dispatch
import Foundation
import Synchronization

/// Takes the signals to stop from its making on; the second one ends the process at once.
///
/// `@unchecked Sendable`: the sources are kept alive and never touched again; the count is behind its mutex.
final class StopSignals: @unchecked Sendable {
    private final class Count: Sendable {
        let value = Mutex(0)
    }

    private let count = Count()
    private let sources: [any DispatchSourceSignal]

    init() {
        sources = [SIGINT, SIGTERM].map { [count] number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                let isSecond = count.value.withLock { value in
                    value += 1
                    return value > 1
                }
                if isSecond { _exit(128 + number) }
            }
            source.resume()
            return source
        }
    }

    /// Whether a signal came.
    var isStopping: Bool { count.value.withLock { $0 > 0 } }
}
