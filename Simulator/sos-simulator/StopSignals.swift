// SIGINT and SIGTERM as a question that the main loop asks.

import Dispatch
import Foundation
import Synchronization

/// Counts the signals to stop; the second one ends the process at once.
final class StopSignals: Sendable {
    private let count = Mutex(0)
    private let sources = Mutex<[any DispatchSourceSignal]>([])

    /// Whether a signal came.
    var isStopping: Bool { count.withLock { $0 > 0 } }

    /// Takes both signals from now on.
    func watch() {
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [self] in
                let isSecond = count.withLock { count in
                    count += 1
                    return count > 1
                }
                if isSecond { _exit(128 + number) }
            }
            source.resume()
            sources.withLock { $0.append(source) }
        }
    }
}
