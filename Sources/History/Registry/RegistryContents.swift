// The whole registry in memory as texts: what the database has, and what an import would make of it.

/// One row: its cells' canonical texts in the order of the table's columns.
struct RegistryRow: Hashable, Sendable {
    /// nil where nothing is given.
    var cells: [String?]

    /// The first cell.
    var id: String { cells[0] ?? "" }
}

/// Every table's rows by id.
public struct RegistryContents: Hashable, Sendable {
    /// Tables without rows may be missing.
    var tables: [RegistryTable: [String: RegistryRow]] = [:]

    /// Nothing yet, not even the roles.
    init() {}

    /// A table's rows by id.
    subscript(_ table: RegistryTable) -> [String: RegistryRow] {
        get { tables[table] ?? [:] }
        _modify { yield &tables[table, default: [:]] }
    }

    /// Rows in the order of ids.
    func rows(_ table: RegistryTable) -> [RegistryRow] {
        self[table].values.sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
    }

    /// How many rows a table has.
    public func count(_ table: RegistryTable) -> Int { tables[table]?.count ?? 0 }

    /// A row's cells by column name, those that are given, in the order of columns; nil when there is no row.
    public func row(_ table: RegistryTable, id: String) -> [(column: String, text: String)]? {
        self[table][id].map { row in
            zip(table.columns, row.cells).compactMap { column, text in text.map { (column.name, $0) } }
        }
    }

    /// The ids of a table in their order.
    public func ids(_ table: RegistryTable) -> [String] { rows(table).map(\.id) }

    /// A row's cell by name.
    func text(_ table: RegistryTable, _ id: String, _ column: String) -> String? {
        guard let row = self[table][id], let index = table.index(of: column) else { return nil }
        return row.cells[index]
    }
}

/// What an import does to one table.
public struct RegistryChange: Hashable, Sendable {
    /// Which.
    public let table: RegistryTable
    /// Ids of new rows, in their order.
    public internal(set) var added: [String] = []
    /// Ids of rows with another value in some column.
    public internal(set) var changed: [String] = []
    /// Ids of rows that are no more.
    public internal(set) var removed: [String] = []

    /// Whether the table stays as it is.
    public var isEmpty: Bool { added.isEmpty && changed.isEmpty && removed.isEmpty }

    /// Such as `units +2000 ~17 -3`.
    public var summary: String { "\(table.rawValue) +\(added.count) ~\(changed.count) -\(removed.count)" }
}

extension RegistryContents {
    /// What turns `old` into this, tables in order, those that stay left out. Cost: one pass over both.
    func changes(from old: RegistryContents) -> [RegistryChange] {
        RegistryTable.allCases.compactMap { table in
            let (before, after) = (old[table], self[table])
            var change = RegistryChange(table: table)
            for (id, row) in after {
                if let known = before[id] {
                    if known != row { change.changed.append(id) }
                } else {
                    change.added.append(id)
                }
            }
            for id in before.keys where after[id] == nil { change.removed.append(id) }
            change.added.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            change.changed.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            change.removed.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            return change.isEmpty ? nil : change
        }
    }
}
