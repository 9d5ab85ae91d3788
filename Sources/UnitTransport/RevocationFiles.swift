// Files of revocation lists, PEM or DER, joined to one answer: is this certificate revoked?

internal import COpenSSL

/// Every list in force and what they say together.
struct RevocationFiles: Sendable {
    /// In the order of the files.
    let lists: [RevocationList]
    /// Revoked by a complete list or a delta on top of it.
    let revoked: Set<CertificateKey>

    /// No list at all.
    static let none = RevocationFiles(lists: [], revoked: [])

    private init(lists: [RevocationList], revoked: Set<CertificateKey>) {
        self.lists = lists
        self.revoked = revoked
    }

    /// Reads and checks all files. Tens of milliseconds for a list of 10,000 certificates.
    ///
    /// - Parameters:
    ///   - old: what is in force: a list older than that of the same issuer in it is refused, because certificates
    ///     that were revoked since would be good again.
    ///   - nowS: seconds since 1970.
    /// - Throws: ``TLSError`` with the reason `revocationList`.
    init(paths: [String], authorities: AuthorityFile, after old: RevocationFiles, nowS: Int64) throws(TLSError) {
        var lists: [RevocationList] = []
        for path in paths {
            lists += try RawLists(path: path).checked(authorities, nowS: nowS)
        }
        self.lists = lists
        for list in lists where list.baseNumber == nil {
            for older in old.lists where older.baseNumber == nil && older.issuer == list.issuer {
                guard !list.isOlder(than: older) else {
                    let text =
                        "the list \(RevocationList.text(list.number)) of \(list.issuerName) is older than "
                        + "\(RevocationList.text(older.number)), which is in force"
                    throw RevocationList.refused(list.file, text)
                }
            }
        }
        revoked = try Self.join(lists)
    }

    /// Complete lists first, then deltas in the order of their numbers.
    private static func join(_ lists: [RevocationList]) throws(TLSError) -> Set<CertificateKey> {
        var revoked: Set<CertificateKey> = []
        for list in lists where list.baseNumber == nil { revoked.formUnion(list.revoked) }
        let deltas = lists.filter { $0.baseNumber != nil }
            .sorted { RevocationList.isLess($0.number ?? [], $1.number ?? []) }
        for delta in deltas {
            guard let base = delta.baseNumber, let number = delta.number else {
                throw RevocationList.refused(delta.file, "the delta list of \(delta.issuerName) has no number")
            }
            let complete = lists.filter { $0.baseNumber == nil && $0.issuer == delta.issuer }.compactMap(\.number)
            guard complete.contains(where: { !RevocationList.isLess($0, base) }) else {
                let text =
                    "the delta list of \(delta.issuerName) goes on from list \(RevocationList.text(base)), "
                    + "and no complete list so new is here"
                throw RevocationList.refused(delta.file, text)
            }
            // A complete list as new as the delta says it all already.
            guard complete.allSatisfy({ RevocationList.isLess($0, number) }) else { continue }
            revoked.formUnion(delta.revoked)
            revoked.subtract(delta.restored)
        }
        return revoked
    }
}

/// The lists of one file, owned.
private final class RawLists {
    private let path: String
    /// `X509_CRL *` each; at least one. Private: they live no longer than this.
    private let lists: [OpaquePointer]

    init(path: String) throws(TLSError) {
        self.path = path
        defer { OpenSSLErrors.clear() }
        if let found = try Self.readPEM(path) { lists = found } else { lists = try Self.readDER(path) }
    }

    deinit { for list in lists { X509_CRL_free(list) } }

    func checked(_ authorities: AuthorityFile, nowS: Int64) throws(TLSError) -> [RevocationList] {
        var checked: [RevocationList] = []
        for list in lists {
            checked.append(try RevocationList(list, file: path, authorities: authorities, nowS: nowS))
        }
        return checked
    }

    /// - Returns: nil when nothing in the file is PEM.
    private static func readPEM(_ path: String) throws(TLSError) -> [OpaquePointer]? {
        let file = try open(path)
        defer { BIO_free(file) }
        var found: [OpaquePointer] = []
        while let list = PEM_read_bio_X509_CRL(file, nil, nil, nil) { found.append(list) }
        // Where nothing more begins is the end; anything else is damage.
        if OpenSSLErrors.endsPEM() { return found.isEmpty ? nil : found }
        for list in found { X509_CRL_free(list) }
        throw RevocationList.refused(path, "list \(found.count + 1) cannot be read: \(OpenSSLErrors.takeText())")
    }

    private static func readDER(_ path: String) throws(TLSError) -> [OpaquePointer] {
        let file = try open(path)
        defer { BIO_free(file) }
        guard let list = d2i_X509_CRL_bio(file, nil) else {
            throw RevocationList.refused(path, "no list in it, neither PEM nor DER: \(OpenSSLErrors.takeText())")
        }
        return [list]
    }

    private static func open(_ path: String) throws(TLSError) -> OpaquePointer {
        OpenSSLErrors.clear()
        guard let file = BIO_new_file(path, "r") else {
            throw RevocationList.refused(path, OpenSSLErrors.takeText())
        }
        return file
    }
}
