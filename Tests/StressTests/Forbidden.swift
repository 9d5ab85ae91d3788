// What must never happen, each by its name, and the place where it is reported.

import Synchronization

/// A forbidden outcome.
enum Forbidden: String, CaseIterable, Sendable {
    /// A record that was published never arrived.
    case lost = "lost"
    /// A record arrived twice.
    case duplicated = "duplicated"
    /// A record's bytes are not those of any one record.
    case torn = "torn"
    /// A record arrived after a later one of its lane.
    case outOfOrder = "out of order in its lane"
    /// A record's bytes came into being after it could be read.
    case readBeforePublished = "read before published"
    /// A stage saw a record that the stage before it had not released.
    case readBeforeReleased = "read before released upstream"
    /// The consumer slept on although there was work and the doorbell had been rung.
    case lostWakeUp = "lost wake-up"
}

/// Counts forbidden outcomes; keeps the first of each in words. Any thread.
final class Findings: Sendable {
    private struct Entry {
        var count = 0
        var first = ""
    }

    private let entries = Mutex<[Forbidden: Entry]>([:])

    func report(_ outcome: Forbidden, count: Int = 1, _ detail: @autoclosure () -> String) {
        entries.withLock { entries in
            var entry = entries[outcome] ?? Entry()
            if entry.count == 0 { entry.first = detail() }
            entry.count += count
            entries[outcome] = entry
        }
    }

    var isClean: Bool { entries.withLock { $0.isEmpty } }

    /// Every forbidden outcome with its count, found or not.
    var table: String {
        entries.withLock { entries in
            Forbidden.allCases.map { outcome in
                let entry = entries[outcome] ?? Entry()
                let detail = entry.count > 0 ? "   first: \(entry.first)" : ""
                return "    \(outcome.rawValue): \(entry.count)\(detail)"
            }.joined(separator: "\n")
        }
    }
}
