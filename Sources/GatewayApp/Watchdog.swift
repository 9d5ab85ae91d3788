// Proof of life for systemd: the agents' own turns, not a timer of its own.

import Logging
import SystemdSupport

/// Feeds systemd's watchdog while every agent turns.
struct Watchdog: Sendable {
    let notifier: ServiceNotifier
    let turns: @Sendable () -> [UInt64]
    let log: Logger

    /// Runs until cancelled; does nothing where systemd asked for no watchdog.
    func run() async {
        guard let interval = notifier.watchdogIntervalNs else { return }
        // Three looks within the interval: one late look is not a stuck thread.
        let pause = Duration.nanoseconds(Int64(clamping: interval / 3))
        var last = turns()
        while !Task.isCancelled {
            do { try await Task.sleep(for: pause) } catch { return }
            let now = turns()
            if zip(last, now).allSatisfy({ $0 != $1 }) {
                _ = notifier.watchdog()
            } else {
                log.critical("an agent does not turn; the watchdog is not fed")
            }
            last = now
        }
    }
}
