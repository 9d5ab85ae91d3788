// Console sessions outlive the daemon: an officer does not sign in again because it was restarted.

import AlertModel
import ConsoleAPI
import History
import LinuxIO

/// Keeps the console's sessions in the accounts database, by the token's hash only.
struct AccountSessions: SessionStore {
    let accounts: Accounts
    let clock: any InstantSource

    func save(_ session: StoredSession) async throws {
        try await accounts.save(
            ConsoleSession(
                tokenSHA256: Self.hex(session.tokenHash), officer: session.officer, createdAt: clock.now().wall,
                expiresAt: session.expiresAt))
    }

    func load(tokenHash: [UInt8]) async throws -> StoredSession? {
        let kept = try await accounts.session(tokenSHA256: Self.hex(tokenHash), now: clock.now().wall)
        return kept.map { StoredSession(tokenHash: tokenHash, officer: $0.officer, expiresAt: $0.expiresAt) }
    }

    func delete(tokenHash: [UInt8]) async throws {
        try await accounts.deleteSession(tokenSHA256: Self.hex(tokenHash))
    }

    func deleteExpired(now: WallTime) async throws {
        try await accounts.deleteExpiredSessions(now: now)
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
