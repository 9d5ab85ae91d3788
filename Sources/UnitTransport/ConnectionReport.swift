// What the transport tells people about single connections, as records of the report lane.

public import AlertModel
public import LinuxIO

/// One remarkable thing about one connection, for the log.
public struct ConnectionReport: Hashable, Sendable {
    /// What happened.
    public enum What: Hashable, Sendable {
        /// The TLS handshake failed.
        case handshakeFailed(HandshakeFailure.Kind)
        /// All places were taken: a slow handshake made room, or the session agent is full.
        case refused
        /// The system gave no connection: out of descriptors or memory. Accepting pauses.
        case acceptFailed
        /// A unit's HELLO was accepted.
        case linkOpened
        /// An established connection ended; for a breach of the protocol the detail says which.
        case linkEnded(LinkEnd)
    }

    public let at: WallTime
    /// The other end; all zero when there is none.
    public let peer: SocketAddress
    /// By the certificate; nil before it was verified.
    public let unit: UnitID?
    public let what: What
    /// For people; at most ``detailBytesMax`` bytes of UTF-8.
    public let detail: String

    /// One log line.
    public static let detailBytesMax = 200
    /// The most bytes ``encode(into:)`` writes.
    public static let bodyBytesMax = 8 + 18 + 16 + 1 + 2 + detailBytesMax

    public init(at: WallTime, peer: SocketAddress, unit: UnitID?, what: What, detail: String) {
        self.at = at
        self.peer = peer
        self.unit = unit
        self.what = what
        self.detail = detail
    }
}

extension ConnectionReport {
    private enum Number: UInt8 {
        case handshakeFailed = 1
        case refused = 2
        case acceptFailed = 3
        case linkOpened = 4
        case linkEnded = 5
    }

    /// The record's number in the report lane.
    public var kind: UInt8 {
        let number: Number =
            switch what {
            case .handshakeFailed: .handshakeFailed
            case .refused: .refused
            case .acceptFailed: .acceptFailed
            case .linkOpened: .linkOpened
            case .linkEnded: .linkEnded
            }
        return number.rawValue
    }

    /// Writes the body.
    ///
    /// ```
    /// 0 at ns 8 | 8 address high 8 | 16 address low 8 | 24 port 2 | 26 unit 16, zero for none
    /// 42 reason of a failure or end 1, else 0 | 43 detail: length 2, UTF-8
    /// ```
    /// - Returns: bytes written; nil when `buffer` is too small.
    public func encode(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        var writer = ByteWriter(buffer)
        writer.write(at.nanoseconds)
        writer.write(peer.high)
        writer.write(peer.low)
        writer.write(peer.port)
        writer.write(optional: unit)
        switch what {
        case .handshakeFailed(let kind): writer.write(kind.rawValue)
        case .linkEnded(let end): writer.write(end.rawValue)
        case .refused, .acceptFailed, .linkOpened: writer.write(UInt8(0))
        }
        writer.write(detail, bytesMax: Self.detailBytesMax)
        return writer.overflowed ? nil : writer.count
    }

    /// Reads a record of the report lane.
    ///
    /// - Throws: ``DecodeError`` with reason and offset.
    public init(kind rawKind: UInt8, body: UnsafeRawBufferPointer) throws(DecodeError) {
        guard let number = Number(rawValue: rawKind) else { throw DecodeError(.unknownKind(rawKind), offset: 0) }
        var reader = ByteReader(body)
        at = WallTime(nanoseconds: try reader.read())
        peer = SocketAddress(high: try reader.read(), low: try reader.read(), port: try reader.read())
        unit = try reader.readOptional(UnitID.self)
        switch number {
        case .handshakeFailed: what = .handshakeFailed(try reader.read(HandshakeFailure.Kind.self))
        case .linkEnded: what = .linkEnded(try reader.read(LinkEnd.self))
        case .refused, .acceptFailed, .linkOpened:
            _ = try reader.read(UInt8.self)
            what =
                switch number {
                case .refused: .refused
                case .acceptFailed: .acceptFailed
                default: .linkOpened
                }
        }
        detail = try reader.readText()
    }
}

extension ConnectionReport: CustomStringConvertible {
    /// One line for the log, without the time.
    public var description: String {
        let who = unit.map { "unit \($0) at \(peer)" } ?? "\(peer)"
        return switch what {
        case .handshakeFailed(let kind): "\(who): handshake failed, \(kind): \(detail)"
        case .refused: "\(who): refused: \(detail)"
        case .acceptFailed: "no connection could be accepted: \(detail)"
        case .linkOpened: "\(who): link opened: \(detail)"
        case .linkEnded(let end): "\(who): link ended, \(end): \(detail)"
        }
    }
}
