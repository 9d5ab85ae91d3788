// What every message body can do; the two message enums are built on it.

/// A message's fields as they stand behind the header.
protocol FrameBody {
    /// Reads the fields.
    ///
    /// - Throws: ``FrameError`` with the place of the first field that cannot be taken.
    init(from reader: inout FrameReader) throws(FrameError)
    /// Writes the fields.
    func encode(to writer: inout FrameWriter)
}

extension FrameBody {
    /// Reads the body of `frame`.
    init(_ frame: Frame) throws(FrameError) {
        var reader = FrameReader(frame.body)
        try self.init(from: &reader)
    }

    /// Writes header and fields.
    ///
    /// - Returns: bytes of the whole frame; nil when it did not fit or a value may not be sent.
    func encode(_ type: MessageType, into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        var writer = FrameWriter(buffer)
        encode(to: &writer)
        return writer.finish(type)
    }
}
