// One certificate revocation list (RFC 5280, section 5), checked once when it is read and kept as keys: a handshake then
// costs a look into a set, where OpenSSL's store would verify the list's signature and hash all of it each time.

internal import COpenSSL

/// A list whose issuer and signature are good. Whether it is overdue is asked later, by the clock of that moment.
struct RevocationList: Sendable {
    /// The file it came from.
    let file: String
    /// The issuer's name, for people.
    let issuerName: String
    /// Who issued it.
    let issuer: AuthorityKey
    /// Its number, big-endian without leading zeros; nil when it has none.
    let number: [UInt8]?
    /// For a delta the number of the complete list that it goes on from; nil for a complete list.
    let baseNumber: [UInt8]?
    /// When it was made, seconds since 1970.
    let madeAtS: Int64
    /// By when a newer one was promised, seconds since 1970.
    let nextAtS: Int64
    /// Revoked certificates.
    let revoked: [CertificateKey]
    /// Certificates that a delta takes off the list.
    let restored: [CertificateKey]
    /// The list itself, DER; some 40 bytes an entry.
    let encoded: [UInt8]

    /// How far ahead of our clock an issuer's may be.
    static let clockSkewMaxS: Int64 = 300

    /// - Parameters:
    ///   - list: an `X509_CRL *`; borrowed.
    ///   - nowS: seconds since 1970.
    /// - Throws: ``TLSError`` with the reason `revocationList`.
    init(_ list: OpaquePointer, file: String, authorities: AuthorityFile, nowS: Int64) throws(TLSError) {
        self.file = file
        issuerName = CertificateFields.text(X509_CRL_get_issuer(list))
        issuer = AuthorityKey(certificate: try Self.issuer(of: list, name: issuerName, file, authorities))
        guard let made = CertificateFields.seconds(X509_CRL_get0_lastUpdate(list)),
            let next = CertificateFields.seconds(X509_CRL_get0_nextUpdate(list))
        else { throw Self.refused(file, "the list of \(issuerName) does not say until when it holds") }
        guard made <= nowS + Self.clockSkewMaxS else {
            let text = CertificateFields.text(seconds: made)
            throw Self.refused(file, "the list of \(issuerName) holds only from \(text)")
        }
        madeAtS = made
        nextAtS = next
        try Self.checkExtensions(of: list, name: issuerName, file)
        number = Self.number(NID_crl_number, of: list)
        baseNumber = Self.number(NID_delta_crl, of: list)
        encoded = Self.encoded(list)
        (revoked, restored) = try Self.entries(of: list, issuer: issuer, name: issuerName, file)
    }

    /// Whether a newer one was promised and is not here.
    func isOverdue(nowS: Int64) -> Bool { nextAtS < nowS }

    /// Whether it was made before another of the same issuer; equal ones are not.
    func isOlder(than other: RevocationList) -> Bool {
        if let number, let otherNumber = other.number { return Self.isLess(number, otherNumber) }
        return madeAtS < other.madeAtS
    }

    /// Compares two numbers without leading zeros.
    static func isLess(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count ? left.lexicographicallyPrecedes(right) : left.count < right.count
    }

    /// A number as people read it, in hexadecimal digits as `openssl crl -crlnumber` shows it.
    static func text(_ number: [UInt8]?) -> String {
        guard let number else { return "without a number" }
        let digits = number.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
        return digits.isEmpty ? "00" : digits
    }

    static func refused(_ file: String, _ detail: String) -> TLSError {
        TLSError(.revocationList, file: file, detail: detail)
    }
}

