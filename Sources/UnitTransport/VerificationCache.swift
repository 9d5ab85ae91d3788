// Certificates whose chain was verified, so that a unit that returns is not verified again: that is a quarter of a handshake.
// What can change is not remembered: validity is looked at each time, revocation elsewhere and each time, and whoever
// loads other authorities makes a new context with an empty cache.

internal import COpenSSL
internal import Glibc
internal import Synchronization

/// Remembers, by the SHA-256 of a whole certificate, that OpenSSL found a chain from it to a trusted authority, and which.
///
/// A signature is over the same bytes and by the same key whenever one looks, so it need not be checked twice. Bounded:
/// a full set forgets one. Any thread; the lock is held for a look at four entries, and never while verifying.
final class VerificationCache: Sendable {
    /// Sets of ``ways`` entries: 32,768 certificates, 2 MiB when all are used; the system gives a page when one is.
    static let sets = 8_192
    fileprivate static let ways = 4
    /// Ways from units to a root that are told apart: one for each authority that issues units' certificates.
    static let issuersMax = 256

    /// How often a certificate was known, and how often it had to be verified.
    struct Counts: Hashable {
        var known = 0
        var verified = 0
    }

    fileprivate struct Entry {
        var digest: (UInt64, UInt64, UInt64, UInt64)
        /// The whole chain holds from here…
        var fromS: Int64
        /// …to here, seconds since 1970.
        var toS: Int64
        /// Which of the issuers, from 1; 0 is an empty entry.
        var issuers: UInt32
        var usedAt: UInt32
    }

    /// An `X509 *`, whose reference count any thread may change.
    fileprivate struct Certificate: Sendable {
        let address: UInt
        var pointer: OpaquePointer? { OpaquePointer(bitPattern: address) }
    }

    /// `@unchecked Sendable`: it lives inside the mutex, and only there are its pointers used.
    fileprivate struct Table: ~Copyable, @unchecked Sendable {
        let entries: UnsafeMutablePointer<Entry>
        /// The chain above the unit, each with a reference of our own.
        var issuers: [[Certificate]] = []
        var uses: UInt32 = 0
        var counts = Counts()

        init?() {
            // Zeroed pages that the system gives when they are touched.
            guard let memory = calloc(VerificationCache.sets * VerificationCache.ways, MemoryLayout<Entry>.stride)
            else { return nil }
            entries = memory.assumingMemoryBound(to: Entry.self)
        }

        deinit {
            free(entries)
            for chain in issuers { for certificate in chain { X509_free(certificate.pointer) } }
        }
    }

    private let table: Mutex<Table?>
    private let nowS: @Sendable () -> Int64

    /// - Parameter nowS: seconds since 1970; tests move it.
    init(nowS: @escaping @Sendable () -> Int64) {
        table = Mutex(Table())
        self.nowS = nowS
    }

    /// Forgets everything. For a change of authorities without a new context.
    func invalidate() { table.withLock { $0 = Table() } }

    /// Since the start or the last ``invalidate()``.
    var counts: Counts { table.withLock { $0?.counts ?? Counts() } }

    /// In place of `X509_verify_cert`: for OpenSSL's verification callback.
    ///
    /// - Parameter store: an `X509_STORE_CTX *` with the peer's certificate; borrowed. Afterwards it has the verified
    ///   chain, or the reason why there is none.
    /// - Returns: 1 when the certificate is good.
    func verify(_ store: OpaquePointer) -> Int32 {
        var digest: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        guard let certificate = X509_STORE_CTX_get0_cert(store), Self.digest(certificate, into: &digest) else {
            return X509_verify_cert(store)
        }
        if let chain = lookUp(digest, certificate) {
            X509_STORE_CTX_set0_verified_chain(store, chain)
            X509_STORE_CTX_set_error(store, X509_V_OK)
            return 1
        }
        let status = X509_verify_cert(store)
        if status == 1, let chain = X509_STORE_CTX_get0_chain(store) { remember(digest, chain) }
        return status
    }

    private static func digest(
        _ certificate: OpaquePointer, into digest: inout (UInt64, UInt64, UInt64, UInt64)
    ) -> Bool {
        withUnsafeMutableBytes(of: &digest) { room in
            var count: UInt32 = 0
            let start = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return X509_digest(certificate, EVP_sha256(), start, &count) == 1 && count == 32
        }
    }

