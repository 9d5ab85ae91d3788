// The reading half of ByteWriter. Bytes come from disk or a ring and are hostile until read.

/// Why bytes are not what they should be.
public struct DecodeError: Error, Hashable, Sendable {
    public enum Reason: Hashable, Sendable {
        /// The bytes end inside a value.
        case truncated
        /// A value is outside its list or range.
        case badValue
        /// The kind is not known.
        case unknownKind(UInt8)
    }
    public let reason: Reason
    /// Where, in bytes from the start.
    public let offset: Int
    public init(_ reason: Reason, offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}

/// Reads what ``ByteWriter`` wrote; every read is checked.
public struct ByteReader {
    private let bytes: UnsafeRawBufferPointer
    /// Bytes read so far.
    public private(set) var offset = 0

    /// - Parameter bytes: borrowed; must outlive the reader.
    public init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Bytes left.
    public var remaining: Int { bytes.count - offset }

    @inline(__always)
    public mutating func read<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Value.Type = Value.self
    ) throws(DecodeError) -> Value {
        guard remaining >= MemoryLayout<Value>.size else { throw DecodeError(.truncated, offset: offset) }
        let value = bytes.loadUnaligned(fromByteOffset: offset, as: Value.self)
        offset += MemoryLayout<Value>.size
        return Value(littleEndian: value)
    }

    public mutating func read<Tag>(_ type: ShortID<Tag>.Type = ShortID<Tag>.self) throws(DecodeError) -> ShortID<
        Tag
    > {
        guard let id = try readOptional(type) else { throw DecodeError(.badValue, offset: offset - 16) }
        return id
    }

    public mutating func readOptional<Tag>(
        _ type: ShortID<Tag>.Type = ShortID<Tag>.self
    ) throws(DecodeError) -> ShortID<Tag>? {
        let start = offset
        let high = try read(UInt64.self)
        let low = try read(UInt64.self)
        if high == 0 && low == 0 { return nil }
        guard let id = ShortID<Tag>(high: high, low: low) else { throw DecodeError(.badValue, offset: start) }
        return id
    }

    public mutating func read<Value: RawRepresentable>(
        _ type: Value.Type = Value.self
    ) throws(DecodeError) -> Value where Value.RawValue == UInt8 {
        let raw = try read(UInt8.self)
        guard let value = Value(rawValue: raw) else { throw DecodeError(.badValue, offset: offset - 1) }
        return value
    }

    public mutating func readText() throws(DecodeError) -> String {
        let start = offset
        let length = Int(try read(UInt16.self))
        guard remaining >= length else { throw DecodeError(.truncated, offset: offset) }
        let units = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length])
        offset += length
        guard let text = String(validating: units, as: UTF8.self) else {
            throw DecodeError(.badValue, offset: start)
        }
        return text
    }
}
