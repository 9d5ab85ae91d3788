// Little-endian bytes in memory that somebody else owns: ring slots, journal batches, feed records.

/// Writes little-endian values one after another into borrowed memory.
///
/// Never writes past the end: a value that does not fit sets ``overflowed`` and is left out, and the
/// caller looks once when it is done. Allocates nothing.
public struct ByteWriter {
    private let buffer: UnsafeMutableRawBufferPointer
    /// Bytes written so far.
    public private(set) var count = 0
    /// Whether something did not fit.
    public private(set) var overflowed = false

    /// - Parameter buffer: borrowed; must outlive the writer.
    public init(_ buffer: UnsafeMutableRawBufferPointer) { self.buffer = buffer }

    @inline(__always)
    public mutating func write<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
        guard reserve(MemoryLayout<Value>.size) else { return }
        buffer.storeBytes(of: value.littleEndian, toByteOffset: count, as: Value.self)
        count += MemoryLayout<Value>.size
    }

    public mutating func write<Tag>(_ id: ShortID<Tag>) {
        write(id.high)
        write(id.low)
    }

    /// Writes a zero for nil; valid because no identifier is empty.
    public mutating func write<Tag>(optional id: ShortID<Tag>?) {
        write(id?.high ?? 0)
        write(id?.low ?? 0)
    }

    /// Writes the text's UTF-8 behind its length in two bytes; longer than `bytesMax` is cut at a character.
    public mutating func write(_ text: String, bytesMax: Int) {
        precondition(bytesMax <= Int(UInt16.max))
        var kept = text[...]
        while kept.utf8.count > bytesMax { kept.removeLast() }
        let length = kept.utf8.count
        guard reserve(2 + length) else { return }
        write(UInt16(length))
        for byte in kept.utf8 {
            buffer[count] = byte
            count += 1
        }
    }

    private mutating func reserve(_ bytes: Int) -> Bool {
        guard !overflowed, bytes <= buffer.count - count else {
            overflowed = true
            return false
        }
        return true
    }
}