    /// - Returns: a `STACK_OF(X509) *` that the caller owns; nil when the certificate must be verified.
    private func lookUp(
        _ digest: (UInt64, UInt64, UInt64, UInt64), _ certificate: OpaquePointer
    ) -> OpaquePointer? {
        let nowS = nowS()
        let found: UInt? = table.withLock { table in
            guard let entry = table?.find(digest) else {
                table?.counts.verified += 1
                return nil
            }
            guard entry.pointee.fromS <= nowS && nowS <= entry.pointee.toS else {
                // OpenSSL shall say what is wrong with it.
                entry.pointee.issuers = 0
                table?.counts.verified += 1
                return nil
            }
            table?.uses &+= 1
            table?.counts.known += 1
            entry.pointee.usedAt = table?.uses ?? 0
            return table?.chain(certificate, Int(entry.pointee.issuers) - 1).map { UInt(bitPattern: $0) }
        }
        return found.flatMap { OpaquePointer(bitPattern: $0) }
    }

    private func remember(_ digest: (UInt64, UInt64, UInt64, UInt64), _ chain: OpaquePointer) {
        let certificates = (0..<sos_certificates_count(chain)).compactMap { sos_certificate(chain, $0) }
        guard let validity = ChainValidity(certificates) else { return }
        let above = certificates.dropFirst().map { Certificate(address: UInt(bitPattern: $0)) }
        table.withLock { $0?.remember(digest, validity, above) }
    }
}

extension VerificationCache.Table {
    private func set(of digest: (UInt64, UInt64, UInt64, UInt64)) -> UnsafeMutablePointer<VerificationCache.Entry>
    {
        entries + Int(digest.0 % UInt64(VerificationCache.sets)) * VerificationCache.ways
    }

    fileprivate func find(
        _ digest: (UInt64, UInt64, UInt64, UInt64)
    ) -> UnsafeMutablePointer<VerificationCache.Entry>? {
        let set = set(of: digest)
        for way in 0..<VerificationCache.ways where set[way].issuers != 0 && set[way].digest == digest {
            return set + way
        }
        return nil
    }

    fileprivate mutating func remember(
        _ digest: (UInt64, UInt64, UInt64, UInt64), _ validity: ChainValidity,
        _ above: [VerificationCache.Certificate]
    ) {
        guard let number = number(of: above) else { return }
        uses &+= 1
        put(
            VerificationCache.Entry(
                digest: digest, fromS: validity.fromS, toS: validity.toS, issuers: UInt32(number + 1), usedAt: uses
            ))
    }

    /// Puts an entry over an empty or an old one of its set, or over the one used longest ago.
    private func put(_ entry: VerificationCache.Entry) {
        if let old = find(entry.digest) {
            old.pointee = entry
            return
        }
        let set = set(of: entry.digest)
        var victim = 0
        for way in 0..<VerificationCache.ways {
            if set[way].issuers == 0 {
                victim = way
                break
            }
            // Differences, so that a counter that begins again only forgets badly once.
            if uses &- set[way].usedAt > uses &- set[victim].usedAt { victim = way }
        }
        set[victim] = entry
    }

    /// The number of a chain above units, known or new; nil when there are too many.
    private mutating func number(of above: [VerificationCache.Certificate]) -> Int? {
        let known = issuers.firstIndex { chain in
            chain.count == above.count && zip(chain, above).allSatisfy { X509_cmp($0.pointer, $1.pointer) == 0 }
        }
        if let known { return known }
        guard issuers.count < VerificationCache.issuersMax else { return nil }
        for certificate in above { X509_up_ref(certificate.pointer) }
        issuers.append(above)
        return issuers.count - 1
    }

    /// A chain of references: the unit's certificate and what was found above its like.
    fileprivate func chain(_ certificate: OpaquePointer, _ number: Int) -> OpaquePointer? {
        guard let chain = sos_chain_new(Int32(issuers[number].count + 1)) else { return nil }
        for link in [certificate] + issuers[number].compactMap(\.pointer) where sos_chain_append(chain, link) == 0
        {
            sos_chain_free(chain)
            return nil
        }
        return chain
    }
}

/// When all certificates of a chain hold.
struct ChainValidity: Hashable, Sendable {
    /// Seconds since 1970.
    let fromS: Int64
    let toS: Int64

    /// - Parameter certificates: `X509 *` each; borrowed.
    /// - Returns: nil for none, or when a time cannot be read. Half a microsecond a certificate.
    init?(_ certificates: [OpaquePointer]) {
        var (from, to) = (Int64.min, Int64.max)
        for certificate in certificates {
            guard let begin = Self.seconds(X509_get0_notBefore(certificate)),
                let end = Self.seconds(X509_get0_notAfter(certificate))
            else { return nil }
            from = max(from, begin)
            to = min(to, end)
        }
        guard !certificates.isEmpty else { return nil }
        (fromS, toS) = (from, to)
    }

    private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64? {
        var broken = tm()
        guard let time, ASN1_TIME_to_tm(time, &broken) == 1 else { return nil }
        return Int64(timegm(&broken))
    }
}
