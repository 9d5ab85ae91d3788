// Who a unit is: the one URI `urn:sos:unit:<id>` among its certificate's alternative names (RFC 5280, 4.2.1.6).

internal import AlertModel
internal import COpenSSL

/// Reads the unit's identifier off a verified certificate.
enum PeerIdentity {
    /// What stands before the identifier.
    static let prefix = "urn:sos:unit:"

    /// - Parameter connection: borrowed; its handshake is done, so the certificate is verified.
    /// - Throws: ``HandshakeFailure`` of kind identity when there is not exactly one valid URI.
    static func read(_ connection: OpaquePointer) throws(HandshakeFailure) -> UnitID {
        guard let certificate = SSL_get0_peer_certificate(connection) else {
            throw HandshakeFailure(.noCertificate, detail: "no certificate")
        }
        return try read(certificate: certificate)
    }

    /// - Parameter certificate: an `X509 *`; borrowed.
    /// - Throws: ``HandshakeFailure`` of kind identity when there is not exactly one valid URI.
    static func read(certificate: OpaquePointer) throws(HandshakeFailure) -> UnitID {
        var isCritical: Int32 = 0
        guard let names = X509_get_ext_d2i(certificate, NID_subject_alt_name, &isCritical, nil) else {
            OpenSSLErrors.clear()
            let what = isCritical == -2 ? "several lists of" : "no readable"
            throw HandshakeFailure(.identity, detail: "\(what) subject alternative names")
        }
        let list = OpaquePointer(names)
        defer { sos_general_names_free(list) }
        var unit: UnitID?
        for index in 0..<sos_general_names_count(list) {
            var count: Int32 = 0
            guard let start = sos_general_names_uri(list, index, &count) else { continue }
            let uri = UnsafeBufferPointer(start: start, count: Int(count))
            guard uri.starts(with: prefix.utf8) else { continue }
            guard unit == nil else { throw HandshakeFailure(.identity, detail: "more than one \(prefix)<id>") }
            do throws(ShortIDError) {
                unit = try UnitID(ascii: uri.dropFirst(prefix.utf8.count))
            } catch {
                throw HandshakeFailure(.identity, detail: "the id behind \(prefix) is not valid: \(error)")
            }
        }
        guard let unit else { throw HandshakeFailure(.identity, detail: "no \(prefix)<id>") }
        return unit
    }
}
