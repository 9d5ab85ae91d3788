// OpenSSL's own algorithms with less to search through. OpenSSL 3.0 decodes the public key of every certificate by trying
// 40 decoders and 18 kinds of keys one after another: a third of a handshake. Units have a few kinds; the rest is left out.

internal import COpenSSL

/// An `OSSL_LIB_CTX` with one provider: OpenSSL's default one, without the kinds of keys and the decoders that no unit
/// needs. Everything that computes is the default provider's own code.
///
/// Public API throughout: a built-in provider (provider(7)) that passes on what `OSSL_PROVIDER_query_operation` gives.
///
/// `@unchecked Sendable`: nothing changes after `init`, and any thread may use a library context.
final class HandshakeLibrary: @unchecked Sendable {
    /// Made at the first use, for the life of the process; nil where the system is configured for something else than
    /// the default provider, such as FIPS or a module that keeps keys, and must be obeyed.
    static let shared = HandshakeLibrary()

    /// The library for handshakes with units of these authorities; nil when one of them has a key of another kind, and the
    /// whole library is needed.
    static func serving(trustFile: String) -> HandshakeLibrary? {
        guard let shared, let store = X509_STORE_new() else { return nil }
        defer {
            X509_STORE_free(store)
            OpenSSLErrors.clear()
        }
        // What is wrong with the file itself, its real loading will tell.
        guard X509_STORE_load_file_ex(store, trustFile, shared.raw, nil) == 1 else { return shared }
        let authorities = (0..<sos_store_objects_count(store)).compactMap { sos_store_certificate(store, $0) }
        return authorities.allSatisfy { X509_get0_pubkey($0) != nil } ? shared : nil
    }

    /// Kinds of keys that certificates of units and authorities may have, that agree on secrets, and that OpenSSL's TLS
    /// needs for itself. For others the whole library is used, see ``TLSContext``.
    static let keyKinds: Set<String> = [
        "EC", "RSA", "RSA-PSS", "ED25519", "ED448", "X25519", "HMAC", "HKDF", "TLS1-PRF",
    ]

    /// The `OSSL_LIB_CTX *`, borrowed.
    let raw: OpaquePointer

    private init?() {
        OpenSSLErrors.clear()
        defer { OpenSSLErrors.clear() }
        guard LeanProvider.whole != nil, let raw = OSSL_LIB_CTX_new() else { return nil }
        guard OSSL_PROVIDER_add_builtin(raw, LeanProvider.name, LeanProvider.start) == 1,
            OSSL_PROVIDER_load(raw, LeanProvider.name) != nil
        else {
            OSSL_LIB_CTX_free(raw)
            return nil
        }
        self.raw = raw
    }
}

/// The provider's side. All of it is made once and never freed.
private enum LeanProvider {
    static let name = "sosgateway-handshakes"

    /// The default provider, where the system's configuration has it active anyway and nothing beside it that computes;
    /// nil otherwise.
    ///
    /// `nonisolated(unsafe)`: never changed, and OpenSSL lets any thread ask a provider.
    nonisolated(unsafe) static let whole: OpaquePointer? = {
        guard OSSL_PROVIDER_available(nil, "default") == 1, EVP_default_properties_is_fips_enabled(nil) == 0,
            OSSL_PROVIDER_do_all(nil, isHarmless, nil) == 1
        else { return nil }
        return OSSL_PROVIDER_load(nil, "default")
    }()

