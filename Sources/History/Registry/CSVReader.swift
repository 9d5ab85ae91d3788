// A strict reader of CSV (RFC 4180) that knows the place of every cell. It takes a comma, a semicolon (what Excel
// writes where a comma stands in numbers) or a tab between cells, and any of the three line ends.

/// One cell.
struct CSVCell {
    /// Quotes resolved, nothing trimmed.
    let text: String
    /// The line of the file in which it begins, from 1.
    let line: Int
    /// Its first character in that line, from 1, in Unicode scalars.
    let column: Int
}

/// One row of the sheet.
struct CSVRow {
    /// From 1, as the spreadsheet counts.
    let number: Int
    /// As many as the row has, which may differ from the header.
    let cells: [CSVCell]

    /// Whether there is nothing in it: what a spreadsheet leaves below its data.
    var isBlank: Bool { cells.allSatisfy { $0.text.withoutBlanks.isEmpty } }
}

/// One pass over the bytes.
struct CSVReader {
    /// A table has at most some thirty.
    static let cellsMax = 256

    private let bytes: ArraySlice<UInt8>
    private let file: String
    private var offset: Int
    private var line = 1
    private var column = 1
    private var delimiter = UInt8(ascii: ",")

    /// Reads every row; what is not CSV goes to `problems`, and reading goes on where that can be done.
    static func read(_ sheet: SheetText, problems: inout RegistryProblems) -> [CSVRow] {
        var reader = CSVReader(bytes: sheet.bytes, file: sheet.file)
        reader.findDelimiter()
        var rows: [CSVRow] = []
        while reader.offset < reader.bytes.endIndex {
            guard let cells = reader.row(number: rows.count + 1, &problems) else { break }
            rows.append(CSVRow(number: rows.count + 1, cells: cells))
        }
        return rows
    }

    private init(bytes: ArraySlice<UInt8>, file: String) {
        self.bytes = bytes
        self.file = file
        offset = bytes.startIndex
    }

    /// Takes `sep=;`, which Excel reads and hides, or else what the first row has most of outside quotes.
    private mutating func findDelimiter() {
        let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
        let first = bytes.prefix { $0 != 0x0A && $0 != 0x0D }
        if first.count == 5, first.starts(with: "sep=".utf8), let last = first.last, candidates.contains(last) {
            delimiter = last
            offset = first.endIndex
            newLine()
            return
        }
        var counts = [0, 0, 0]
        var isQuoted = false
        for byte in first {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if !isQuoted, let index = candidates.firstIndex(of: byte) { counts[index] += 1 }
        }
        let most = counts.max() ?? 0
        if most > 0, let index = counts.firstIndex(of: most) { delimiter = candidates[index] }
    }

    /// Steps over one line end, if there is one here.
    private mutating func newLine() {
        guard offset < bytes.endIndex else { return }
        if bytes[offset] == 0x0D {
            offset += 1
            if offset < bytes.endIndex, bytes[offset] == 0x0A { offset += 1 }
        } else if bytes[offset] == 0x0A {
            offset += 1
        } else {
            return
        }
        line += 1
        column = 1
    }

    private mutating func step() {
        let byte = bytes[offset]
        offset += 1
        if byte & 0xC0 != 0x80 { column += 1 }
    }

    /// nil when the rest of the file cannot be told into cells.
    private mutating func row(number: Int, _ problems: inout RegistryProblems) -> [CSVCell]? {
        var cells: [CSVCell] = []
        while true {
            let spot = RegistrySpot(
                file: file, line: line, column: column, row: number, field: cells.count)
            if cells.count == Self.cellsMax {
                problems.add(
                    spot, "the row has more than \(Self.cellsMax) cells; delete the empty ones behind the table")
                return nil
            }
            let cell: CSVCell?
            if offset < bytes.endIndex, bytes[offset] == UInt8(ascii: "\"") {
                cell = quoted(spot, &problems)
            } else {
                cell = plain(spot, &problems)
            }
            guard let cell else { return nil }
            cells.append(cell)
            guard offset < bytes.endIndex, bytes[offset] == delimiter else {
                newLine()
                return cells
            }
            step()
        }
    }

    private func isEnd(_ byte: UInt8) -> Bool { byte == delimiter || byte == 0x0A || byte == 0x0D }

    private mutating func plain(_ spot: RegistrySpot, _ problems: inout RegistryProblems) -> CSVCell {
        let (start, line, column) = (offset, line, column)
        var hasQuote = false
        while offset < bytes.endIndex, !isEnd(bytes[offset]) {
            if bytes[offset] == UInt8(ascii: "\"") { hasQuote = true }
            step()
        }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        if hasQuote {
            problems.add(
                spot, "the cell has a quotation mark inside; put the whole cell in quotes and double it: \"\"")
        }
        return CSVCell(text: text, line: line, column: column)
    }

    private mutating func quoted(_ spot: RegistrySpot, _ problems: inout RegistryProblems) -> CSVCell? {
        let (line, column) = (line, column)
        step()
        var text: [UInt8] = []
        while true {
            guard offset < bytes.endIndex else {
                problems.add(spot, "the quotation mark that opens here is never closed; close or delete it")
                return nil
            }
            let byte = bytes[offset]
            if byte == 0x0A || byte == 0x0D {
                let start = offset
                newLine()
                text += bytes[start..<offset]
                continue
            }
            step()
            guard byte == UInt8(ascii: "\"") else {
                text.append(byte)
                continue
            }
            guard offset < bytes.endIndex, bytes[offset] == UInt8(ascii: "\"") else { break }
            text.append(byte)
            step()
        }
        if offset < bytes.endIndex, !isEnd(bytes[offset]) {
            problems.add(
                spot,
                "something stands behind the closing quotation mark; double a quotation mark inside a cell: \"\"")
            while offset < bytes.endIndex, !isEnd(bytes[offset]) { step() }
        }
        return CSVCell(text: String(decoding: text, as: UTF8.self), line: line, column: column)
    }
}
