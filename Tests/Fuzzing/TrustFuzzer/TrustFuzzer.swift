// The fuzzer of what TLS peers and trust files bring beyond TLS itself: offered protocols, certificates' fields, session
// tickets' contents, revocation lists, ticket keys. Built by Scripts/fuzz into one module with the sources it tries.
//
// Input: byte 0 chooses, the rest are the bytes: 0 ALPN list, 1 ticket key file, 2 a ticket's trust path, 3 certificate
// (DER), 4 revocation list (DER), which is signed anew so that what stands behind the signature is reached.

internal import COpenSSL

/// libFuzzer's entry.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = UnsafeBufferPointer(start: start, count: count)
    guard let choice = input.first else { return 0 }
    let bytes = Array(input.dropFirst())
    switch choice % 5 {
    case 0: TrustFuzzer.protocols(bytes)
    case 1: TrustFuzzer.ticketKeys(bytes)
    case 2: TrustFuzzer.path(bytes)
    case 3: TrustFuzzer.certificate(bytes)
    default: TrustFuzzer.list(bytes)
    }
    OpenSSLErrors.clear()
    return 0
}

enum TrustFuzzer {
    /// Taken exactly when our name is among those before the list breaks off.
    static func protocols(_ bytes: [UInt8]) {
        var names: [ArraySlice<UInt8>] = []
        var rest = bytes[...]
        while let length = rest.first, rest.count > Int(length) {
            names.append(rest.dropFirst().prefix(Int(length)))
            rest = rest.dropFirst(1 + Int(length))
        }
        let isOffered = names.contains { $0.elementsEqual("sos-unit/1".utf8) }
        bytes.withUnsafeBufferPointer { list in
            var out: UnsafePointer<UInt8>?
            var count: UInt8 = 0
            let status = ApplicationProtocol.select(nil, &out, &count, list.baseAddress, UInt32(list.count), nil)
            demand((status == SSL_TLSEXT_ERR_OK) == isOffered, "offered: \(isOffered), status \(status)")
            guard status == SSL_TLSEXT_ERR_OK else { return }
            demand(
                UnsafeBufferPointer(start: out, count: Int(count)).elementsEqual("sos-unit/1".utf8), "another name"
            )
        }
    }

    /// What is taken of a file is written as it was, but for a second secret that is none.
    static func ticketKeys(_ bytes: [UInt8]) {
        guard let secrets = TicketKeyFile.decode(bytes) else { return }
        let written = TicketKeyFile.encode(secrets)
        demand(TicketKeyFile.decode(written) == secrets, "the secrets change on their way")
        demand(written == bytes || secrets.previous == nil, "the file changes")
        demand(
            secrets.current.bytes.count == TicketSecret.bytesCount && secrets.current.madeAtS > 0, "half a secret")
    }

    static func path(_ bytes: [UInt8]) {
        let path = bytes.withUnsafeBytes { TrustPath(bytes: $0) }
        if let path { demand(path.bytes == bytes, "the path changes on its way") }
    }

    /// The unit that is read stands in the certificate as its own URI, and nobody else does.
    static func certificate(_ bytes: [UInt8]) {
        var next = bytes.withUnsafeBufferPointer { $0.baseAddress }
        let made = bytes.withUnsafeBufferPointer { buffer -> OpaquePointer? in
            next = buffer.baseAddress
            return d2i_X509(nil, &next, buffer.count)
        }
        guard let certificate = made else { return }
        defer { X509_free(certificate) }
        demand(
            CertificateFields.text(X509_get_subject_name(certificate)).utf8.count <= 480, "a name without an end")
        _ = CertificateFields.text(seconds: CertificateFields.end(of: certificate))
        let path = TrustPath([certificate])
        if let path {
            demand(
                path.bytes.withUnsafeBytes { TrustPath(bytes: $0) } == path,
                "its path does not come back from a ticket")
        }
        guard let unit = try? PeerIdentity.read(certificate: certificate) else { return }
        let uri = Array((PeerIdentity.prefix + unit.description).utf8)
        let places = bytes.indices.filter { bytes[$0...].starts(with: uri) }
        demand(!places.isEmpty, "\(unit) is not in the certificate")
        // As one value: its length (DER, below 128) stands right before it.
        demand(places.contains { $0 > 0 && Int(bytes[$0 - 1]) == uri.count }, "\(unit) is a part of another name")
    }

    /// A list whose signature is good is refused or read whole, and read the same from its own encoding.
    static func list(_ bytes: [UInt8]) {
        guard let authority = Authority.shared, let list = decoded(bytes) else { return }
        defer { X509_CRL_free(list) }
        guard X509_CRL_set_issuer_name(list, X509_get_subject_name(authority.certificate)) == 1,
            X509_CRL_sign(list, authority.key, EVP_sha256()) > 0
        else { return }
        guard let first = try? RevocationList(list, file: "f", authorities: authority.file, nowS: 1_800_000_000)
        else {
            return
        }
        demand(
            first.revoked.count + first.restored.count == Int(max(0, sos_revoked_count(list))), "entries are lost")
        demand(first.number?.first != 0 && first.baseNumber?.first != 0, "a number begins with zeros")
        demand(first.madeAtS <= 1_800_000_000 + RevocationList.clockSkewMaxS, "it is of the future")
        guard let copy = decoded(first.encoded) else { fatalError("its own encoding is none") }
        defer { X509_CRL_free(copy) }
        do throws(TLSError) {
            let second = try RevocationList(copy, file: "f", authorities: authority.file, nowS: 1_800_000_000)
            demand(
                second.revoked == first.revoked && second.restored == first.restored
                    && second.number == first.number
                    && second.baseNumber == first.baseNumber && second.nextAtS == first.nextAtS,
                "it changes on its way")
            demand(!second.isOlder(than: first) && !first.isOlder(than: second), "it is older than itself")
        } catch { fatalError("its own encoding is refused: \(error)") }
    }

    private static func decoded(_ bytes: [UInt8]) -> OpaquePointer? {
        bytes.withUnsafeBufferPointer { buffer in
            var next = buffer.baseAddress
            return d2i_X509_CRL(nil, &next, buffer.count)
        }
    }
}
