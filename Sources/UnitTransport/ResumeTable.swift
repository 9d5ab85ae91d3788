// Sessions of units: what a token of WELCOME stands for, and for how long a lost link can be carried on by a new one.
// Pure but for the random bytes: the time is an input. Owned by the session agent's thread.

internal import AlertModel
internal import COpenSSL
internal import UnitProtocol

/// What one token stands for.
struct ResumableSession {
    let secret: (UInt64, UInt64)
    let unit: UnitID
    let boot: UInt32
    let path: UInt8
    var link: LinkID
    /// When its link was lost; nil while it stands.
    var lostAt: MonotonicTime?
    /// Its neighbours among the lost ones, places; -1 for none.
    var lostBefore: Int32 = -1
    var lostAfter: Int32 = -1
}

/// Knows by its token the session that a unit had, or still has, on a link.
///
/// A token is the session's number, by which it is found in one step, and 16 random bytes, which nobody can guess. The
/// number is no secret: numbers of others can be read off one's own. A session that stands costs one element; one whose
/// link is lost stays for ``keptNs``, in the order in which they were lost, so that the first of them is the first to go.
/// Nothing of it survives the process.
struct ResumeTable: ~Copyable {
    /// How long a session outlives its link, nanoseconds: two tries of a unit by its backoff, and a slow handshake.
    static let keptNs: UInt64 = 30_000_000_000
    /// Bytes of a token.
    static let tokenBytes = 24

    /// Whom a hello comes from, as far as a session depends on it.
    struct Owner {
        /// By the certificate.
        let unit: UnitID
        let boot: UInt32
        let path: UInt8
    }

    /// A session that can be carried on.
    struct Found {
        let number: UInt64
        /// The link it was on last.
        let last: LinkID
        /// Whether that link stands still, as far as this end knows.
        let stands: Bool
    }

    private static let none: Int32 = -1

    private var table: SlotTable<ResumableSession>
    private var firstLost: Int32 = -1
    private var lastLost: Int32 = -1
    /// Sessions whose link is lost.
    private(set) var lostCount = 0

    /// Sessions in all.
    var count: Int { table.count }

    /// - Parameter limit: sessions at most; then the one that was lost first makes room. 1 to 1,048,576.
    init(limit: Int) { table = SlotTable(limit: limit) }

    /// The session of this token, if it is the owner's and not over.
    ///
    /// A token of nobody, of another unit, boot or path, or an old one finds nothing, all of them alike.
    func find(_ token: ResumeToken, of owner: Owner, now: MonotonicTime) -> Found? {
        guard let (number, secret) = Self.read(token), let place = table.place(of: number) else { return nil }
        let session = table[place]
        // No early end: how long this takes says nothing about how many bytes are right.
        let difference =
            (session.pointee.secret.0 ^ secret.0) | (session.pointee.secret.1 ^ secret.1)
        let isOwners =
            session.pointee.unit == owner.unit && session.pointee.boot == owner.boot
            && session.pointee.path == owner.path
        guard difference == 0, isOwners else { return nil }
        let lostAt = session.pointee.lostAt
        if let lostAt, now.nanosecondsSince(lostAt) > Self.keptNs { return nil }
        return Found(number: number, last: session.pointee.link, stands: lostAt == nil)
    }

    /// Puts a session that was just found on a new link.
    mutating func carryOn(_ number: UInt64, on link: LinkID) {
        guard let place = table.place(of: number) else { return }
        unlist(place)
        table[place].pointee.link = link
    }

    /// Begins a session.
    ///
    /// - Returns: its number; nil when there is neither room nor chance: then the unit gets no token.
    mutating func begin(of owner: Owner, on link: LinkID, now: MonotonicTime) -> UInt64? {
        expire(now: now)
        if table.isFull {
            guard firstLost != Self.none else { return nil }
            remove(Int(firstLost))
        }
        var secret: (UInt64, UInt64) = (0, 0)
        let isRandom = withUnsafeMutableBytes(of: &secret) {
            RAND_bytes($0.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32($0.count)) == 1
        }
        guard isRandom else { return nil }
        let place = table.insert(
            ResumableSession(
                secret: secret, unit: owner.unit, boot: owner.boot, path: owner.path, link: link, lostAt: nil))
        return table.number(of: place)
    }

    /// What WELCOME says of a session; none for one that is over.
    func token(of number: UInt64) -> ResumeToken {
        guard let place = table.place(of: number) else { return .none }
        let words = (number, table[place].pointee.secret.0, table[place].pointee.secret.1)
        return withUnsafeBytes(of: words) { ResumeToken($0) ?? .none }
    }

    /// The session's link was lost; it can be carried on for a while. 0 and sessions that are over are ignored.
    mutating func lose(_ number: UInt64, now: MonotonicTime) {
        guard let place = table.place(of: number), table[place].pointee.lostAt == nil else { return }
        expire(now: now)
        table[place].pointee.lostAt = now
        table[place].pointee.lostBefore = lastLost
        if lastLost != Self.none { table[Int(lastLost)].pointee.lostAfter = Int32(place) }
        if firstLost == Self.none { firstLost = Int32(place) }
        lastLost = Int32(place)
        lostCount += 1
    }

    /// The session is over. 0 and sessions that are over already are ignored.
    mutating func end(_ number: UInt64) {
        if let place = table.place(of: number) { remove(place) }
    }

    /// Forgets what was lost too long ago; called by whoever changes the table, so that it never grows of itself.
    private mutating func expire(now: MonotonicTime) {
        while firstLost != Self.none, let lostAt = table[Int(firstLost)].pointee.lostAt,
            now.nanosecondsSince(lostAt) > Self.keptNs
        {
            remove(Int(firstLost))
        }
    }

    private mutating func remove(_ place: Int) {
        unlist(place)
        _ = table.remove(place)
    }

    private mutating func unlist(_ place: Int) {
        guard table[place].pointee.lostAt != nil else { return }
        let (before, after) = (table[place].pointee.lostBefore, table[place].pointee.lostAfter)
        if before == Self.none { firstLost = after } else { table[Int(before)].pointee.lostAfter = after }
        if after == Self.none { lastLost = before } else { table[Int(after)].pointee.lostBefore = before }
        table[place].pointee.lostAt = nil
        table[place].pointee.lostBefore = Self.none
        table[place].pointee.lostAfter = Self.none
        lostCount -= 1
    }

    private static func read(_ token: ResumeToken) -> (number: UInt64, secret: (UInt64, UInt64))? {
        token.withBytes { bytes in
            guard bytes.count == tokenBytes else { return nil }
            return (
                bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
                (
                    bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
                    bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
                )
            )
        }
    }
}
