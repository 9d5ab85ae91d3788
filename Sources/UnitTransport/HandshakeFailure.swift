// Why a TLS handshake ended without a connection, in the words that operators count by.

internal import COpenSSL
internal import Glibc
internal import Telemetry

/// Why a handshake failed. Two are equal when their kinds are.
public struct HandshakeFailure: Error, Sendable {
    /// The raw value stands in reports and is permanent.
    public enum Kind: UInt8, CaseIterable, Hashable, Sendable {
        /// The unit showed no certificate.
        case noCertificate = 1
        /// The certificate's chain ends at no trusted authority, or is broken.
        case untrusted = 2
        /// A certificate of the chain is expired or not yet valid.
        case expired = 3
        /// The certificate is not meant for a TLS client.
        case purpose = 4
        /// The bytes are not TLS: plain text or another protocol.
        case notTLS = 5
        /// No TLS version that both sides allow.
        case version = 6
        /// The peer does not speak `sos-unit/1`.
        case alpn = 7
        /// The certificate does not name exactly one unit.
        case identity = 8
        /// Not finished within its time.
        case timeout = 9
        /// The peer closed or the network failed.
        case peerClosed = 10
        /// The peer refused us with an alert.
        case refusedByPeer = 11
        /// None of these; ``HandshakeFailure/detail`` says.
        case other = 12
        /// A revocation list names the certificate, or an authority above it.
        case revoked = 13
    }

    public let kind: Kind
    /// OpenSSL's words, or ours.
    public let detail: String

    public init(_ kind: Kind, detail: String) {
        self.kind = kind
        self.detail = detail
    }
}

extension HandshakeFailure.Kind {
    /// Where the gateway counts it.
    var counter: Counter {
        switch self {
        case .noCertificate: .handshakesFailedNoCertificate
        case .untrusted: .handshakesFailedUntrusted
        case .expired: .handshakesFailedExpired
        case .purpose: .handshakesFailedPurpose
        case .notTLS: .handshakesFailedNotTLS
        case .version: .handshakesFailedVersion
        case .alpn: .handshakesFailedALPN
        case .identity: .handshakesFailedIdentity
        case .revoked: .handshakesFailedRevoked
        case .timeout: .handshakesFailedTimeout
        case .peerClosed: .handshakesFailedPeerClosed
        case .refusedByPeer, .other: .handshakesFailedOther
        }
    }
}

extension HandshakeFailure: Hashable {
    public static func == (left: Self, right: Self) -> Bool { left.kind == right.kind }
    public func hash(into hasher: inout Hasher) { hasher.combine(kind) }
}

extension HandshakeFailure: CustomStringConvertible {
    public var description: String { "\(kind): \(detail)" }
}

extension HandshakeFailure {
    /// Reads off the error queue why `SSL_do_handshake` failed, and empties it.
    ///
    /// - Parameters:
    ///   - sslError: what `SSL_get_error` said.
    ///   - systemError: `errno` right after the call.
    init(connection: OpaquePointer, sslError: Int32, systemError: Int32) {
        guard sslError == SSL_ERROR_SSL else {
            OpenSSLErrors.clear()
            let text = systemError == 0 ? "closed" : String(cString: strerror(systemError))
            self.init(.peerClosed, detail: "connection lost in the handshake: \(text)")
            return
        }
        let reason = OpenSSLErrors.firstReason()
        let text = OpenSSLErrors.takeText()
        if reason == SSL_R_CERTIFICATE_VERIFY_FAILED {
            let result = Int32(truncatingIfNeeded: SSL_get_verify_result(connection))
            let words = X509_verify_cert_error_string(Int(result)).map { String(cString: $0) } ?? "\(result)"
            self.init(Self.kind(verifyResult: result), detail: "certificate refused: \(words)")
        } else {
            self.init(Self.kind(reason: reason), detail: text)
        }
    }

    private static func kind(verifyResult: Int32) -> Kind {
        switch verifyResult {
        case X509_V_ERR_CERT_HAS_EXPIRED, X509_V_ERR_CERT_NOT_YET_VALID: .expired
        case X509_V_ERR_INVALID_PURPOSE: .purpose
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH: .identity
        default: .untrusted
        }
    }

    private static func kind(reason: Int32) -> Kind {
        switch reason {
        case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE: .noCertificate
        // A record whose first bytes are no TLS header; OpenSSL knows HTTP's verbs by name.
        case SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST, SSL_R_WRONG_VERSION_NUMBER,
            SSL_R_UNKNOWN_PROTOCOL, SSL_R_BAD_RECORD_TYPE, SSL_R_UNEXPECTED_MESSAGE, SSL_R_UNEXPECTED_RECORD,
            SSL_R_LENGTH_TOO_SHORT, SSL_R_LENGTH_TOO_LONG, SSL_R_PACKET_LENGTH_TOO_LONG,
            SSL_R_ENCRYPTED_LENGTH_TOO_LONG:
            .notTLS
        case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_VERSION_TOO_LOW, SSL_R_NO_PROTOCOLS_AVAILABLE,
            SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
            .version
        // The only callback of ours that may fail is the one that wants the peer to offer a protocol.
        case SSL_R_NO_APPLICATION_PROTOCOL, SSL_R_CALLBACK_FAILED: .alpn
        case SSL_R_UNEXPECTED_EOF_WHILE_READING: .peerClosed
        // OpenSSL numbers a received alert 1000 and the alert's own number.
        case 1_000...1_255: .refusedByPeer
        default: .other
        }
    }
}
