// From what a person typed into a cell to the one text that stands for a value, and between that text and the
// database. Kind to a spreadsheet's habits where they are unambiguous, strict where they are not.

internal import AlertModel
internal import GRDB

extension RegistryColumn.Kind {
    /// The canonical text of a cell that is not blank. Two texts mean the same value when this is the same.
    ///
    /// - Throws: ``CellError``.
    func canonical(_ text: String) throws(CellError) -> String {
        if Self.sheetErrors.contains(text) {
            throw CellError("is an error of the spreadsheet", hint: "mend the formula and export again")
        }
        switch self {
        case .id: return try Self.id(text)
        case .reference: return try Self.id(text)
        case .text: return try Self.line(text, bytesMax: RegistryColumn.textBytesMax)
        case .note: return try Self.line(text, bytesMax: RegistryColumn.noteBytesMax)
        case .phone: return try Self.phone(text)
        case .word(let words):
            let word = text.lowercased().replacing(" ", with: "_")
            guard words.contains(word) else { throw CellError("is not known") }
            return word
        case .number(let range): return try Self.number(text, range)
        case .latitude: return Decimals.text(try Decimals.degrees(text, limit: 90), decimals: 7)
        case .longitude: return Decimals.text(try Decimals.degrees(text, limit: 180), decimals: 7)
        case .kilometres:
            let metres = try Decimals.parse(text, decimals: 3, rounds: false)
            guard (0...9_999_999).contains(metres) else { throw CellError("is outside the range") }
            return Decimals.text(metres, decimals: 3)
        case .date: return try CalendarDay.canonical(text)
        case .line: return try Coordinates.canonical(text, isRing: false)
        case .ring: return try Coordinates.canonical(text, isRing: true)
        }
    }

    private static let sheetErrors: Set<String> = [
        "#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#Н/Д", "#ССЫЛКА!", "#ЗНАЧ!", "#ИМЯ?",
        "#ДЕЛ/0!", "#ЧИСЛО!", "#ПУСТО!", "########",
    ]

    private static func id(_ text: String) throws(CellError) -> String {
        do {
            return try ShortID<RegistryTable>(text).description
        } catch {
            switch error {
            case .empty: throw CellError("is empty")
            case .tooLong(let bytes): throw CellError("has \(bytes) bytes")
            case .badByte(let byte, let offset) where byte < 0x80:
                let character = Character(UnicodeScalar(byte)).debugDescription
                throw CellError("has \(character) as its character \(offset + 1)")
            case .badByte(_, let offset):
                let before = String(decoding: text.utf8.prefix(offset), as: UTF8.self)
                let letter = text.unicodeScalars.dropFirst(before.unicodeScalars.count).first ?? "?"
                throw CellError(
                    "has the letter \"\(letter)\" of another alphabet as its character "
                        + "\(before.unicodeScalars.count + 1)",
                    hint: "type it again on the English keyboard: А, В, С, Е, К, М, Н, О, Р, Т, Х look Latin")
            }
        }
    }

    private static func line(_ text: String, bytesMax: Int) throws(CellError) -> String {
        guard text.utf8.count <= bytesMax else { throw CellError("has \(text.utf8.count) bytes") }
        if text.contains(where: \.isNewline) {
            throw CellError("has a line break", hint: "write it in one line")
        }
        let isPrintable = text.unicodeScalars.allSatisfy {
            $0.properties.generalCategory != .control && $0 != "\u{2028}" && $0 != "\u{2029}"
        }
        guard isPrintable else { throw CellError("has control characters") }
        // A spreadsheet that opens an export would compute it.
        if let first = text.utf8.first, [0x3D, 0x2B, 0x2D, 0x40].contains(first) {
            throw CellError("begins like a formula", hint: "begin with a letter or a digit, not with = + - @")
        }
        return text
    }

    private static func phone(_ text: String) throws(CellError) -> String {
        if text.contains("E+") || text.contains("e+") {
            throw CellError(
                "was shortened by the spreadsheet", hint: "format the column as text and type the number again")
        }
        let isPhone = text.utf8.allSatisfy { (0x30...0x39).contains($0) || " +-()".utf8.contains($0) }
        let digits = text.utf8.count { (0x30...0x39).contains($0) }
        guard isPhone, digits >= 2, text.utf8.count <= 32, text.utf8.first != UInt8(ascii: "-") else {
            throw CellError("is not a telephone number")
        }
        return text
    }

    private static func number(_ text: String, _ range: ClosedRange<Int>) throws(CellError) -> String {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text) else {
            throw CellError("is not a whole number")
        }
        guard range.contains(number) else { throw CellError("is outside the range") }
        // The classes of EN 50136-1 are the only numbers with holes between them.
        if range == 20...180, ![20, 90, 180].contains(number) { throw CellError("is not a reporting time") }
        return String(number)
    }
}

extension RegistryColumn {
    /// The database's value of a canonical text.
    func databaseValue(_ text: String?) -> (any DatabaseValueConvertible)? {
        guard let text else { return nil }
        switch kind {
        case .latitude, .longitude: return try? Decimals.parse(text, decimals: 7, rounds: false)
        case .kilometres: return try? Decimals.parse(text, decimals: 3, rounds: false)
        case .number: return Int64(text)
        default: return text
        }
    }

    /// The canonical text of a value of the database; `HistoryError` for one that no import could have made.
    func text(_ row: RowReader) throws(HistoryError) -> String? {
        switch kind {
        case .latitude, .longitude:
            return try row.optionalInteger(stored, Int64.self).map { Decimals.text($0, decimals: 7) }
        case .kilometres: return try row.optionalInteger(stored, Int64.self).map { Decimals.text($0, decimals: 3) }
        case .number: return try row.optionalInteger(stored, Int64.self).map(String.init)
        default: return try row.optionalText(stored)
        }
    }
}
