// Big-endian values into memory that somebody else owns, then the header in front of them.

internal import AlertModel

/// Writes one frame.
///
/// Never writes past the end. A value that does not fit, or that a peer would refuse, makes the whole frame
/// invalid, and ``finish(_:)`` says so: what leaves is always decodable.
struct FrameWriter {
    private let buffer: UnsafeMutableRawBufferPointer
    private var count = FrameHeader.bytes
    private var isValid: Bool

    /// - Parameter buffer: borrowed; must outlive the writer.
    init(_ buffer: UnsafeMutableRawBufferPointer) {
        self.buffer = buffer
        isValid = buffer.count >= FrameHeader.bytes
    }

    /// Writes a number.
    mutating func write<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
        guard reserve(MemoryLayout<Value>.size) else { return }
        buffer.storeBytes(of: value.bigEndian, toByteOffset: count, as: Value.self)
        count += MemoryLayout<Value>.size
    }

    /// Writes milliseconds since 1970.
    mutating func write(_ time: WallTime) { write(time.milliseconds) }

    /// Writes a length of one byte and the identifier's ASCII.
    mutating func write(_ unit: UnitID) {
        write(UInt8(truncatingIfNeeded: unit.length))
        for offset in 0..<unit.length { write(unit.byte(at: offset)) }
    }

    /// Writes a text behind its length; one outside its field's bounds makes the frame invalid.
    mutating func write(_ text: String, _ field: TextField) {
        var text = text
        text.withUTF8 { utf8 in
            let bytes = UnsafeRawBufferPointer(utf8)
            require(field.bytes.contains(bytes.count) && field.allows(bytes))
            guard isValid else { return }
            if field.hasWideLength {
                write(UInt16(truncatingIfNeeded: bytes.count))
            } else {
                write(UInt8(truncatingIfNeeded: bytes.count))
            }
            guard reserve(bytes.count) else { return }
            UnsafeMutableRawBufferPointer(rebasing: buffer[count...]).copyMemory(from: bytes)
            count += bytes.count
        }
    }

    /// Makes the frame invalid when a condition on its values does not hold.
    mutating func require(_ condition: Bool) { isValid = isValid && condition }

    /// Puts the header in front.
    ///
    /// - Returns: bytes of the whole frame; nil when it did not fit or a value may not be sent.
    func finish(_ type: MessageType) -> Int? {
        guard isValid, count <= Limits.frameBytesMax else { return nil }
        let bodyBytes = UInt16(truncatingIfNeeded: count - FrameHeader.bytes)
        buffer.storeBytes(of: bodyBytes.bigEndian, toByteOffset: 0, as: UInt16.self)
        buffer[2] = type.rawValue
        buffer[3] = 0
        return count
    }

    private mutating func reserve(_ bytes: Int) -> Bool {
        require(bytes <= buffer.count - count)
        return isValid
    }
}
