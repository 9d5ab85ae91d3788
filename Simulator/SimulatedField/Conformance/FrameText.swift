// A frame in words for a report: its message's name, then each field's bytes in hex.

import UnitProtocol

extension RawFrame: CustomStringConvertible {
    /// Such as `stageConfirm alert=0000000000001267 stage=01`; bytes behind the known fields stand as `rest`.
    public var description: String {
        let name = MessageType(rawValue: type).map { "\($0)" } ?? "type \(Hex.text([type]))"
        var words = [flags == 0 ? name : "\(name) flags \(Hex.text([flags]))"]
        var rest = body[...]
        for (field, count) in Self.fields[type] ?? [] {
            words.append("\(field)=\(rest.isEmpty ? "missing" : Hex.text(rest.prefix(count)))")
            rest = rest.dropFirst(count)
        }
        // Long texts help nobody; a press in its longest form fits.
        if !rest.isEmpty { words.append("rest=\(Hex.text(rest.prefix(64)))\(rest.count > 64 ? "…" : "")") }
        return words.joined(separator: " ")
    }

    /// Names and widths of each message's fixed fields, section 7 of the document.
    private static let fields: [UInt8: [(String, Int)]] = [
        0x01: [
            ("major", 1), ("minor", 1), ("flags", 1), ("path", 1), ("boot", 4), ("firmware", 4),
            ("capabilities", 4),
            ("clock", 8),
        ],
        0x02: [
            ("minor", 1), ("0", 1), ("heartbeat", 2), ("reporting", 2), ("0", 2), ("granted", 4), ("clock", 8),
        ],
        0x03: [("power", 1), ("battery", 1), ("signal", 1), ("temperature", 1), ("flags", 1)],
        0x05: [("reason", 1)],
        0x06: [("port", 2), ("retry after", 2)],
        0x10: [
            ("boot", 4), ("counter", 4), ("time", 8), ("category", 1), ("flags", 1), ("age", 2), ("latitude", 4),
            ("longitude", 4), ("accuracy", 4),
        ],
        0x11: [("boot", 4), ("counter", 4), ("press", 4), ("time", 8)],
        0x12: [("boot", 4), ("counter", 4), ("time", 8), ("detail", 4), ("fault", 1)],
        0x13: [("boot", 4), ("counter", 4), ("time", 8), ("detail", 4), ("fault", 1)],
        0x14: [("alert", 8), ("boot", 4), ("counter", 4), ("time", 8), ("stage", 1)],
        0x15: [("alert", 8), ("stage", 1)],
        0x20: [("boot", 4), ("counter", 4)],
        0x21: [("clock", 8)],
        0x22: [("code", 2), ("type", 1), ("offset", 2)],
        0x33: [("session", 4), ("reason", 1)],
        0x40: [("command", 8), ("valid for", 2), ("kind", 1), ("0", 1)],
        0x41: [("command", 8), ("value", 4), ("status", 1)],
    ]
}

/// Bytes as people compare them.
public enum Hex {
    private static let digits = Array("0123456789abcdef")

    /// Two lower-case digits a byte, nothing between.
    public static func text(_ bytes: some Sequence<UInt8>) -> String {
        String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
