// Where units are sent while the gateway is emptied: the order, from the control path to the session agent, and how far
// it has come, the other way.

internal import AlertModel
internal import Synchronization

/// Sends units to another gateway.
public struct DrainOrder: Hashable, Sendable {
    /// A name, or an IPv4 or IPv6 address without brackets: 1 to 253 letters, digits, `-`, `.`, `:`. The certificate there
    /// must be valid for it.
    public let host: String
    /// 1 to 65,535.
    public let port: UInt16
    /// Links that are redirected in a second, 1 to 10,000.
    public let unitsPerSecond: UInt32

    /// - Parameters:
    ///   - host: as the unit protocol wants it in REDIRECT.
    ///   - port: not 0.
    ///   - unitsPerSecond: not 0.
    public init(host: String, port: UInt16, unitsPerSecond: UInt32) {
        precondition(port != 0 && unitsPerSecond != 0, "the caller checks what it was given")
        self.host = host
        self.port = port
        self.unitsPerSecond = unitsPerSecond
    }
}

/// How far the gateway is emptied.
public struct DrainStatus: Hashable, Sendable {
    /// nil while it is not being emptied.
    public let order: DrainOrder?
    /// Links that stand: said HELLO and are not redirected.
    public let left: Int
    /// Links redirected since the order, 0 without one.
    public let redirected: Int
}

/// Hands the order to the session agent without making that thread wait, and its figures back.
///
/// The agent looks at one number each turn and takes the order only when the number moved; if the control path holds it
/// at that moment, the agent looks again in its next turn.
final class Drain: Sendable {
    private let version = Atomic<UInt64>(0)
    private let latest = Mutex<DrainOrder?>(nil)
    private let left = Atomic<Int>(0)
    private let redirected = Atomic<Int>(0)

    /// Any thread.
    func replace(with order: DrainOrder?) {
        latest.withLock { latest in
            latest = order
            // Of the new order; the agent counts anew when it sees it. relaxed: a figure for people.
            redirected.store(0, ordering: .relaxed)
            // releases: pairs with the acquire in View.refresh. Under the lock, so that the number never moves
            // before the order.
            version.add(1, ordering: .releasing)
        }
    }

    /// Any thread.
    var status: DrainStatus {
        // relaxed: figures for people, nothing is ordered by them.
        DrainStatus(
            order: latest.withLock { $0 }, left: left.load(ordering: .relaxed),
            redirected: redirected.load(ordering: .relaxed))
    }

    /// The session agent's side, on its thread.
    struct View {
        private let source: Drain
        private var seen: UInt64 = 0
        /// The order in force; nil without one.
        private(set) var order: DrainOrder?
        /// When the next link may go.
        var pace = DrainPace()
        /// The place to look at next.
        var place = 0
        /// Whether the present round also takes units with an open alert: none is left without.
        var takesAlerted = false
        /// Whether the present round met a unit without an open alert.
        var metPlain = false

        init(_ source: Drain) { self.source = source }

        /// Whether the order is another one since the last call. One atomic load while nothing changes.
        mutating func refresh() -> Bool {
            // acquires: pairs with the release in replace.
            let version = source.version.load(ordering: .acquiring)
            guard version != seen, let found = source.latest.withLockIfAvailable({ $0 }) else {
                return false
            }
            seen = version
            order = found
            place = 0
            takesAlerted = false
            metPlain = false
            return true
        }

        // relaxed: figures for people, nothing is ordered by them.
        func count(left: Int) { source.left.store(left, ordering: .relaxed) }
        func countRedirected() { _ = source.redirected.add(1, ordering: .relaxed) }
    }
}

/// Lets so many a second pass, evenly. The time is an input.
struct DrainPace {
    /// What was not used is lost after a tenth of a second, so that no pause is followed by a burst.
    private static let burstNs: UInt64 = 100_000_000

    private(set) var nextAt = MonotonicTime(nanoseconds: 0)

    func isDue(at now: MonotonicTime) -> Bool { nextAt <= now }

    mutating func take(perSecond: UInt32, at now: MonotonicTime) {
        let earliest = MonotonicTime(nanoseconds: now.nanoseconds - min(now.nanoseconds, Self.burstNs))
        nextAt = max(nextAt, earliest).advanced(byNanoseconds: 1_000_000_000 / UInt64(max(1, perSecond)))
    }
}
