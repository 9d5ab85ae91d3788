// The bytes of a file that a person sent: which encoding, which kind of file, and in which words to say that it
// is another than expected.

/// A file of an import as UTF-8 without its byte order mark.
struct SheetText {
    /// The file as it was named.
    let file: String
    /// Valid UTF-8 without NUL.
    let bytes: ArraySlice<UInt8>

    /// 200,000 units take about 40 MB.
    static let bytesMax = 64 << 20

    /// - Throws: ``CellError`` with the line, where there is one, in its text.
    init(file: String, _ bytes: [UInt8]) throws(CellError) {
        let csv = "in Excel choose Save as, CSV UTF-8"
        guard bytes.count <= Self.bytesMax else {
            throw CellError("has \(bytes.count) bytes; allowed: at most \(Self.bytesMax)", hint: "split it")
        }
        if bytes.starts(with: [0x50, 0x4B, 3, 4]) || bytes.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) {
            throw CellError("is a workbook, not text", hint: csv)
        }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            throw CellError("is UTF-16 (Unicode text), not UTF-8", hint: csv)
        }
        if let bad = Self.firstInvalid(bytes) {
            let line = bytes[..<bad].count { $0 == 0x0A } + 1
            throw CellError("is not UTF-8 in line \(line); it may be Windows-1251", hint: csv)
        }
        if let zero = bytes.firstIndex(of: 0) {
            throw CellError("has a NUL byte in line \(bytes[..<zero].count { $0 == 0x0A } + 1)", hint: csv)
        }
        self.file = file
        self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
    }

    /// Where the first byte stands that no UTF-8 has; nil when it is all valid.
    private static func firstInvalid(_ bytes: [UInt8]) -> Int? {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var offset = 0
        while true {
            switch decoder.decode(&iterator) {
            case .scalarValue(let scalar): offset += UTF8.width(scalar)
            case .emptyInput: return nil
            case .error: return min(offset, bytes.count - 1)
            }
        }
    }
}

extension StringProtocol {
    /// Without blanks at both ends, also those that web pages and word processors put there.
    var withoutBlanks: String {
        let blanks: Set<Unicode.Scalar> = [" ", "\t", "\u{A0}", "\u{200B}", "\u{FEFF}", "\u{202F}", "\u{2060}"]
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { !blanks.contains($0) }),
            let last = scalars.lastIndex(where: { !blanks.contains($0) })
        else { return "" }
        return String(String.UnicodeScalarView(scalars[first...last]))
    }
}
