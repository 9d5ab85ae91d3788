// Whether the unit behind a finished handshake may come in: what TLS does not look at, and, for a resumed session, what it
// looked at long ago.

internal import AlertModel
internal import LinuxIO

extension HandshakeAgent {
    /// Judges the peer's certificate by the trust in force. Some 3 µs, whatever the size of the lists.
    ///
    /// - Parameter unit: for the report.
    /// - Throws: ``HandshakeFailure`` with the reason.
    func judge(
        _ handshake: UnsafeMutablePointer<Handshake>, _ unit: UnitID, now: Instant
    ) throws(HandshakeFailure) -> PeerCertificate {
        let path = try handshake.pointee.tls.trustPath(trust.trust.authorities)
        guard let number = trust.number(of: path.above) else {
            throw HandshakeFailure(.untrusted, detail: "units' certificates come from too many authorities")
        }
        let certificate = PeerCertificate(
            key: path.leaf, endsAtS: handshake.pointee.tls.peerCertificateEndsAtS, path: number)
        if let distrust = trust.judgeNewcomer(certificate, nowS: now.wall.wholeSeconds) {
            throw HandshakeFailure(distrust.kind, detail: "unit \(unit): \(distrust.text)")
        }
        return certificate
    }
}
