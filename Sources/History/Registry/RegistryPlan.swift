// What an import would make of the registry: merged, checked as a whole, compared. Pure; nothing is written here.

/// The outcome of an import before it is written.
public struct RegistryPlan: Sendable {
    /// What the registry would be.
    public let contents: RegistryContents
    /// What changes, tables in order; empty when the files say what is known already.
    public let changes: [RegistryChange]
    /// What may be wrong and is no reason to refuse.
    public let warnings: [RegistryProblem]

    /// Such as `units +2000 ~17 -3, places +2000 ~0 -0`.
    public var summary: String {
        changes.isEmpty ? "nothing changes" : changes.map(\.summary).joined(separator: ", ")
    }

    /// Merges files into what is known and checks the whole.
    ///
    /// A row that is known keeps what the file has no column for; a blank cell clears. Rows are only removed
    /// where `replaces` says that a file is its whole table.
    ///
    /// - Parameters:
    ///   - files: read already; several may be for one table.
    ///   - replaces: whether rows that no file of their table names are removed.
    ///   - defaultCentre: a centre that the configuration names, so that it must not be removed.
    /// - Throws: ``RegistryRefusal`` with everything that is wrong with the files and with what they would make.
    public static func make(
        _ files: [RegistryFile], into known: RegistryContents, replaces: Bool, defaultCentre: String? = nil
    ) throws(RegistryRefusal) -> RegistryPlan {
        var merge = RegistryMerge(contents: known)
        for file in files { merge.problems.add(file.problems) }
        for file in files.sorted(by: { $0.table < $1.table }) { merge.add(file) }
        if replaces {
            for table in Set(files.map(\.table)) { merge.removeUnnamed(table) }
        }
        // A row that cannot be read would be reported a second time by everyone who names it.
        var unread: Set<RegistryTable> = []
        for file in files where !file.problems.isEmpty {
            unread.insert(file.table)
            if !file.table.placeTexts.isEmpty { unread.insert(.places) }
        }
        var check = RegistryCheck(contents: merge.contents, origins: merge.origins, problems: merge.problems)
        check.run(unread: unread)
        if let centre = defaultCentre, known[.centres][centre] != nil, merge.contents[.centres][centre] == nil {
            check.problems.add(
                nil, column: "centres",
                "\"\(centre)\" would be removed, but the configuration names it as default_centre")
        }
        try check.problems.throwIfAny()
        return RegistryPlan(
            contents: merge.contents, changes: merge.contents.changes(from: known), warnings: check.warnings)
    }
}

extension RegistryProblems {
    /// Takes over what another list has.
    mutating func add(_ others: RegistryProblems) {
        for problem in others.kept { add(problem.spot, column: problem.column, problem.text) }
        addOmitted(others.omittedCount)
    }
}

/// Puts rows of files over rows that are known.
struct RegistryMerge {
    /// What is known, with what was merged so far.
    var contents: RegistryContents
    /// What was found while merging.
    var problems = RegistryProblems()
    /// Rows that a file gave, by table and id: where, and each given cell.
    var origins: [RegistryTable: [String: GivenRow]] = [:]

    /// - Parameter contents: what is known.
    init(contents: RegistryContents) { self.contents = contents }

    /// Merges the rows of a file.
    mutating func add(_ file: RegistryFile) {
        for var row in file.rows {
            if let first = origins[file.table]?[row.id] {
                let place = first.spot.file == row.spot.file ? "" : " of \(first.spot.file)"
                problems.add(
                    row.cells[0]?.spot ?? row.spot, column: "id",
                    "\"\(row.id)\" stands already in line \(first.spot.line)\(place); each id once")
                continue
            }
            if !file.table.placeTexts.isEmpty { addPlace(of: &row, table: file.table) }
            put(row, table: file.table)
        }
    }

    private mutating func put(_ given: GivenRow, table: RegistryTable) {
        let columns = table.columns
        let known = contents[table][given.id]
        var cells = known?.cells ?? columns.map(\.standing)
        for (index, cell) in given.cells { cells[index] = cell.value ?? columns[index].standing }
        cells[0] = given.id
        for (index, column) in columns.enumerated() where column.isRequired && cells[index] == nil {
            guard let cell = given.cells[index] else {
                if known == nil, !given.unread.contains(index) {
                    problems.add(
                        given.spot, column: column.name,
                        "is missing for the new \(table.singular) \"\(given.id)\"; allowed: \(column.allowed)"
                            + (column.name == "place" ? ", or its words in place_kk, place_ru or place_en" : ""))
                }
                continue
            }
            problems.add(cell.spot, column: column.name, "is blank; allowed: \(column.allowed)")
        }
        contents[table][given.id] = RegistryRow(cells: cells)
        origins[table, default: [:]][given.id] = given
    }

    /// Makes or renames the place that a unit or responder names by its words.
    private mutating func addPlace(of row: inout GivenRow, table: RegistryTable) {
        guard let index = table.index(of: "place"), !row.placeTexts.values.allSatisfy({ $0.value == nil }) else {
            return
        }
        let known = contents[table][row.id]?.cells[index]
        let id = row.cells[index]?.value ?? known ?? row.id
        if row.cells[index]?.value == nil {
            row.cells[index] = GivenCell(value: id, spot: row.placeTexts.values.first?.spot ?? row.spot)
        }
        // Columns of places: id, text_kk, text_ru, text_en.
        var place = GivenRow(id: id, spot: row.spot, cells: [:])
        for (text, cell) in row.placeTexts { place.cells[text + 1] = cell }
        if let first = origins[.places]?[id] {
            for (text, cell) in place.cells.sorted(by: { $0.key < $1.key })
            where first.cells[text].map({ $0.value != cell.value }) ?? true {
                problems.add(
                    cell.spot, column: table.placeTexts[text - 1].name,
                    "the place \"\(id)\" is named otherwise in line \(first.spot.line) of \(first.spot.file); one name a place"
                )
                return
            }
            return
        }
        put(place, table: .places)
    }

    /// Removes the rows of a table that no file named.
    mutating func removeUnnamed(_ table: RegistryTable) {
        let named = origins[table] ?? [:]
        contents[table] = contents[table].filter { named[$0.key] != nil }
    }
}
