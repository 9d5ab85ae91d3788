// Many units lost for one reason, told once.

/// What the lost units of an outage share. Raw values are permanent.
public enum OutageScope: UInt8, CaseIterable, Hashable, Sendable {
    case carrier = 1
    case road = 2
    /// A region is what one centre answers for.
    case region = 3
    /// The gateway's own connection.
    case gateway = 4
}

/// What an outage's alert says of its units.
public struct OutageSummary: Hashable, Sendable {
    public let scope: OutageScope
    /// The carrier, the road or the centre, as its identifier reads; empty for the gateway.
    public let name: String
    /// Units that are lost now.
    public var lost: UInt32
    /// The most that were lost at once.
    public var peak: UInt32

    public init(scope: OutageScope, name: String, lost: UInt32, peak: UInt32) {
        self.scope = scope
        self.name = name
        self.lost = lost
        self.peak = peak
    }
}

extension OutageSummary {
    func encode(to writer: inout ByteWriter) {
        writer.write(scope.rawValue)
        writer.write(name, bytesMax: ShortID<UnitTag>.bytesMax)
        writer.write(lost)
        writer.write(peak)
    }
    init(from reader: inout ByteReader) throws(DecodeError) {
        self.init(
            scope: try reader.read(OutageScope.self), name: try reader.readText(), lost: try reader.read(),
            peak: try reader.read())
    }
}
