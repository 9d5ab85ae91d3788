// The keys of session tickets: current and previous, replaced as time goes on, kept in a file so that a restart, or another
// gateway, opens the tickets that units hold. Nothing is kept for a session in the gateway itself.

public import AlertModel
internal import COpenSSL
internal import LinuxIO
internal import Synchronization

/// The secrets in force and the file they come from. Any thread.
///
/// ```
///             made                 rotation              2 × rotation
/// a secret    seals and opens ────▶ only opens ─────────▶ forgotten
/// a ticket    opens for at least one rotation, at most for ``TicketSealing/lifeS``
/// ```
/// Two gateways that share the file take each other's tickets. Whoever finds the current secret too old writes the next;
/// the others read it again.
public final class TicketKeys: Sendable {
    /// A secret seals for half a day and opens for a day.
    public static let rotationHoursDefault = 12

    private struct State {
        var secrets: TicketSecrets
        /// What is said once and not each minute.
        var isRefused = false
    }

    private let path: String
    private let rotationS: Int64
    private let state: Mutex<State>
    private let count = Atomic<UInt64>(1)

    /// Reads the file, or makes it.
    ///
    /// - Parameters:
    ///   - path: its directory must exist.
    ///   - rotationHours: 0: this gateway only reads, somebody else writes.
    ///   - now: by the wall clock.
    /// - Throws: ``TLSError`` with the reason `ticketKeys`; the start fails with it.
    public init(path: String, rotationHours: Int = rotationHoursDefault, now: WallTime) throws(TLSError) {
        self.path = path
        rotationS = Int64(rotationHours) * 3_600
        let nowS = now.nanoseconds / 1_000_000_000
        guard let found = try TicketKeyFile.read(path) else {
            let made = TicketSecrets(current: try Self.makeSecret(nowS: nowS), previous: nil)
            try TicketKeyFile.write(made, to: path)
            state = Mutex(State(secrets: made))
            return
        }
        state = Mutex(State(secrets: found))
        _ = try refresh(now: now)
    }

    /// Reads the file again and replaces the current secret when it is old enough. Once a minute, and at a reload; reads
    /// 88 bytes, and twice a day writes and syncs them.
    ///
    /// - Returns: whether other secrets are in force now.
    /// - Throws: ``TLSError`` with the reason `ticketKeys`: those in force stay. Only the first of a row of failures.
    @discardableResult
    public func refresh(now: WallTime) throws(TLSError) -> Bool {
        do throws(TLSError) {
            let isChanged = try readAndRotate(nowS: now.nanoseconds / 1_000_000_000)
            state.withLock { $0.isRefused = false }
            return isChanged
        } catch {
            let isNew = state.withLock { state in
                defer { state.isRefused = true }
                return !state.isRefused
            }
            if isNew { throw error }
            return false
        }
    }

    private func readAndRotate(nowS: Int64) throws(TLSError) -> Bool {
        let before = secrets
        // A file that somebody removed is written again: what is in force is still good.
        var next = try TicketKeyFile.read(path) ?? before
        // One from the future is replaced too: the clock was wrong when it was made.
        let isOld = nowS - next.current.madeAtS >= rotationS || next.current.madeAtS > nowS + rotationS
        if rotationS > 0 && isOld {
            let isLongGone = nowS - next.current.madeAtS >= 2 * rotationS
            next = TicketSecrets(
                current: try Self.makeSecret(nowS: nowS), previous: isLongGone ? nil : next.current)
            try TicketKeyFile.write(next, to: path)
        } else if next == before {
            return false
        }
        state.withLock { $0.secrets = next }
        // releases: pairs with the acquire in version; whoever sees the number finds the secrets under the lock.
        count.add(1, ordering: .releasing)
        return true
    }

    /// How often the secrets were replaced.
    // acquires: pairs with the release in readAndRotate.
    var version: UInt64 { count.load(ordering: .acquiring) }

    /// Those in force.
    var secrets: TicketSecrets { state.withLock { $0.secrets } }

    private static func makeSecret(nowS: Int64) throws(TLSError) -> TicketSecret {
        var bytes = [UInt8](repeating: 0, count: TicketSecret.bytesCount)
        guard RAND_priv_bytes(&bytes, Int32(bytes.count)) == 1 else {
            throw TLSError(.setup, detail: "no random bytes: \(OpenSSLErrors.takeText())")
        }
        return TicketSecret(madeAtS: nowS, bytes: bytes)
    }
}

/// Two are the same when they are one.
extension TicketKeys: Hashable {
    public static func == (left: TicketKeys, right: TicketKeys) -> Bool { left === right }
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
