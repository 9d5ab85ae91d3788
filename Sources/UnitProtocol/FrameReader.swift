// Big-endian values out of a frame's body. The bytes are hostile: every read is checked.

internal import AlertModel

/// Reads a body field by field; bytes behind the last field asked for are never looked at.
struct FrameReader {
    private let body: UnsafeRawBufferPointer
    private var position = 0

    /// - Parameter body: borrowed; must outlive the reader.
    init(_ body: UnsafeRawBufferPointer) { self.body = body }

    /// The place of the next field, from the frame's first byte.
    var offset: Int { FrameHeader.bytes + position }

    /// Reads a number.
    mutating func read<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Value.Type = Value.self
    ) throws(FrameError) -> Value {
        let bytes = try take(MemoryLayout<Value>.size)
        return Value(bigEndian: bytes.loadUnaligned(as: Value.self))
    }

    /// Reads a value of a closed list.
    mutating func readListed<Value: RawRepresentable>(
        _ type: Value.Type = Value.self
    ) throws(FrameError) -> Value where Value.RawValue == UInt8 {
        let start = offset
        guard let value = Value(rawValue: try read()) else { throw FrameError(.valueOutOfRange, offset: start) }
        return value
    }

    /// Reads milliseconds since 1970; any number is a time.
    mutating func readTime() throws(FrameError) -> WallTime {
        WallTime(clampingMilliseconds: try read())
    }

    /// Reads bytes behind a length of one byte; borrowed from the body.
    mutating func readBytes(max: Int) throws(FrameError) -> UnsafeRawBufferPointer {
        let start = offset
        let count = Int(try read(UInt8.self))
        guard count <= max else { throw FrameError(.badLength(bytes: count), offset: start) }
        return try take(count)
    }

    /// Reads a text. Allocates where it has more than 15 bytes.
    mutating func readText(_ field: TextField) throws(FrameError) -> String {
        let start = offset
        let count = field.hasWideLength ? Int(try read(UInt16.self)) : Int(try read(UInt8.self))
        guard field.bytes.contains(count) else { throw FrameError(.badLength(bytes: count), offset: start) }
        let textStart = offset
        let bytes = try take(count)
        guard field.allows(bytes), let text = String(validating: bytes, as: UTF8.self) else {
            throw FrameError(.badText, offset: textStart)
        }
        return text
    }

    private mutating func take(_ count: Int) throws(FrameError) -> UnsafeRawBufferPointer {
        guard count <= body.count - position else { throw FrameError(.truncated, offset: offset) }
        let start = position
        position += count
        return UnsafeRawBufferPointer(rebasing: body[start..<position])
    }
}
