// Signing in: lock-out first, then the password, then a session. Everything that happens is audited and counted.

import AlertModel
import Credentials
import Logging
import Synchronization
import Telemetry

/// Checks names and passwords.
final class SignInDesk: Sendable {
    private let backend: any ConsoleBackend
    private let sessions: Sessions
    private let passwords: PasswordDesk
    private let lockOut: Mutex<LockOut>
    private let denials: DenialRecord
    private let counters: Counters
    private let log: Logger

    init(
        backend: any ConsoleBackend, sessions: Sessions, denials: DenialRecord, limits: ConsoleLimits,
        counters: Counters, log: Logger
    ) {
        self.backend = backend
        self.sessions = sessions
        self.denials = denials
        self.counters = counters
        self.log = log
        passwords = PasswordDesk(
            parallelMax: limits.passwordChecksParallelMax, waitingMax: limits.passwordChecksWaitingMax)
        lockOut = Mutex(LockOut(limits: limits))
    }

    /// Signs `name` in.
    ///
    /// - Returns: the account and the token of its new session.
    /// - Throws: `sign_in_refused` with one text for every reason, `locked_out`, `busy`, `accounts_unavailable`.
    func signIn(name: String, password: String, peer: String) async throws -> (OfficerAccount, token: String) {
        let now = backend.steadyNow()
        let typed = Self.kept(name)
        let subjects = LockOut.Subject.all(name: typed, peer: peer)
        if let seconds = lockOut.withLock({ $0.begin(subjects, now: now) }) {
            await refuse(typed, "locked out", peer: peer)
            throw Problem.lockedOut(seconds: seconds)
        }
        let account = try await readAccount(name)
        guard password.utf8.count <= PasswordHash.passwordBytesMax,
            try await isRight(password, of: account), let account
        else {
            await refuse(typed, account == nil ? "unknown officer" : "wrong password", peer: peer)
            throw Problem.signInRefused
        }
        lockOut.withLock { $0.succeed(subjects) }
        let token = try await sessions.open(account.id, now: now)
        counters.add(.consoleSignIns)
        await backend.audit(
            AuditEntry(
                at: backend.now(), officer: account.id.description, act: .signIn, alert: nil, isAllowed: true,
                detail: "signed in",
                peer: peer))
        return (account, token)
    }

    private func readAccount(_ name: String) async throws -> OfficerAccount? {
        // A name that cannot be one still costs a password check below, like any unknown name.
        guard let officer = try? OfficerID(name) else { return nil }
        do {
            return try await backend.account(officer)
        } catch {
            log.error("accounts unreadable", metadata: ["reason": "\(error)"])
            throw Problem.accountsUnavailable
        }
    }

    private func isRight(_ password: String, of account: OfficerAccount?) async throws -> Bool {
        do {
            return try await passwords.verify(password, against: account?.passwordHash)
        } catch let error as CredentialsError {
            log.error(
                "password not checked",
                metadata: ["officer": "\(account?.id.description ?? "")", "reason": "\(error)"])
            return false
        }
    }

    private func refuse(_ name: String, _ why: String, peer: String) async {
        counters.add(.consoleSignInsRefused)
        await denials.write(officer: name, act: .signIn, alert: nil, detail: why, peer: peer)
    }

    /// The name as typed, as far as the audit record keeps it.
    private static func kept(_ name: String) -> String { String(decoding: name.utf8.prefix(64), as: UTF8.self) }
}
