// Accounts of the officers who are signed in, read again every few seconds so that a right taken away is
// gone at once, and kept over a hiccup of their registry so that nobody is thrown out by it.

import AlertModel
import Logging
import Synchronization

/// A short-lived copy of accounts.
final class Accounts: Sendable {
    private struct Entry {
        let account: OfficerAccount
        let readAt: WallTime
    }

    private let entries = Mutex<[OfficerID: Entry]>([:])
    private let backend: any ConsoleBackend
    private let freshFor: Duration
    private let entriesMax: Int
    private let log: Logger

    init(backend: any ConsoleBackend, limits: ConsoleLimits, log: Logger) {
        self.backend = backend
        freshFor = limits.accountFreshFor
        entriesMax = limits.sessionsMax
        self.log = log
    }

    /// The account of a signed-in officer; nil when it no longer exists.
    ///
    /// - Throws: `accounts_unavailable` when the registry fails and no copy is at hand.
    func account(_ officer: OfficerID, now: WallTime) async throws(Problem) -> OfficerAccount? {
        let entry = entries.withLock { $0[officer] }
        if let entry, entry.readAt <= now, entry.readAt.advanced(by: freshFor) > now { return entry.account }
        do {
            let account = try await backend.account(officer)
            entries.withLock { entries in
                if entries.count >= entriesMax { entries.removeAll() }
                entries[officer] = account.map { Entry(account: $0, readAt: now) }
            }
            return account
        } catch {
            log.error("accounts unreadable", metadata: ["reason": "\(error)"])
            guard let entry else { throw .accountsUnavailable }
            return entry.account
        }
    }
}
