// Who is signed in. Tokens live in the officers' cookies only; here and in the store stand their hashes.

import AlertModel
import Credentials
import Logging
import Synchronization

/// The token's SHA-256.
struct TokenHash: Hashable, Sendable {
    /// 32 bytes.
    let bytes: [UInt8]

    /// nil for a text that no token of ours can be; then nobody looks it up.
    init?(token: String) {
        guard token.utf8.count == 43, let digest = try? SHA256.digest(Array(token.utf8)) else { return nil }
        bytes = digest
    }
}

/// One sign-in.
struct Session: Hashable, Sendable {
    /// Its key.
    let tokenHash: TokenHash
    /// Who signed in.
    let officer: OfficerID
    /// When it ends at the latest.
    let expiresAt: WallTime
    /// Its latest request or sign of life.
    var lastSeenAt: WallTime
    /// Whether the store has it: then it ends when the store no longer does.
    var isStored = false
}

/// Opens, finds and closes sessions; memory first, then the store, which knows those of an earlier process.
///
/// Idle time is counted in memory: a restart lets it begin anew, the lifetime it does not touch.
final class Sessions: Sendable {
    private struct State {
        var open: [TokenHash: Session] = [:]
        /// Closed while the store may still have them; see ``close(_:)``.
        var closing: Set<TokenHash> = []
        /// Counts what was closed, so that whoever reads the store notices that it changed meanwhile.
        var closedCount = 0
    }

    private let state = Mutex(State())
    private let store: any SessionStore
    private let limits: ConsoleLimits
    private let lifetime: Duration
    private let log: Logger

    init(store: any SessionStore, lifetime: Duration, limits: ConsoleLimits, log: Logger) {
        self.store = store
        self.lifetime = lifetime
        self.limits = limits
        self.log = log
    }

    /// Signs an officer in; the oldest sessions of the officer, or of all, make room.
    ///
    /// - Returns: the token for the cookie.
    /// - Throws: `CredentialsError` when there is no randomness; nobody is signed in then.
    func open(_ officer: OfficerID, now: WallTime) async throws -> String {
        let token = try SecureRandom.token()
        guard let hash = TokenHash(token: token) else { throw CredentialsError.computationFailed("SHA-256") }
        let session = Session(
            tokenHash: hash, officer: officer, expiresAt: now.advanced(by: lifetime), lastSeenAt: now)
        let evicted = insert(session) ?? []
        let stored = StoredSession(tokenHash: hash.bytes, officer: officer, expiresAt: session.expiresAt)
        if await attempt("save", { try await self.store.save(stored) }) {
            state.withLock { $0.open[hash]?.isStored = true }
        }
        for old in evicted { await close(old) }
        return token
    }

    /// The session of a token, and notes that it is in use; nil when there is none or it has ended.
    func find(_ hash: TokenHash, now: WallTime) async -> Session? {
        let known = state.withLock { state -> Session? in
            guard var session = state.open[hash] else { return nil }
            if hasEnded(session, now: now) { return session }
            session.lastSeenAt = max(session.lastSeenAt, now)
            state.open[hash] = session
            return session
        }
        if let known {
            if !hasEnded(known, now: now) { return known }
            await close(hash)
            return nil
        }
        return await takeFromStore(hash, now: now)
    }

    /// A session of an earlier process, brought into memory.
    private func takeFromStore(_ hash: TokenHash, now: WallTime) async -> Session? {
        let closedBefore = state.withLock(\.closedCount)
        guard let stored = await load(hash), stored.expiresAt > now else { return nil }
        let session = Session(
            tokenHash: hash, officer: stored.officer, expiresAt: stored.expiresAt, lastSeenAt: now, isStored: true)
        if let evicted = insert(session, closedBefore: closedBefore) {
            for old in evicted { await close(old) }
            return session
        }
        // Something was closed meanwhile, perhaps this one: what the store says now counts.
        if state.withLock({ $0.closing.contains(hash) }) { return nil }
        return await load(hash) == nil ? nil : session
    }

