// Values as text: JSON in a fixed order, RFC 3339 times, sizes, and lines written in large pieces.

import AlertModel
import Foundation

/// A JSON value whose members keep their order.
enum JSONValue {
    case text(String)
    case number(String)
    case flag(Bool)
    case list([JSONValue])
    case members([Member])
    case null

    /// A member of an object.
    struct Member {
        let name: String
        let value: JSONValue
    }

    /// An object.
    static func object(_ members: [(String, JSONValue)]) -> JSONValue {
        .members(members.map { Member(name: $0.0, value: $0.1) })
    }

    /// An integer.
    static func integer(_ value: some BinaryInteger) -> JSONValue { .number(String(value)) }
    /// A sequence, or null.
    static func sequence(_ value: JournalSequence?) -> JSONValue { value.map { .integer($0.value) } ?? .null }

    /// One line of JSON.
    var json: String {
        switch self {
        case .text(let text): Self.quoted(text)
        case .number(let digits): digits
        case .flag(let isTrue): isTrue ? "true" : "false"
        case .list(let values): "[" + values.map(\.json).joined(separator: ",") + "]"
        case .members(let members):
            "{" + members.map { Self.quoted($0.name) + ":" + $0.value.json }.joined(separator: ",") + "}"
        case .null: "null"
        }
    }

    /// For people: an ASCII text without blanks bare, anything else as JSON.
    var words: String {
        if case .text(let text) = self, !text.isEmpty, text.utf8.allSatisfy(Self.isBare) { return text }
        return json
    }

    private static func isBare(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "+")...UInt8(ascii: ":"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func quoted(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }
        if isPlain { return "\"\(text)\"" }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            // Control characters, and those that move a terminal's cursor or turn its direction.
            case _
            where scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format:
                for unit in String(scalar).utf16 { quoted += "\\u" + hexadecimal(UInt64(unit), digits: 4) }
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

/// A number in small hexadecimal digits, at least `digits` of them.
func hexadecimal(_ value: UInt64, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
}

/// Bytes in small hexadecimal digits.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { hexadecimal(UInt64($0), digits: 2) }.joined()
}

extension WallTime {
    /// `2026-11-21T17:25:12.123456789Z`, RFC 3339 with all nine decimals; any 64-bit time fits (years 1677 to 2262).
    var rfc3339: String {
        let second: Int64 = 1_000_000_000
        var seconds = nanoseconds / second
        var fraction = nanoseconds % second
        if fraction < 0 { (seconds, fraction) = (seconds - 1, fraction + second) }
        var days = seconds / 86_400
        var ofDay = seconds % 86_400
        if ofDay < 0 { (days, ofDay) = (days - 1, ofDay + 86_400) }
        // Proleptic Gregorian calendar in eras of 400 years that begin on 1 March; day 0 is 0000-03-01.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T"
            + "\(padded(ofDay / 3600, 2)):\(padded(ofDay / 60 % 60, 2)):\(padded(ofDay % 60, 2)).\(padded(fraction, 9))Z"
    }
}

private func padded(_ value: Int64, _ digits: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
}

/// Bytes for people, such as `64.0 MiB`.
func readableSize(_ bytes: Int) -> String {
    var value = Double(bytes)
    for unit in ["B", "KiB", "MiB", "GiB"] {
        if value < 1024 { return unit == "B" ? "\(bytes) B" : "\(decimal(value, 1)) \(unit)" }
        value /= 1024
    }
    return "\(decimal(value, 1)) TiB"
}

/// A number with a fixed count of decimals.
func decimal(_ value: Double, _ decimals: Int) -> String { String(format: "%.\(decimals)f", value) }

/// Standard output in pieces of 64 KiB: a journal has millions of lines.
struct LineOutput: ~Copyable {
    private var buffer = Data()

    /// Adds a line.
    mutating func line(_ text: String) {
        buffer.append(contentsOf: text.utf8)
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count >= 64 << 10 { flush() }
    }

    /// Writes what is left.
    mutating func flush() {
        // A reader that went away ends the process by a signal, as `head` expects it.
        try? FileHandle.standardOutput.write(contentsOf: buffer)
        buffer.removeAll(keepingCapacity: true)
    }

    deinit { try? FileHandle.standardOutput.write(contentsOf: buffer) }
}
