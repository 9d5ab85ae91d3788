// Why something was not taken, for a machine and for the person who reads its log.

/// UNABLE, either end.
///
/// ```
///  0        1        2        3        4        5
/// ┌─────────────────┬────────┬─────────────────┬────────┬──────────────────┐
/// │ code            │ type   │ offset          │ length │ text, 0 to 200 B …
/// └─────────────────┴────────┴─────────────────┴────────┴──────────────────┘
/// ```
public struct Unable: Hashable, Sendable {
    /// What kind of refusal.
    public let code: UnableCode
    /// The refused frame's type; 0 when no frame is meant.
    public let refusedType: UInt8
    /// The place in the refused frame, from its first byte; 0 when no place is meant.
    public let refusedOffset: UInt16
    /// English, for logs; at most ``Limits/unableTextBytesMax`` bytes of UTF-8.
    public let text: String

    /// - Parameter text: cut at a character when it is too long.
    public init(_ code: UnableCode, refusedType: UInt8 = 0, refusedOffset: UInt16 = 0, text: String) {
        self.code = code
        self.refusedType = refusedType
        self.refusedOffset = refusedOffset
        var bytes = 0
        let kept = text.unicodeScalars.prefix { scalar in
            bytes += UTF8.width(scalar)
            return bytes <= Limits.unableTextBytesMax
        }
        self.text = String(kept)
    }

    /// The answer to a frame that could not be taken.
    ///
    /// - Parameters:
    ///   - error: why.
    ///   - type: the refused frame's type.
    public init(_ error: FrameError, refusedType type: UInt8) {
        self.init(
            error.unableCode, refusedType: type, refusedOffset: UInt16(clamping: error.offset),
            text: error.description)
    }
}

extension Unable: FrameBody {
    init(from reader: inout FrameReader) throws(FrameError) {
        code = UnableCode(rawValue: try reader.read())
        refusedType = try reader.read()
        refusedOffset = try reader.read()
        text = try reader.readText(.unable)
    }

    func encode(to writer: inout FrameWriter) {
        writer.write(code.rawValue)
        writer.write(refusedType)
        writer.write(refusedOffset)
        writer.write(text, .unable)
    }
}