    /// Ends a session, here and in the store.
    func close(_ hash: TokenHash) async {
        // Marked first: a request that is just loading it from the store must not bring it back.
        state.withLock { state in
            state.open[hash] = nil
            state.closing.insert(hash)
            state.closedCount &+= 1
        }
        let isForgotten = await attempt("delete") { try await self.store.delete(tokenHash: hash.bytes) }
        // Without the store's consent the mark stays, so that the session stays closed while we live.
        if isForgotten { _ = state.withLock { $0.closing.remove(hash) } }
    }

    /// Ends what has expired, was idle too long, or was taken out of the store by another process, as a new
    /// password does. Called every few seconds; costs one reading of the store a session.
    ///
    /// - Returns: whether sessions were ended.
    func sweep(now: WallTime) async -> Bool {
        let open = state.withLock { Array($0.open.values) }
        let ended = open.filter { hasEnded($0, now: now) }.map(\.tokenHash)
        let kept = open.filter { $0.isStored && !hasEnded($0, now: now) }.map(\.tokenHash)
        let gone = ended + (await missing(kept))
        for hash in gone { await close(hash) }
        return !gone.isEmpty
    }

    /// Those of `hashes` that the store does not have. What it cannot tell counts as there: a store that fails
    /// signs nobody out.
    private func missing(_ hashes: [TokenHash]) async -> [TokenHash] {
        var missing: [TokenHash] = []
        do {
            for hash in hashes where try await store.load(tokenHash: hash.bytes) == nil { missing.append(hash) }
        } catch {
            log.error("session store unreadable, sessions kept", metadata: ["reason": "\(error)"])
        }
        return missing
    }

    /// Lets the store forget what has expired. Called every few minutes.
    func sweepStore(now: WallTime) async {
        await attempt("delete expired") { try await self.store.deleteExpired(now: now) }
    }

    private func hasEnded(_ session: Session, now: WallTime) -> Bool {
        session.expiresAt <= now || session.lastSeenAt.advanced(by: limits.sessionIdleMax) <= now
    }

    /// Puts a session in and names those that must go for it.
    ///
    /// - Parameter closedBefore: how many had been closed when the store was asked.
    /// - Returns: nil, and nothing is put in, when some were closed since.
    private func insert(_ session: Session, closedBefore: Int? = nil) -> [TokenHash]? {
        state.withLock { state in
            if let closedBefore, state.closedCount != closedBefore { return nil }
            if state.closing.contains(session.tokenHash) { return nil }
            state.open[session.tokenHash] = session
            var surplus: [TokenHash] = []
            let own = state.open.values.filter { $0.officer == session.officer }
            if own.count > limits.sessionsPerOfficerMax, let oldest = Self.oldest(own, but: session) {
                surplus.append(oldest)
            }
            if state.open.count - surplus.count > limits.sessionsMax,
                let oldest = Self.oldest(Array(state.open.values), but: session)
            {
                surplus.append(oldest)
            }
            return surplus
        }
    }

    private static func oldest(_ sessions: [Session], but kept: Session) -> TokenHash? {
        sessions.filter { $0.tokenHash != kept.tokenHash }.min { $0.lastSeenAt < $1.lastSeenAt }?.tokenHash
    }

    private func load(_ hash: TokenHash) async -> StoredSession? {
        do {
            return try await store.load(tokenHash: hash.bytes)
        } catch {
            log.error("session store unreadable", metadata: ["reason": "\(error)"])
            return nil
        }
    }

    @discardableResult
    private func attempt(_ what: String, _ body: () async throws -> Void) async -> Bool {
        do {
            try await body()
            return true
        } catch {
            log.error("session store refused", metadata: ["operation": "\(what)", "reason": "\(error)"])
            return false
        }
    }
}
