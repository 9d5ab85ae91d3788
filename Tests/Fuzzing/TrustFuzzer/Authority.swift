// An authority for the fuzzer, made anew at each start: its key never stands in a file.

internal import COpenSSL
internal import Glibc

/// Owned for the life of the process.
struct Authority {
    let key: OpaquePointer
    let certificate: OpaquePointer
    let file: AuthorityFile

    static nonisolated(unsafe) let shared = Authority()

    private init?() {
        var key: OpaquePointer?
        guard let context = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nil), EVP_PKEY_keygen_init(context) == 1,
            EVP_PKEY_CTX_set_group_name(context, "P-256") == 1, EVP_PKEY_generate(context, &key) == 1, let key,
            let certificate = X509_new(), let name = X509_get_subject_name(certificate)
        else { return nil }
        X509_set_version(certificate, 2)
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1)
        X509_NAME_add_entry_by_txt(name, "CN", 0x1000 | 1, Array("Fuzz CA".utf8), 7, -1, 0)
        X509_set_issuer_name(certificate, name)
        X509_gmtime_adj(X509_getm_notBefore(certificate), -3_600)
        X509_gmtime_adj(X509_getm_notAfter(certificate), 86_400)
        X509_set_pubkey(certificate, key)
        guard X509_sign(certificate, key, EVP_sha256()) > 0 else { return nil }
        let path = "/tmp/sos-fuzz-authority-\(getpid()).pem"
        guard let output = BIO_new_file(path, "w") else { return nil }
        PEM_write_bio_X509(output, certificate)
        BIO_free(output)
        defer { unlink(path) }
        guard let file = try? AuthorityFile(path: path) else { return nil }
        self.key = key
        self.certificate = certificate
        self.file = file
    }
}
