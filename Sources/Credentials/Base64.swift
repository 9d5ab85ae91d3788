// Base64 without padding (RFC 4648 sections 4 and 5): tokens in cookies, salts and hashes in text.

/// Encodes and decodes bytes as text without `=`.
enum Base64 {
    /// The last two characters differ.
    enum Alphabet {
        /// `+` and `/`.
        case standard
        /// `-` and `_`: safe in cookies, paths and queries.
        case url
    }

    /// Four characters for every three bytes begun.
    static func encode(_ bytes: some Sequence<UInt8>, alphabet: Alphabet) -> String {
        var text: [UInt8] = []
        var bits: UInt32 = 0
        var bitCount: UInt32 = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            bitCount += 8
            while bitCount >= 6 {
                bitCount -= 6
                text.append(character(UInt8(bits >> bitCount & 63), alphabet))
            }
            bits &= (1 << bitCount) - 1
        }
        if bitCount > 0 { text.append(character(UInt8(bits << (6 - bitCount) & 63), alphabet)) }
        return String(decoding: text, as: UTF8.self)
    }

    /// nil when a character is foreign, or when the last one carries bits that no byte owns: every value has
    /// exactly one text.
    static func decode(_ text: some StringProtocol, alphabet: Alphabet) -> [UInt8]? {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var bitCount: UInt32 = 0
        for character in text.utf8 {
            guard let six = value(character, alphabet) else { return nil }
            bits = bits << 6 | UInt32(six)
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(bits >> bitCount & 255))
            }
            bits &= (1 << bitCount) - 1
        }
        return bitCount < 6 && bits == 0 ? bytes : nil
    }

    private static func character(_ six: UInt8, _ alphabet: Alphabet) -> UInt8 {
        switch six {
        case 0..<26: UInt8(ascii: "A") + six
        case 26..<52: UInt8(ascii: "a") + six - 26
        case 52..<62: UInt8(ascii: "0") + six - 52
        case 62: alphabet == .url ? UInt8(ascii: "-") : UInt8(ascii: "+")
        default: alphabet == .url ? UInt8(ascii: "_") : UInt8(ascii: "/")
        }
    }

    private static func value(_ character: UInt8, _ alphabet: Alphabet) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "-") where alphabet == .url: 62
        case UInt8(ascii: "_") where alphabet == .url: 63
        case UInt8(ascii: "+") where alphabet == .standard: 62
        case UInt8(ascii: "/") where alphabet == .standard: 63
        default: nil
        }
    }
}
