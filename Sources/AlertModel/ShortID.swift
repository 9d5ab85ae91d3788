// Identifiers that fit two machine words: no heap, no reference counting, ordered and hashable.
// A phantom tag keeps a unit from being passed where a centre is meant.

/// Why a text is not a valid identifier.
public enum ShortIDError: Error, Hashable, Sendable {
    /// The text has no bytes.
    case empty
    /// The text has more than ``ShortID/bytesMax`` bytes.
    case tooLong(bytes: Int)
    /// The byte at `offset` is not a letter, a digit, `-`, `.` or `_`.
    case badByte(UInt8, offset: Int)
}

/// An identifier of 1 to 16 ASCII letters, digits, `-`, `.` and `_`; case matters.
///
/// Stored as 16 bytes padded with zeros, most significant first, so that integer order is text order.
public struct ShortID<Tag>: Hashable, Comparable, Sendable {
    /// 16 bytes hold an IMEI or a road and kilometre mark, and keep a press in one cache line.
    public static var bytesMax: Int { 16 }

    /// Bytes 0 to 7, the first in the most significant place.
    public let high: UInt64
    /// Bytes 8 to 15, the first in the most significant place.
    public let low: UInt64

    /// Parses ASCII bytes.
    ///
    /// - Throws: ``ShortIDError`` with the place of the first offending byte.
    public init(ascii bytes: some Collection<UInt8>) throws(ShortIDError) {
        let count = bytes.count
        guard count > 0 else { throw .empty }
        guard count <= Self.bytesMax else { throw .tooLong(bytes: count) }
        var high: UInt64 = 0
        var low: UInt64 = 0
        var offset = 0
        for byte in bytes {
            guard Self.isAllowed(byte) else { throw .badByte(byte, offset: offset) }
            let shift = UInt64(56 - 8 * (offset & 7))
            if offset < 8 { high |= UInt64(byte) << shift } else { low |= UInt64(byte) << shift }
            offset += 1
        }
        self.high = high
        self.low = low
    }

    /// Parses a text.
    ///
    /// - Throws: ``ShortIDError`` with the place of the first offending byte.
    public init(_ text: some StringProtocol) throws(ShortIDError) {
        try self.init(ascii: text.utf8)
    }

    /// Takes back what ``high`` and ``low`` gave; nil when the words are not a valid identifier.
    public init?(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
        let count = length
        guard count > 0 else { return nil }
        for offset in 0..<Self.bytesMax {
            let byte = byte(at: offset)
            guard offset < count ? Self.isAllowed(byte) : byte == 0 else { return nil }
        }
    }

    /// Number of bytes, 1 to 16.
    public var length: Int {
        low != 0 ? 16 - low.trailingZeroBitCount / 8 : (high != 0 ? 8 - high.trailingZeroBitCount / 8 : 0)
    }

    /// The byte at `offset`, zero behind the end. `offset` is 0 to 15.
    public func byte(at offset: Int) -> UInt8 {
        precondition(offset >= 0 && offset < Self.bytesMax)
        let word = offset < 8 ? high : low
        return UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * (offset & 7)))
    }

    public static func < (left: Self, right: Self) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

extension ShortID: CustomStringConvertible {
    /// The identifier's text.
    public var description: String {
        String(unsafeUninitializedCapacity: Self.bytesMax) { buffer in
            let count = length
            for offset in 0..<count { buffer[offset] = byte(at: offset) }
            return count
        }
    }
}

/// Tag of ``UnitID``.
public enum UnitTag: Sendable {}
/// Tag of ``CentreID``.
public enum CentreTag: Sendable {}
/// Tag of ``OfficerID``.
public enum OfficerTag: Sendable {}

/// A unit, as its certificate's `urn:sos:unit:<id>` names it.
public typealias UnitID = ShortID<UnitTag>
/// A control centre or duty desk.
public typealias CentreID = ShortID<CentreTag>
/// A person who signs in on a console, by sign-in name.
public typealias OfficerID = ShortID<OfficerTag>
