// Whether a certificate that was good in a handshake is good now.

internal import AlertModel

/// Why a verified certificate is not trusted, or no longer.
enum Distrust: Hashable, Sendable {
    /// A list names it.
    case revoked
    /// A list names an authority above it.
    case authorityRevoked
    /// No root of the present trust file is above it.
    case unknownAuthority
    /// Its authority has no list, or an overdue one, and the configuration wants one.
    case noPresentList
    /// Its validity is over: only for sessions that were resumed, a handshake looks itself.
    case expired

    /// In a log, and in the UNABLE that the unit gets.
    var text: String {
        switch self {
        case .revoked: "the certificate is revoked"
        case .authorityRevoked: "the authority of the certificate is revoked"
        case .unknownAuthority: "the authority of the certificate is not trusted any more"
        case .noPresentList: "the authority of the certificate has no revocation list that holds now"
        case .expired: "the certificate has expired"
        }
    }

    /// How the handshake is counted and reported.
    var kind: HandshakeFailure.Kind {
        switch self {
        case .revoked, .authorityRevoked: .revoked
        case .unknownAuthority, .noPresentList: .untrusted
        case .expired: .expired
        }
    }
}

extension Trust {
    /// What every certificate below a path shares; nil when it is trusted.
    func judge(_ path: AuthorityPath) -> Distrust? {
        guard let anchor = path.anchor, anchors.contains(anchor) else { return .unknownAuthority }
        return path.intermediates.contains(where: revocation.revoked.contains) ? .authorityRevoked : nil
    }

    /// Whether every authority of a path has a list that holds at this moment.
    func hasPresentLists(_ path: AuthorityPath, nowS: Int64) -> Bool {
        path.issuers.allSatisfy { issuer in
            let lists = revocation.lists.filter { $0.issuer == issuer && $0.baseNumber == nil }
            return !lists.isEmpty && lists.allSatisfy { !$0.isOverdue(nowS: nowS) }
        }
    }
}

/// Trust as one agent's thread knows it. Costs one atomic load while nothing changes.
struct TrustView {
    private let source: TrustInForce
    private var seen: UInt64
    /// What this thread goes by.
    private(set) var trust: Trust
    private var paths: [AuthorityPath]
    /// What is wrong with each path, by its number.
    private var verdicts: [Distrust?]

    init(_ source: TrustInForce) {
        self.source = source
        (trust, seen) = source.latest
        (paths, verdicts) = ([], [])
    }

    /// Whether ``refresh()`` would find another trust.
    var isStale: Bool { source.version != seen }

    /// - Returns: whether trust changed: links must be judged again.
    mutating func refresh() -> Bool {
        guard isStale else { return false }
        (trust, seen) = source.latest
        verdicts = paths.map { [trust] in trust.judge($0) }
        return true
    }

    /// Gives the way of a new certificate its number.
    func number(of path: AuthorityPath) -> UInt16? { source.paths.number(of: path) }

    /// Judges a certificate whose validity and purpose were checked before. A look into a set: some 50 ns.
    mutating func judge(_ certificate: PeerCertificate) -> Distrust? {
        if Int(certificate.path) >= verdicts.count { learnPaths() }
        if let distrust = verdicts[Int(certificate.path)] { return distrust }
        return trust.revocation.revoked.contains(certificate.key) ? .revoked : nil
    }

    /// As ``judge(_:)``, and what else counts for who comes and not for who is here.
    mutating func judgeNewcomer(_ certificate: PeerCertificate, nowS: Int64) -> Distrust? {
        if let distrust = judge(certificate) { return distrust }
        if certificate.endsAtS != 0 && Int64(certificate.endsAtS) < nowS { return .expired }
        guard trust.refusesWithoutList else { return nil }
        return trust.hasPresentLists(paths[Int(certificate.path)], nowS: nowS) ? nil : .noPresentList
    }

    private mutating func learnPaths() {
        paths = source.paths.all
        verdicts = paths.map { [trust] in trust.judge($0) }
    }
}
