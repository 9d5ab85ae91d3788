// ALPN (RFC 7301) on the gateway's side: who does not speak our protocol is refused in the first message,
// before any signature is computed.

internal import COpenSSL

/// OpenSSL's callbacks that want `sos-unit/1`.
enum ApplicationProtocol {
    /// Extension numbers (IANA).
    static let alpnExtension: UInt32 = 16
    private static let supportedVersionsExtension: UInt32 = 43

    /// Refuses a ClientHello of TLS 1.3 that offers no protocol at all. An older one passes: its version is
    /// refused next, and that is then the reason reported.
    static let checkOffered: SSL_client_hello_cb_fn = { connection, alert, _ in
        var bytes: UnsafePointer<UInt8>?
        var count = 0
        let isModern = SSL_client_hello_get0_ext(connection, supportedVersionsExtension, &bytes, &count) == 1
        guard isModern, SSL_client_hello_get0_ext(connection, alpnExtension, &bytes, &count) != 1 else {
            return SSL_CLIENT_HELLO_SUCCESS
        }
        alert?.pointee = Int32(TLS1_AD_NO_APPLICATION_PROTOCOL)
        return SSL_CLIENT_HELLO_ERROR
    }

    /// Refuses any ClientHello that offers no protocol at all, where older versions are spoken.
    static let checkAlwaysOffered: SSL_client_hello_cb_fn = { connection, alert, _ in
        var bytes: UnsafePointer<UInt8>?
        var count = 0
        if SSL_client_hello_get0_ext(connection, alpnExtension, &bytes, &count) == 1 {
            return SSL_CLIENT_HELLO_SUCCESS
        }
        alert?.pointee = Int32(TLS1_AD_NO_APPLICATION_PROTOCOL)
        return SSL_CLIENT_HELLO_ERROR
    }

    /// Picks `sos-unit/1` from the peer's list of length-prefixed names, or ends the handshake with the alert
    /// no_application_protocol.
    static let select: SSL_CTX_alpn_select_cb_func = { _, out, outCount, list, listCount, _ in
        guard let list, let out, let outCount else { return SSL_TLSEXT_ERR_ALERT_FATAL }
        let offered = UnsafeBufferPointer(start: list, count: Int(listCount))
        guard let found = range(of: TLSContext.applicationProtocol, in: offered[...]) else {
            return SSL_TLSEXT_ERR_ALERT_FATAL
        }
        out.pointee = list + found.lowerBound
        outCount.pointee = UInt8(truncatingIfNeeded: found.count)
        return SSL_TLSEXT_ERR_OK
    }

    /// Whether the body of an ALPN extension, two bytes of length and a list, has this name.
    static func contains(_ name: String, inExtension body: UnsafeBufferPointer<UInt8>) -> Bool {
        range(of: name, in: body.dropFirst(2)) != nil
    }

    /// Where a name stands in a list of length-prefixed names.
    private static func range(of name: String, in list: Slice<UnsafeBufferPointer<UInt8>>) -> Range<Int>? {
        var offset = list.startIndex
        while offset < list.endIndex {
            let start = offset + 1
            let end = start + Int(list[offset])
            guard end <= list.endIndex else { return nil }
            if list[start..<end].elementsEqual(name.utf8) { return start..<end }
            offset = end
        }
        return nil
    }
}