extension RevocationList {
    /// The authority whose key signed the list; borrowed from `authorities`.
    private static func issuer(
        of list: OpaquePointer, name: String, _ file: String, _ authorities: AuthorityFile
    ) throws(TLSError) -> OpaquePointer {
        let named = authorities.named(X509_CRL_get_issuer(list))
        guard !named.isEmpty else { throw refused(file, "its issuer \(name) is not in \(authorities.path)") }
        OpenSSLErrors.clear()
        defer { OpenSSLErrors.clear() }
        let signers = named.filter { authority in
            guard let key = X509_get0_pubkey(authority) else { return false }
            return X509_CRL_verify(list, key) == 1
        }
        guard !signers.isEmpty else {
            throw refused(file, "its signature is not that of \(name) in \(authorities.path)")
        }
        // All bits are set where the certificate does not restrict its use.
        guard let signer = signers.first(where: { X509_get_key_usage($0) & UInt32(KU_CRL_SIGN) != 0 }) else {
            throw refused(
                file, "\(name) may not sign revocation lists: its certificate lacks the key usage cRLSign")
        }
        return signer
    }

    /// Refuses what changes the meaning of entries in a way that is not known here.
    private static func checkExtensions(of list: OpaquePointer, name: String, _ file: String) throws(TLSError) {
        for index in 0..<max(0, X509_CRL_get_ext_count(list)) {
            guard let found = X509_CRL_get_ext(list, index), X509_EXTENSION_get_critical(found) == 1 else {
                continue
            }
            switch OBJ_obj2nid(X509_EXTENSION_get_object(found)) {
            case NID_delta_crl: continue
            // A part of an authority's certificates, or of the reasons: what it lists is revoked all the same.
            case NID_issuing_distribution_point: continue
            default: throw refused(file, "the list of \(name) has a critical extension that is not known here")
            }
        }
        guard let point = X509_CRL_get_ext_d2i(list, NID_issuing_distribution_point, nil, nil) else {
            OpenSSLErrors.clear()
            return
        }
        let scope = point.assumingMemoryBound(to: ISSUING_DIST_POINT.self)
        defer { ISSUING_DIST_POINT_free(scope) }
        if sos_distribution_point_is_indirect(scope) != 0 {
            throw refused(file, "the list of \(name) is an indirect one, with certificates of other authorities")
        }
    }

    private static func encoded(_ list: OpaquePointer) -> [UInt8] {
        var start: UnsafeMutablePointer<UInt8>?
        let count = i2d_X509_CRL(list, &start)
        guard let start, count > 0 else { return [] }
        defer { sos_free(start) }
        return Array(UnsafeBufferPointer(start: start, count: Int(count)))
    }

    private static func number(_ kind: Int32, of list: OpaquePointer) -> [UInt8]? {
        guard let found = X509_CRL_get_ext_d2i(list, kind, nil, nil) else {
            OpenSSLErrors.clear()
            return nil
        }
        let number = found.assumingMemoryBound(to: ASN1_INTEGER.self)
        defer { ASN1_INTEGER_free(number) }
        return CertificateFields.magnitude(number)
    }

    private static func entries(
        of list: OpaquePointer, issuer: AuthorityKey, name: String, _ file: String
    ) throws(TLSError) -> (revoked: [CertificateKey], restored: [CertificateKey]) {
        let count = sos_revoked_count(list)
        var revoked: [CertificateKey] = []
        var restored: [CertificateKey] = []
        revoked.reserveCapacity(Int(max(0, count)))
        for index in 0..<max(0, count) {
            guard let entry = sos_revoked(list, index), let serial = X509_REVOKED_get0_serialNumber(entry) else {
                throw refused(file, "entry \(index + 1) of the list of \(name) cannot be read")
            }
            let key = CertificateKey(issuer: issuer, serial: serial)
            if isRestored(entry) { restored.append(key) } else { revoked.append(key) }
        }
        return (revoked, restored)
    }

    /// Whether the entry's reason is *removeFromCRL*, which only deltas have.
    private static func isRestored(_ entry: OpaquePointer) -> Bool {
        guard X509_REVOKED_get_ext_count(entry) > 0,
            let found = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, nil, nil)
        else {
            OpenSSLErrors.clear()
            return false
        }
        let reason = found.assumingMemoryBound(to: ASN1_ENUMERATED.self)
        defer { ASN1_ENUMERATED_free(reason) }
        return ASN1_ENUMERATED_get(reason) == Int(CRL_REASON_REMOVE_FROM_CRL)
    }
}
