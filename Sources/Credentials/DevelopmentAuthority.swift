// An authority for development and simulation: makes thousands of certificates a second. Never for a gateway that people
// rely on: its key lies in a file beside what it signed.

internal import COpenSSL

/// Signs certificates of the form that `Docs/unit-protocol.md`, section 2, asks for.
///
/// `@unchecked Sendable`: key and certificate are never changed after `init`.
public final class DevelopmentAuthority: @unchecked Sendable {
    /// What a certificate is for.
    public enum Purpose: Hashable, Sendable {
        /// A unit with this id, which must be a valid one.
        case unit(String)
        /// A server on this machine: localhost and the loopback addresses.
        case localServer(String)

        var commonName: String {
            switch self {
            case .unit(let name), .localServer(let name): name
            }
        }

        var extensions: [(Int32, String)] {
            let usage: [(Int32, String)] = [
                (NID_basic_constraints, "critical,CA:false"), (NID_key_usage, "critical,digitalSignature"),
            ]
            switch self {
            case .unit(let id):
                return usage + [
                    (NID_ext_key_usage, "clientAuth"), (NID_subject_alt_name, "URI:urn:sos:unit:\(id)"),
                ]
            case .localServer:
                let names = "DNS:localhost,IP:127.0.0.1,IP:::1"
                return usage + [(NID_ext_key_usage, "serverAuth"), (NID_subject_alt_name, names)]
            }
        }
    }

    /// Days until the authority's own certificate ends.
    public static let ownDays = 3_650
    /// Days until what it signs ends.
    public static let signedDays = 365

    private let key: DevelopmentKey
    private let certificate: OpaquePointer

    /// Makes a new authority.
    ///
    /// - Throws: ``CredentialsError`` when OpenSSL has no memory or no random bytes.
    public init() throws(CredentialsError) {
        key = try DevelopmentKey()
        certificate = try Self.make(
            commonName: "SOSGateway development CA", key: key, days: Self.ownDays, issuer: nil, signedBy: key,
            extensions: [
                (NID_basic_constraints, "critical,CA:true,pathlen:0"),
                (NID_key_usage, "critical,keyCertSign,cRLSign"),
            ])
    }

    /// Takes an authority that was made before; nil when the texts are not a certificate and its key.
    public init?(certificatePEM: [UInt8], keyPEM: [UInt8]) {
        guard let key = DevelopmentKey(pem: keyPEM),
            let source = BIO_new_mem_buf(certificatePEM, Int32(clamping: certificatePEM.count))
        else { return nil }
        defer { BIO_free(source) }
        guard let certificate = PEM_read_bio_X509(source, nil, nil, nil) else { return nil }
        self.key = key
        self.certificate = certificate
        // From here on deinit frees it.
        guard X509_check_private_key(certificate, key.raw) == 1 else { return nil }
    }

    deinit { X509_free(certificate) }

    /// The authority's certificate and key in PEM.
    ///
    /// - Throws: `computationFailed` when OpenSSL has no memory.
    public func pem() throws(CredentialsError) -> (certificate: [UInt8], key: [UInt8]) {
        (try MemoryText.collect { PEM_write_bio_X509($0, certificate) }, try key.pem())
    }

    /// A certificate for this key, in PEM. Some 100 µs.
    ///
    /// - Throws: ``CredentialsError`` when OpenSSL has no memory or no random bytes.
    public func sign(_ purpose: Purpose, key owner: DevelopmentKey) throws(CredentialsError) -> [UInt8] {
        let made = try Self.make(
            commonName: purpose.commonName, key: owner, days: Self.signedDays, issuer: certificate, signedBy: key,
            extensions: purpose.extensions)
        defer { X509_free(made) }
        return try MemoryText.collect { PEM_write_bio_X509($0, made) }
    }

    private static func make(
        commonName: String, key: DevelopmentKey, days: Int, issuer: OpaquePointer?,
        signedBy authority: DevelopmentKey,
        extensions: [(Int32, String)]
    ) throws(CredentialsError) -> OpaquePointer {
        guard let made = X509_new() else { throw .computationFailed("a certificate") }
        guard fill(made, commonName, key, days, issuer ?? made, extensions),
            X509_sign(made, authority.raw, EVP_sha256()) > 0
        else {
            X509_free(made)
            throw .computationFailed("a certificate for \(commonName)")
        }
        return made
    }

    private static func fill(
        _ made: OpaquePointer, _ commonName: String, _ key: DevelopmentKey, _ days: Int, _ issuer: OpaquePointer,
        _ extensions: [(Int32, String)]
    ) -> Bool {
        var serial = [UInt8](repeating: 0, count: 16)
        guard RAND_bytes(&serial, Int32(serial.count)) == 1, let number = BN_new() else { return false }
        defer { BN_free(number) }
        // Positive: the first bit is off, the second on.
        serial[0] = serial[0] & 0x7F | 0x40
        guard BN_bin2bn(serial, Int32(serial.count), number) != nil,
            BN_to_ASN1_INTEGER(number, X509_get_serialNumber(made)) != nil,
            // Version 3 is written as 2.
            X509_set_version(made, 2) == 1, X509_set_pubkey(made, key.raw) == 1,
            // An hour back: a unit's clock may be a little behind.
            X509_gmtime_adj(X509_getm_notBefore(made), -3_600) != nil,
            X509_time_adj_ex(X509_getm_notAfter(made), Int32(days), 0, nil) != nil,
            name(X509_get_subject_name(made), commonName),
            X509_set_issuer_name(made, X509_get_subject_name(issuer)) == 1
        else { return false }
        var context = X509V3_CTX()
        X509V3_set_ctx(&context, issuer, made, nil, nil, 0)
        let keys: [(Int32, String)] = [
            (NID_subject_key_identifier, "hash"), (NID_authority_key_identifier, "keyid"),
        ]
        return (keys + extensions).allSatisfy { kind, value in
            guard let one = X509V3_EXT_conf_nid(nil, &context, kind, value) else { return false }
            defer { X509_EXTENSION_free(one) }
            return X509_add_ext(made, one, -1) == 1
        }
    }

    /// `MBSTRING_UTF8`, a macro that Swift does not see.
    private static let utf8: Int32 = 0x1000

    private static func name(_ name: OpaquePointer?, _ commonName: String) -> Bool {
        let organisation = "SOSGateway development"
        return X509_NAME_add_entry_by_txt(name, "O", utf8, organisation, -1, -1, 0) == 1
            && X509_NAME_add_entry_by_txt(name, "CN", utf8, commonName, -1, -1, 0) == 1
    }
}