    private static let isHarmless: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?) -> Int32 = {
        provider, _ in
        let name = provider.flatMap { OSSL_PROVIDER_get0_name($0) }.map { String(cString: $0) }
        return name == "default" || name == "base" || name == "legacy" ? 1 : 0
    }

    /// `OSSL_provider_init_fn`: says what the provider can do. The algorithms are called with the default provider's
    /// own context, because they are its own.
    static let start:
        @convention(c) (
            OpaquePointer?, UnsafePointer<OSSL_DISPATCH>?, UnsafeMutablePointer<UnsafePointer<OSSL_DISPATCH>?>?,
            UnsafeMutablePointer<UnsafeMutableRawPointer?>?
        ) -> Int32 = { _, _, functions, context in
            guard let whole else { return 0 }
            functions?.pointee = UnsafePointer(LeanProvider.functions)
            context?.pointee = OSSL_PROVIDER_get0_provider_ctx(whole)
            return 1
        }

    /// `nonisolated(unsafe)`: written once, before anybody has them.
    private nonisolated(unsafe) static let functions: UnsafeMutablePointer<OSSL_DISPATCH> = {
        let table = UnsafeMutablePointer<OSSL_DISPATCH>.allocate(capacity: 3)
        table[0] = OSSL_DISPATCH(
            function_id: OSSL_FUNC_PROVIDER_QUERY_OPERATION,
            function: unsafeBitCast(query, to: (@convention(c) () -> Void).self))
        table[1] = OSSL_DISPATCH(
            function_id: OSSL_FUNC_PROVIDER_GET_CAPABILITIES,
            function: unsafeBitCast(capabilities, to: (@convention(c) () -> Void).self))
        table[2] = OSSL_DISPATCH(function_id: 0, function: nil)
        return table
    }()

    /// The algorithms of an operation.
    private static let query:
        @convention(c) (
            UnsafeMutableRawPointer?, Int32, UnsafeMutablePointer<Int32>?
        ) -> UnsafePointer<OSSL_ALGORITHM>? = { _, operation, isNotToBeCached in
            isNotToBeCached?.pointee = 0
            switch operation {
            case OSSL_OP_KEYMGMT: return UnsafePointer(keyKinds)
            case OSSL_OP_DECODER: return UnsafePointer(decoders)
            // Nothing is written in a handshake but what OpenSSL's ASN.1 code writes itself.
            case OSSL_OP_ENCODER, OSSL_OP_STORE: return nil
            default: return whole.flatMap { OSSL_PROVIDER_query_operation($0, operation, isNotToBeCached) }
            }
        }

    /// The groups of TLS.
    private static let capabilities:
        @convention(c) (
            UnsafeMutableRawPointer?, UnsafePointer<CChar>?,
            (
                @convention(c) (
                    UnsafePointer<OSSL_PARAM>?, UnsafeMutableRawPointer?
                ) -> Int32
            )?, UnsafeMutableRawPointer?
        ) -> Int32 = { _, what, take, argument in
            guard let whole, let what, let take else { return 0 }
            return OSSL_PROVIDER_get_capabilities(whole, what, take, argument)
        }

    /// Kinds of keys. `nonisolated(unsafe)`: written once, before anybody has them.
    private nonisolated(unsafe) static let keyKinds = select(OSSL_OP_KEYMGMT) { _ in true }

    /// Only of public keys as they stand in certificates. A private key is read by the whole library.
    /// `nonisolated(unsafe)`: written once, before anybody has them.
    private nonisolated(unsafe) static let decoders = select(OSSL_OP_DECODER) {
        $0.contains("structure=SubjectPublicKeyInfo")
    }

    /// A table of the algorithms for kinds of keys that are wanted, ended as C wants it.
    private static func select(
        _ operation: Int32, where isWanted: (String) -> Bool
    ) -> UnsafeMutablePointer<OSSL_ALGORITHM> {
        var chosen: [OSSL_ALGORITHM] = []
        var isNotToBeCached: Int32 = 0
        if let whole, var next = OSSL_PROVIDER_query_operation(whole, operation, &isNotToBeCached) {
            while let names = next.pointee.algorithm_names {
                let first = String(cString: names).prefix { $0 != ":" }
                let properties = next.pointee.property_definition.map { String(cString: $0) } ?? ""
                let isKind = HandshakeLibrary.keyKinds.contains(String(first)) || first == "DER"
                if isKind && isWanted(properties) { chosen.append(next.pointee) }
                next += 1
            }
        }
        let table = UnsafeMutablePointer<OSSL_ALGORITHM>.allocate(capacity: chosen.count + 1)
        table.initialize(repeating: OSSL_ALGORITHM(), count: chosen.count + 1)
        for (index, algorithm) in chosen.enumerated() { table[index] = algorithm }
        return table
    }
}
