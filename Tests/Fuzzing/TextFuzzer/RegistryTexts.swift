// The registry's files: what was taken is exported, and taken again without a change.

enum RegistryTexts {
    /// Byte 0 chooses the table, its top bit the spreadsheet's form of CSV.
    static func file(_ bytes: [UInt8], _ format: RegistryFormat) {
        guard let choice = bytes.first else { return }
        let tables = RegistryTable.allCases
        let table = tables[Int(choice & 127) % tables.count]
        let text = Array(bytes.dropFirst())
        let file = RegistryFile(name: "f", bytes: text, format: format, table: table)
        for problem in file.problems.kept {
            demand(!problem.text.isEmpty && Int(problem.spot?.line ?? 0) <= text.count + 1, "\(problem)")
        }
        demand(file.problems.kept.count <= RegistryRefusal.problemsMax, "too many problems are kept")
        // Whatever is in it, judging the whole must not trap.
        _ = try? RegistryPlan.make([file], into: RegistryContents(), replaces: choice & 64 != 0)
        guard file.problems.isEmpty else { return }
        var merge = RegistryMerge(contents: RegistryContents())
        merge.add(file)
        guard merge.problems.isEmpty else { return }
        demand(merge.contents.count(table) == file.rowCount, "\(file.rowCount) rows became others")
        again(merge.contents, table, .csv, merge.contents.csv(table, forSheet: choice & 128 != 0))
        if let map = merge.contents.geoJSON(table) { again(merge.contents, table, .geojson, map) }
    }

    private static func again(
        _ contents: RegistryContents, _ table: RegistryTable, _ format: RegistryFormat, _ text: String
    ) {
        guard contents.count(table) > 0 else { return }
        // A point is two cells that only a check of the whole keeps together; a map has both or none.
        if format == .geojson, table.geometry == .point,
            contents[table].values.contains(where: { row in
                table.columns.indices.filter { table.columns[$0].isGeometry && row.cells[$0] != nil }.count == 1
            })
        {
            return
        }
        let file = RegistryFile(name: "again", bytes: Array(text.utf8), format: format, table: table)
        if let problem = file.problems.kept.first {
            fatalError("an export of our own is refused: \(problem) in \(text)")
        }
        var merge = RegistryMerge(contents: RegistryContents())
        merge.add(file)
        demand(merge.problems.isEmpty, "an export of our own does not fit itself")
        for (id, row) in contents[table] {
            let second = merge.contents[table][id]?.cells ?? []
            demand(second.count == row.cells.count, "row \(id) is lost")
            for (left, right) in zip(row.cells, second)
            where (left ?? "").utf8.elementsEqual((right ?? "").utf8) == false {
                fatalError("\(left ?? "nothing") became \(right ?? "nothing") in \(text)")
            }
        }
    }

    /// Byte 0 chooses the column. The text that stands for a value stands for itself.
    static func cell(_ bytes: [UInt8]) {
        guard let choice = bytes.first,
            let text = String(validating: bytes.dropFirst(), as: UTF8.self)?.withoutBlanks,
            !text.isEmpty
        else { return }
        let column = columns[Int(choice) % columns.count]
        guard let value = try? column.kind.canonical(text) else { return }
        demand(
            !value.isEmpty && value.withoutBlanks.isSame(as: value),
            "\(column.name): \(value) has blanks around it")
        guard let again = try? column.kind.canonical(value) else {
            fatalError("\(column.name): \(text) is taken as \(value), which is refused")
        }
        demand(again.isSame(as: value), "\(column.name): \(text) is taken as \(value), that as \(again)")
    }

    private static let columns: [RegistryColumn] = RegistryTable.allCases.flatMap { $0.columns + $0.placeTexts }

    /// Two readers of GeoJSON rings: the import's makes the text that the dispatcher's later reads.
    static func ring(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return }
        let corners = try? RingText.corners(text)
        guard let canonical = try? Coordinates.canonical(text, isRing: true) else { return }
        guard let read = try? RingText.corners(canonical) else {
            fatalError("the import makes \(canonical), which the dispatcher does not read")
        }
        let twice = try? Coordinates.canonical(canonical, isRing: true)
        demand(twice == canonical, "\(canonical) becomes \(twice ?? "nothing")")
        if let corners { demand(corners == read, "the dispatcher reads \(text) otherwise than the import") }
    }

    /// Two readers of decimal degrees, the configuration's and the import's.
    static func degrees(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return }
        if let strict = try? Degrees.parse(text, limit: 180) {
            let kind = try? Decimals.parse(text, decimals: 7, rounds: false)
            demand(kind == Int64(strict), "\(text) is \(strict) in one file and \(kind ?? -1) in another")
        }
        guard let value = try? Decimals.parse(text, decimals: 7, rounds: true) else { return }
        let canonical = Decimals.text(value, decimals: 7)
        let again = try? Decimals.parse(canonical, decimals: 7, rounds: false)
        demand(again == value || value.magnitude >= 10_000_000_000_000_000, "\(text) becomes \(canonical)")
        let json = JSONWriter.object { $0.field("n", decimal: value, digits: 7) }
        guard let node = try? JSONText.read(json.readableBytesView[...]),
            case .number(let number)? = node.member("n")?.value
        else { fatalError("\(value) is written as what is no number") }
        let back = try? Decimals.parse(number, decimals: 7, rounds: false)
        demand(back == value || value.magnitude >= 10_000_000_000_000_000, "\(value) is written as \(number)")
    }
}
