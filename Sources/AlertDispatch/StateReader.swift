// The reading half of StateWriter. The bytes come from a disk and are hostile until read: nothing here traps,
// reads past the end, or takes memory for a count that the bytes cannot hold.

import AlertModel

/// Why bytes are not a dispatcher's state.
public struct StateDecodingError: Error, Hashable, Sendable {
    /// What is wrong.
    public enum Reason: Hashable, Sendable {
        /// The bytes end inside a value.
        case truncated
        /// A value is outside its list or range, or not in its order.
        case badValue
        /// Bytes follow where the state ends.
        case trailingBytes
        /// A later version wrote it: start that version, or replay the journal.
        case newerVersion(UInt64)
        /// Every value reads, but they contradict each other.
        case inconsistent(String)
    }
    public let reason: Reason
    /// Where, in bytes from the start.
    public let offset: Int

    init(_ reason: Reason, offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}

/// Reads what ``StateWriter`` wrote; every read is checked.
struct StateReader {
    private let bytes: UnsafeRawBufferPointer
    private(set) var offset = 0

    /// - Parameter bytes: borrowed; must outlive the reader.
    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var remaining: Int { bytes.count - offset }

    func error(_ reason: StateDecodingError.Reason) -> StateDecodingError {
        StateDecodingError(reason, offset: offset)
    }

    @inline(__always)
    mutating func byte() throws(StateDecodingError) -> UInt8 {
        guard offset < bytes.count else { throw error(.truncated) }
        defer { offset += 1 }
        return bytes[offset]
    }

    mutating func number() throws(StateDecodingError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            // The tenth byte has room for one bit.
            guard shift < 63 || next <= 1 else { throw error(.badValue) }
            value |= UInt64(next & 0x7F) << shift
            if next & 0x80 == 0 { return value }
            shift += 7
        }
    }

    mutating func number<Value: FixedWidthInteger>(
        _ type: Value.Type
    ) throws(StateDecodingError) -> Value {
        guard let value = Value(exactly: try number()) else { throw error(.badValue) }
        return value
    }

    /// How many entries follow, each of at least `bytesMin` bytes.
    mutating func count(bytesMin: Int) throws(StateDecodingError) -> Int {
        let count = try number()
        guard count <= UInt64(remaining / bytesMin) else { throw error(.truncated) }
        return Int(count)
    }

    mutating func signed() throws(StateDecodingError) -> Int64 {
        let raw = try number()
        return Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1)
    }

    mutating func time() throws(StateDecodingError) -> WallTime { WallTime(nanoseconds: try signed()) }

    mutating func flag() throws(StateDecodingError) -> Bool {
        let value = try byte()
        guard value <= 1 else { throw error(.badValue) }
        return value == 1
    }

    mutating func optionalTime() throws(StateDecodingError) -> WallTime? {
        try flag() ? try time() : nil
    }

    mutating func id<Tag>(_ type: ShortID<Tag>.Type = ShortID<Tag>.self) throws(StateDecodingError)
        -> ShortID<Tag>
    {
        guard let id = try optionalID(type) else { throw error(.badValue) }
        return id
    }

    mutating func optionalID<Tag>(
        _ type: ShortID<Tag>.Type = ShortID<Tag>.self
    ) throws(StateDecodingError) -> ShortID<Tag>? {
        guard remaining >= 16 else { throw error(.truncated) }
        let high = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        let low = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self))
        if high == 0 && low == 0 {
            offset += 16
            return nil
        }
        guard let id = ShortID<Tag>(high: high, low: low) else { throw error(.badValue) }
        offset += 16
        return id
    }

    mutating func text() throws(StateDecodingError) -> String {
        let length = try count(bytesMin: 1)
        let units = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length])
        guard let text = String(validating: units, as: UTF8.self) else { throw error(.badValue) }
        offset += length
        return text
    }

    mutating func optionalPoint() throws(StateDecodingError) -> GeoPoint? {
        guard try flag() else { return nil }
        let latitude = Int32(exactly: try signed())
        let longitude = Int32(exactly: try signed())
        guard let latitude, let longitude, let point = GeoPoint(latitudeE7: latitude, longitudeE7: longitude)
        else { throw error(.badValue) }
        return point
    }

    mutating func key() throws(StateDecodingError) -> PressKey {
        PressKey(boot: try number(UInt32.self), counter: try number(UInt32.self))
    }

    /// A value of a closed list.
    mutating func listed<Value: RawRepresentable>(
        _ type: Value.Type = Value.self
    ) throws(StateDecodingError) -> Value where Value.RawValue == UInt8 {
        guard let value = Value(rawValue: try byte()) else { throw error(.badValue) }
        return value
    }

    /// A value of a closed list whose numbers start at 1; zero means nil.
    mutating func optionalListed<Value: RawRepresentable>(
        _ type: Value.Type = Value.self
    ) throws(StateDecodingError) -> Value? where Value.RawValue == UInt8 {
        let raw = try byte()
        if raw == 0 { return nil }
        guard let value = Value(rawValue: raw) else { throw error(.badValue) }
        return value
    }
}
