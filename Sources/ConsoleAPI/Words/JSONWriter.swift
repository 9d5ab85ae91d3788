// JSON out: keys in the order they are written, every key always present, no reflection, no dates by accident.

import NIOCore

/// Builds one JSON text (RFC 8259) in a buffer.
struct JSONWriter {
    private(set) var buffer = ByteBuffer()
    private var needsComma = false

    /// The buffer that `fill` makes as one object.
    static func object(_ fill: (inout JSONWriter) -> Void) -> ByteBuffer {
        var writer = JSONWriter()
        writer.object(fill)
        return writer.buffer
    }

    /// The buffer that `fill` makes as one array.
    static func array(_ fill: (inout JSONWriter) -> Void) -> ByteBuffer {
        var writer = JSONWriter()
        writer.array(fill)
        return writer.buffer
    }

    /// An object as an element of an array, or as the whole text.
    mutating func object(_ fill: (inout JSONWriter) -> Void) { nest("{", "}", fill) }

    private mutating func array(_ fill: (inout JSONWriter) -> Void) { nest("[", "]", fill) }

    /// An object under a key.
    mutating func object(_ key: String, _ fill: (inout JSONWriter) -> Void) {
        name(key)
        nest("{", "}", fill)
    }

    /// An array under a key.
    mutating func array(_ key: String, _ fill: (inout JSONWriter) -> Void) {
        name(key)
        nest("[", "]", fill)
    }

    /// A text, or null.
    mutating func field(_ key: String, _ text: String?) {
        guard let text else { return null(key) }
        name(key)
        write(text)
    }

    /// A whole number; callers keep it below 2⁵³.
    mutating func field(_ key: String, _ number: some BinaryInteger) { raw(key, String(number)) }

    /// True or false.
    mutating func field(_ key: String, _ flag: Bool) { raw(key, flag ? "true" : "false") }

    /// Null.
    mutating func null(_ key: String) { raw(key, "null") }

    /// A number in exact decimal form: `units` / 10^`digits`.
    mutating func field(_ key: String, decimal units: Int64, digits: Int) {
        let text = String(units.magnitude)
        let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
        let sign = units < 0 ? "-" : ""
        raw(key, "\(sign)\(padded.dropLast(digits)).\(padded.suffix(digits))")
    }

    /// A text as an element of an array.
    mutating func element(_ text: String) {
        separate()
        write(text)
        needsComma = true
    }

    private mutating func raw(_ key: String, _ value: String) {
        name(key)
        buffer.writeString(value)
        needsComma = true
    }

    private mutating func name(_ key: String) {
        separate()
        write(key)
        buffer.writeInteger(UInt8(ascii: ":"))
        needsComma = false
    }

    private mutating func nest(_ open: String, _ close: String, _ fill: (inout JSONWriter) -> Void) {
        separate()
        buffer.writeString(open)
        needsComma = false
        fill(&self)
        buffer.writeString(close)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { buffer.writeInteger(UInt8(ascii: ",")) }
        needsComma = false
    }

    /// A text in quotes; control characters, quotes and backslashes escaped, so that it never breaks a line.
    private mutating func write(_ text: String) {
        buffer.writeInteger(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                buffer.writeInteger(UInt8(ascii: "\\"))
                buffer.writeInteger(byte)
            case 0..<0x20:
                buffer.writeString(byte < 16 ? "\\u000" : "\\u00")
                buffer.writeString(String(byte, radix: 16))
            default: buffer.writeInteger(byte)
            }
        }
        buffer.writeInteger(UInt8(ascii: "\""))
        needsComma = true
    }
}
