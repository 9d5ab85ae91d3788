// The one place that says which trust is in force, changed by the control path and read by the agents.

internal import Synchronization

/// Hands a new ``Trust`` to the agents' threads.
///
/// An agent looks at one number and takes the trust only when the number moved, under a lock that is held for a copy of
/// one reference.
final class TrustInForce: Sendable {
    private let count = Atomic<UInt64>(0)
    private let current: Mutex<Trust>
    /// Shared by all: a number must mean the same to the thread that hands over and the one that takes over.
    let paths = AuthorityPaths()

    init(_ trust: Trust) { current = Mutex(trust) }

    /// How often it was replaced.
    // acquires: pairs with the release in replace.
    var version: UInt64 { count.load(ordering: .acquiring) }

    /// What is in force, and its ``version``.
    var latest: (Trust, UInt64) { current.withLock { ($0, count.load(ordering: .relaxed)) } }

    /// Any thread. The old one goes when the last agent has let go of it, and its `SSL_CTX` with the last link made
    /// under it.
    func replace(with trust: Trust) {
        let old = current.withLock { current in
            let old = current
            current = trust
            // releases: pairs with the acquire in version. Under the lock, so that a number and a trust read together
            // belong together.
            count.add(1, ordering: .releasing)
            return old
        }
        _ = consume old
    }
}
