// Reporting times of units by profile, for the thread that adopts links, changed by whoever reads the registry.

internal import AlertModel
internal import Synchronization

/// Hands a table from the control path to the session agent without making that thread wait.
///
/// The agent looks at one number for each new link and takes the table only when the number moved; if the control
/// path holds the table at that moment, the agent keeps the old one and looks again at the next link.
final class ReportingTimes: Sendable {
    private let version = Atomic<UInt64>(0)
    private let latest: Mutex<[UnitID: UInt16]>

    /// - Parameter times: seconds, for units whose profile says another than the limits.
    init(_ times: [UnitID: UInt16]) { latest = Mutex(times) }

    /// Any thread; new links have the new times.
    func replace(with times: [UnitID: UInt16]) {
        let old = latest.withLock { table in
            let old = table
            table = times
            // releases: pairs with the acquire in View.refresh. Under the lock, so that the number never moves
            // before the table.
            version.add(1, ordering: .releasing)
            return old
        }
        // A large table is given back here, outside the lock and not on the agent's thread where that can be helped.
        _ = consume old
    }

    /// What one thread knows of the table.
    struct View {
        private let source: ReportingTimes
        private var seen: UInt64
        private var times: [UnitID: UInt16]

        init(_ source: ReportingTimes) {
            self.source = source
            seen = source.version.load(ordering: .acquiring)
            times = source.latest.withLock { $0 }
        }

        /// Seconds for a new link of `unit`; nil where its profile says nothing. One atomic load while nothing changes.
        mutating func seconds(for unit: UnitID) -> UInt16? {
            refresh()
            return times[unit]
        }

        private mutating func refresh() {
            // acquires: pairs with the release in replace.
            let version = source.version.load(ordering: .acquiring)
            guard version != seen, let found = source.latest.withLockIfAvailable({ $0 }) else { return }
            times = found
            seen = version
        }
    }
}
