// Slows down whoever guesses passwords. A value with time as an input; the sign-in desk guards it.

import AlertModel

/// Counts failed sign-ins in a row: for a name at a network address, for the address, and, with far more
/// patience, for the name everywhere.
///
/// An attempt counts as failed from its begin until it succeeds, so that attempts in parallel gain nothing.
/// In memory only: a restart forgives, which costs an attacker more than it helps.
struct LockOut: Sendable {
    /// Whom a count is about.
    enum Subject: Hashable, Sendable {
        /// A sign-in name as typed, whether it exists or not, from one address.
        case account(String, peer: String)
        /// An address, whatever the name.
        case peer(String)
        /// A sign-in name, whatever the address.
        case name(String)

        /// All that an attempt counts for.
        static func all(name: String, peer: String) -> [Subject] {
            [.account(name, peer: peer), .peer(peer), .name(name)]
        }
    }

    private struct Record: Sendable {
        var failures: Int
        var lastAt: WallTime
        var lockedUntil: WallTime
    }

    private var records: [Subject: Record] = [:]
    private let limits: ConsoleLimits

    init(limits: ConsoleLimits) { self.limits = limits }

    /// Begins an attempt.
    ///
    /// - Returns: nil to go on; otherwise whole seconds, at least 1, for which the attempt is refused unchecked.
    mutating func begin(_ subjects: [Subject], now: WallTime) -> Int? {
        let waits = subjects.compactMap { wait(for: $0, now: now) }
        if let longest = waits.max() { return longest }
        if records.count + subjects.count > limits.lockOutRecordsMax { makeRoom(now: now) }
        for subject in subjects { fail(subject, now: now) }
        return nil
    }

    /// The attempt was right: the count starts anew.
    mutating func succeed(_ subjects: [Subject]) {
        for subject in subjects { records[subject] = nil }
    }

    private func wait(for subject: Subject, now: WallTime) -> Int? {
        guard let record = records[subject], record.lockedUntil > now else { return nil }
        let nanoseconds = record.lockedUntil.nanoseconds - now.nanoseconds
        return Int((nanoseconds + 999_999_999) / 1_000_000_000)
    }

    private mutating func fail(_ subject: Subject, now: WallTime) {
        var record = records[subject] ?? Record(failures: 0, lastAt: now, lockedUntil: now)
        if record.lastAt.advanced(by: limits.lockOutForgetAfter) <= now { record.failures = 0 }
        record.failures += 1
        record.lastAt = now
        let (allowed, longest) =
            switch subject {
            case .account: (limits.failuresPerAccountMax, limits.lockOutMax)
            case .peer: (limits.failuresPerPeerMax, limits.lockOutMax)
            case .name: (limits.failuresPerNameMax, limits.nameLockOutMax)
            }
        if record.failures >= allowed {
            // 1, 2, 4, … seconds: ten doublings pass every delay that is worth waiting for.
            let seconds = 1 << min(record.failures - allowed, 10)
            record.lockedUntil = now.advanced(by: min(.seconds(seconds), longest))
        }
        records[subject] = record
    }

    /// Forgets what is stale, then, should everything be fresh, the older half.
    private mutating func makeRoom(now: WallTime) {
        records = records.filter { $0.value.lastAt.advanced(by: limits.lockOutForgetAfter) > now }
        guard records.count * 2 > limits.lockOutRecordsMax else { return }
        let times = records.values.map(\.lastAt).sorted()
        let middle = times[times.count / 2]
        records = records.filter { $0.value.lastAt > middle }
    }
}
