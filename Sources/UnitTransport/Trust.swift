// What the gateway trusts, as one value that is read, checked and replaced as a whole: its own certificate, the
// authorities of units, the revocation lists.

public import AlertModel
internal import COpenSSL

/// The oldest TLS that is spoken.
public enum TLSMinimum: Hashable, Sendable {
    /// For units that know nothing newer: ECDHE with AES-GCM or ChaCha20-Poly1305 only.
    case tls12
    case tls13
}

/// Where trust is read from, and how strictly.
public struct TrustFiles: Hashable, Sendable {
    public var identity: TLSIdentity
    /// Revocation lists, PEM or DER.
    public var revocationLists: [String]
    public var minimum: TLSMinimum
    /// Whether units are refused whose authority's list is overdue or missing. Otherwise the last list holds on.
    public var refusesWithoutList: Bool

    public init(
        identity: TLSIdentity, revocationLists: [String] = [], minimum: TLSMinimum = .tls13,
        refusesWithoutList: Bool = false
    ) {
        self.identity = identity
        self.revocationLists = revocationLists
        self.minimum = minimum
        self.refusesWithoutList = refusesWithoutList
    }
}

/// Trust in force. Nothing of it changes; a reload makes another.
public final class Trust: Sendable {
    let context: TLSContext
    let authorities: AuthorityFile
    let anchors: Set<AuthorityKey>
    let revocation: RevocationFiles
    let refusesWithoutList: Bool
    /// The end of the gateway's own certificate.
    public let certificateEndsAt: WallTime
    /// Shows whether two are the same: the gateway's certificate by its SHA-256.
    private let certificateDigest: [UInt8]

    /// Reads and checks everything.
    ///
    /// - Parameters:
    ///   - old: what is in force; no list may be older than there.
    ///   - now: judges whether a list holds yet.
    /// - Throws: ``TLSError`` with the file that is wrong: the start fails; a reload keeps `old`.
    public convenience init(_ files: TrustFiles, after old: Trust? = nil, now: WallTime) throws(TLSError) {
        try self.init(files, options: TLSContext.Options(files), after: old, now: now)
    }

    /// - Parameter options: what tests change.
    package init(
        _ files: TrustFiles, options: TLSContext.Options, after old: Trust? = nil, now: WallTime
    ) throws(TLSError) {
        context = try TLSContext(role: .server, options)
        authorities = try AuthorityFile(path: options.trustFile)
        anchors = authorities.anchors
        revocation =
            files.revocationLists.isEmpty
            ? .none
            : try RevocationFiles(
                paths: files.revocationLists, authorities: authorities, after: old?.revocation ?? .none,
                nowS: now.wholeSeconds)
        refusesWithoutList = files.refusesWithoutList
        (certificateEndsAt, certificateDigest) = context.ownCertificate
    }

    /// Whether a reload changed nothing that anybody would want to know.
    public func isSame(as other: Trust) -> Bool {
        certificateDigest == other.certificateDigest && anchors == other.anchors
            && revocation.revoked == other.revocation.revoked
            && revocation.lists.map(\.number) == other.revocation.lists.map(\.number)
            && revocation.lists.map(\.madeAtS) == other.revocation.lists.map(\.madeAtS)
    }

    /// One line for the log and the audit record.
    public var summary: String {
        let digest = certificateDigest.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let end = CertificateFields.text(seconds: certificateEndsAt.wholeSeconds)
        var text = "certificate \(digest)… until \(end), \(anchors.count) root authorities"
        if revocation.lists.isEmpty { return text + ", no revocation list" }
        text += ", \(revocation.revoked.count) revoked certificates in "
        text += revocation.lists.map { "list \(RevocationList.text($0.number)) of \($0.issuerName)" }
            .joined(separator: ", ")
        return text
    }

    /// Each list with the time by which a newer one was promised.
    public var listEnds: [(file: String, issuer: String, endsAt: WallTime)] {
        revocation.lists.map { ($0.file, $0.issuerName, $0.nextAtS.wallTime) }
    }

    /// The lists themselves, DER: for copies of what is in force.
    public var listBytes: [[UInt8]] { revocation.lists.map(\.encoded) }

    /// Lists for which newer ones were promised, one line each; empty when all is well.
    public func overdue(at now: WallTime) -> [String] {
        revocation.lists.filter { $0.isOverdue(nowS: now.wholeSeconds) }.map { list in
            let text = CertificateFields.text(seconds: list.nextAtS)
            return "\(list.file): the list of \(list.issuerName) was to be replaced by \(text)"
        }
    }
}

extension TLSContext.Options {
    package init(_ files: TrustFiles) {
        self.init(files.identity)
        minimum = files.minimum
    }
}

extension TLSContext {
    /// The end of the own certificate's validity, and the certificate's SHA-256.
    fileprivate var ownCertificate: (endsAt: WallTime, digest: [UInt8]) {
        guard let certificate = SSL_CTX_get0_certificate(raw) else { return (WallTime(nanoseconds: 0), []) }
        var digest = [UInt8](repeating: 0, count: 32)
        var count: UInt32 = 0
        _ = X509_digest(certificate, EVP_sha256(), &digest, &count)
        return (CertificateFields.end(of: certificate).wallTime, digest)
    }
}

extension WallTime {
    /// Seconds since 1970.
    var wholeSeconds: Int64 { nanoseconds / 1_000_000_000 }
}

extension Int64 {
    /// Seconds since 1970 as a time; the last one that can be told for later.
    var wallTime: WallTime {
        let (nanoseconds, overflows) = multipliedReportingOverflow(by: 1_000_000_000)
        return WallTime(nanoseconds: overflows ? .max : nanoseconds)
    }
}
