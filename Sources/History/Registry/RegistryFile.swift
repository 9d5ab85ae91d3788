// One file of an import: its rows with their values already in canonical form, each with its place.

/// A file format of imports and exports.
public enum RegistryFormat: String, CaseIterable, Hashable, Sendable {
    /// RFC 4180.
    case csv
    /// RFC 7946.
    case geojson

    /// By the file name's end; nil for another.
    public init?(fileName: String) {
        let name = fileName.lowercased()
        if name.hasSuffix(".csv") || name.hasSuffix(".txt") || name.hasSuffix(".tsv") {
            self = .csv
        } else if name.hasSuffix(".geojson") || name.hasSuffix(".json") {
            self = .geojson
        } else {
            return nil
        }
    }
}

extension RegistryTable {
    /// By the file's name: `units.csv`, `units-astana.csv` and `2026 units.geojson` have units; nil when no table
    /// or more than one is named.
    public init?(fileName: String) {
        let stem = fileName.split(separator: "/").last ?? ""
        let words = stem.lowercased().split { !$0.isLetter }
        let named = Self.allCases.filter { table in words.contains { $0 == table.rawValue } }
        guard named.count == 1 else { return nil }
        self = named[0]
    }
}

/// A value that a file gives for a column; nil where the cell is blank.
struct GivenCell {
    /// Canonical; nil for a blank cell.
    let value: String?
    /// Where it stands.
    let spot: RegistrySpot
}

/// A row of a file.
struct GivenRow {
    /// The row's id, which was readable.
    let id: String
    /// Where the row begins.
    let spot: RegistrySpot
    /// By the column's index in its table; what the file does not have is not here.
    var cells: [Int: GivenCell]
    /// The words of its place, by the index in ``RegistryTable/placeTexts``.
    var placeTexts: [Int: GivenCell] = [:]
    /// Columns whose cells have a problem that is reported.
    var unread: Set<Int> = []
}

/// What an import gives for one table.
public struct RegistryFile: Sendable {
    /// Which table.
    public let table: RegistryTable
    /// The file as it was named.
    public let name: String
    /// In the order of the file.
    var rows: [GivenRow]
    /// Problems of the file itself and of its cells.
    var problems: RegistryProblems
    /// Every row's place was not read because the file as a whole was refused.
    var isUnreadable = false

    /// Bytes that a file may have.
    public static let bytesMax = SheetText.bytesMax

    /// Rows that were read.
    public var rowCount: Int { rows.count }

    /// Reads a file; what is wrong with it shows when the import is planned, together with all other problems.
    ///
    /// - Parameters:
    ///   - name: the file as it was named, for messages.
    ///   - bytes: its contents.
    ///   - format: how to read it.
    ///   - table: what it has.
    public init(name: String, bytes: [UInt8], format: RegistryFormat, table: RegistryTable) {
        self.name = name
        self.table = table
        rows = []
        problems = RegistryProblems()
        let sheet: SheetText
        do {
            sheet = try SheetText(file: name, bytes)
        } catch {
            refuse("\(error.text); \(error.hint)")
            return
        }
        switch format {
        case .csv: readCSV(sheet)
        case .geojson: readGeoJSON(sheet)
        }
        if rows.isEmpty, problems.isEmpty { refuse("has no row of the table \(table.rawValue)") }
    }

    /// Rows from values, such as those of another kind of file; each is a dictionary of texts by column.
    public init(name: String, table: RegistryTable, values: [[String: String]]) {
        self.name = name
        self.table = table
        rows = []
        problems = RegistryProblems()
        for (index, value) in values.enumerated() {
            let spot = RegistrySpot(file: name, line: index + 1, column: 1)
            var cells: [(target: Target, text: String, spot: RegistrySpot)] = []
            for (name, text) in value.sorted(by: { $0.key < $1.key }) {
                guard let target = target(name) else { continue }
                cells.append((target, text, spot))
            }
            add(cells, spot: spot)
        }
    }

    /// Notes that the file as a whole is no good.
    mutating func refuse(_ text: String) {
        isUnreadable = true
        problems.add(RegistrySpot(file: name), text)
    }

    /// Where a cell belongs.
    enum Target: Hashable {
        /// By index in the table's columns.
        case column(Int)
        /// By index in its texts of places.
        case placeText(Int)
    }

    /// Where cells under a name belong; nil for a name that the table does not have.
    func target(_ name: String) -> Target? {
        if let index = table.index(of: name) { return .column(index) }
        return table.placeTexts.firstIndex { $0.name == name }.map { .placeText($0) }
    }

    /// Takes one row.
    ///
    /// - Parameter unread: columns whose cells were refused before.
    mutating func add(
        _ cells: [(target: Target, text: String, spot: RegistrySpot)], spot: RegistrySpot, unread: Set<Int> = []
    ) {
        var unread = unread
        let columns = table.columns
        var given: [Int: GivenCell] = [:]
        var placeTexts: [Int: GivenCell] = [:]
        var idSpot = spot
        for (target, text, spot) in cells {
            let text = text.withoutBlanks
            switch target {
            case .column(let index):
                let (isValue, value) = read(text, columns[index], spot)
                if isValue { given[index] = GivenCell(value: value, spot: spot) } else { unread.insert(index) }
                if index == 0 { idSpot = spot }
            case .placeText(let index):
                let (isValue, value) = read(text, table.placeTexts[index], spot)
                if isValue {
                    placeTexts[index] = GivenCell(value: value, spot: spot)
                } else if let place = columns.firstIndex(where: { $0.name == "place" }) {
                    unread.insert(place)
                }
            }
        }
        if let id = given[0]?.value {
            rows.append(GivenRow(id: id, spot: spot, cells: given, placeTexts: placeTexts, unread: unread))
        } else if !unread.contains(0) {
            problems.add(idSpot, column: "id", "is missing; give every row \(columns[0].allowed)")
        }
    }

    /// The canonical value of a cell; a blank one is the value nil.
    private mutating func read(
        _ text: String, _ column: RegistryColumn, _ spot: RegistrySpot
    ) -> (isValue: Bool, value: String?) {
        if text.isEmpty { return (true, nil) }
        do {
            return (true, try column.kind.canonical(text))
        } catch {
            let shown = text.unicodeScalars.count > 60 ? "\(String(text.unicodeScalars.prefix(57)))…" : text
            var message = "\"\(shown.escaped)\" \(error.text); allowed: \(column.allowed)"
            if !error.hint.isEmpty { message += " (\(error.hint))" }
            problems.add(spot, column: column.name, message)
            return (false, nil)
        }
    }
}

extension String {
    /// On one line of a terminal, whatever stands in it.
    var escaped: String {
        var text = ""
        for scalar in unicodeScalars {
            let isHarmless =
                scalar.properties.generalCategory != .control && scalar.value != 0x2028 && scalar.value != 0x2029
            text += isHarmless ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
        }
        return text
    }
}
