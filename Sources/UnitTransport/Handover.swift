// A finished handshake on its way from the handshake agent to a session agent, as a ring record.

internal import AlertModel
internal import LinuxIO

/// What the session agent needs to take a connection over.
///
/// It *owns* the connection while it is in the ring: exactly one reader turns ``raw`` into a connection again.
struct Handover {
    let raw: TLSConnection.Raw
    let peer: SocketAddress
    let unit: UnitID
    let certificate: PeerCertificate

    /// The only kind of record in a handover ring.
    static let kind: UInt8 = 1
    /// Two words of connection, 18 bytes of address, 16 of unit, 22 of its certificate: two slots.
    static let bodyBytes = 72

    func encode(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        var writer = ByteWriter(buffer)
        writer.write(raw.words.0)
        writer.write(raw.words.1)
        writer.write(peer.high)
        writer.write(peer.low)
        writer.write(peer.port)
        writer.write(unit)
        writer.write(certificate.key.high)
        writer.write(certificate.key.low)
        writer.write(certificate.endsAtS)
        writer.write(certificate.path)
        return writer.overflowed ? nil : writer.count
    }

    init(raw: TLSConnection.Raw, peer: SocketAddress, unit: UnitID, certificate: PeerCertificate) {
        self.raw = raw
        self.peer = peer
        self.unit = unit
        self.certificate = certificate
    }

    init(_ body: UnsafeRawBufferPointer) throws(DecodeError) {
        var reader = ByteReader(body)
        raw = TLSConnection.Raw(words: (try reader.read(), try reader.read()))
        peer = SocketAddress(high: try reader.read(), low: try reader.read(), port: try reader.read())
        unit = try reader.read()
        certificate = PeerCertificate(
            key: CertificateKey(high: try reader.read(), low: try reader.read()), endsAtS: try reader.read(),
            path: try reader.read())
    }
}
