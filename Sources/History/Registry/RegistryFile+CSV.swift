// A sheet's header and rows as rows of a table.

extension RegistryFile {
    /// Reads the header, then every row under it.
    mutating func readCSV(_ sheet: SheetText) {
        if let first = sheet.bytes.first(where: { $0 > 0x20 }), first == UInt8(ascii: "{") {
            refuse("is JSON, not CSV; say --format geojson")
            return
        }
        let sheetRows = CSVReader.read(sheet, problems: &problems)
        guard let header = sheetRows.first(where: { !$0.isBlank }) else {
            if problems.isEmpty { refuse("is empty; the first row names the columns: \(columnList)") }
            return
        }
        guard let headings = readHeader(header) else { return }
        for row in sheetRows where row.number > header.number && !row.isBlank { readRow(row, headings) }
        if rows.count > table.rowsMax {
            refuse("has \(rows.count) rows; allowed: at most \(table.rowsMax) in the table \(table.rawValue)")
        }
    }

    private var columnList: String {
        (table.columns + table.placeTexts).map(\.name).joined(separator: ", ")
    }

    private func spot(_ cell: CSVCell, row: Int, field: Int) -> RegistrySpot {
        RegistrySpot(file: name, line: cell.line, column: cell.column, row: row, field: field)
    }

    /// What a column of the sheet is.
    private enum Heading: Hashable {
        case target(Target)
        /// Its name begins with `#` or `№`, or is refused already.
        case passedOver
        /// Only blank cells may stand under it.
        case unnamed
    }

    /// nil when there is no `id`.
    private mutating func readHeader(_ header: CSVRow) -> [Heading]? {
        var headings: [Heading] = []
        for (field, cell) in header.cells.enumerated() {
            let name = cell.text.withoutBlanks.lowercased().replacing(" ", with: "_")
            let spot = spot(cell, row: header.number, field: field)
            if name.isEmpty {
                headings.append(.unnamed)
            } else if name.hasPrefix("#") || name.hasPrefix("№") {
                headings.append(.passedOver)
            } else if let target = target(name) {
                if headings.contains(.target(target)) {
                    problems.add(spot, column: name, "stands twice in the header; keep one")
                    headings.append(.passedOver)
                } else {
                    headings.append(.target(target))
                }
            } else {
                problems.add(spot, column: cell.text.withoutBlanks.escaped, unknownColumn(name))
                headings.append(.passedOver)
            }
        }
        guard headings.contains(.target(.column(0))) else {
            problems.add(
                spot(header.cells[0], row: header.number, field: 0),
                "the first row has no column id; it names the columns: \(columnList)")
            return nil
        }
        return headings
    }

    /// Says which columns there are, and how to keep one of one's own.
    func unknownColumn(_ name: String) -> String {
        let known = (table.columns + table.placeTexts).map(\.name)
        let meant = Spelling.nearest(to: name, among: known)
        return "is no column of \(table.rawValue)"
            + (meant.map { "; did you mean \($0)?" } ?? "; allowed: \(columnList)")
            + " (a name that begins with # or № is passed over)"
    }

    private mutating func readRow(_ row: CSVRow, _ headings: [Heading]) {
        let rowSpot = spot(row.cells[0], row: row.number, field: 0)
        guard row.cells.count == headings.count else {
            let extra = row.cells.dropFirst(headings.count)
            guard row.cells.count > headings.count, extra.allSatisfy({ $0.text.withoutBlanks.isEmpty }) else {
                problems.add(
                    rowSpot,
                    "the row has \(row.cells.count) cells and the header \(headings.count); every row has as many as "
                        + "the header (is a text with the delimiter in it without quotes?)")
                return
            }
            return take(row, headings, rowSpot)
        }
        take(row, headings, rowSpot)
    }

    private mutating func take(_ row: CSVRow, _ headings: [Heading], _ rowSpot: RegistrySpot) {
        var cells: [(target: Target, text: String, spot: RegistrySpot)] = []
        for (field, (heading, cell)) in zip(headings, row.cells).enumerated() {
            let spot = spot(cell, row: row.number, field: field)
            switch heading {
            case .target(let target): cells.append((target, cell.text, spot))
            case .unnamed where !cell.text.withoutBlanks.isEmpty:
                problems.add(spot, "stands in a column without a name; name the column or delete it")
            case .unnamed, .passedOver: continue
            }
        }
        add(cells, spot: rowSpot)
    }
}
