// Fixed-width integers in raw memory, least significant byte first. The caller has checked the bounds.

extension UnsafeMutableRawBufferPointer {
    @inline(__always)
    func store<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value, at offset: Int) {
        storeBytes(of: value.littleEndian, toByteOffset: offset, as: Value.self)
    }
}

extension UnsafeRawBufferPointer {
    @inline(__always)
    func load<Value: FixedWidthInteger & BitwiseCopyable>(_ type: Value.Type, at offset: Int) -> Value {
        Value(littleEndian: loadUnaligned(fromByteOffset: offset, as: Value.self))
    }

    /// Whether every byte of the range is zero.
    func isZero(from start: Int, to end: Int) -> Bool {
        var offset = start
        while offset + 8 <= end {
            if loadUnaligned(fromByteOffset: offset, as: UInt64.self) != 0 { return false }
            offset += 8
        }
        while offset < end {
            if self[offset] != 0 { return false }
            offset += 1
        }
        return true
    }

    /// The offset behind the last byte that is not zero, `start` when there is none from there on.
    func endOfContent(from start: Int) -> Int {
        var end = count
        while end - 8 >= start, loadUnaligned(fromByteOffset: end - 8, as: UInt64.self) == 0 { end -= 8 }
        while end > start, self[end - 1] == 0 { end -= 1 }
        return Swift.max(start, end)
    }
}
