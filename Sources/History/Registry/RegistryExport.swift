// A table as CSV or GeoJSON: what an import of the same text finds unchanged.

extension RegistryContents {
    /// A table as CSV (RFC 4180): every column, rows in the order of ids.
    ///
    /// - Parameters:
    ///   - forSheet: with a byte order mark and semicolons, which Excel in Russian and Kazakh opens by a double
    ///     click; else with commas.
    public func csv(_ table: RegistryTable, forSheet: Bool = false) -> String {
        let delimiter = forSheet ? ";" : ","
        var text = forSheet ? "\u{FEFF}" : ""
        text += table.columns.map(\.name).joined(separator: delimiter) + "\r\n"
        for row in rows(table) {
            text += row.cells.map { Self.quoted($0 ?? "") }.joined(separator: delimiter) + "\r\n"
        }
        return text
    }

    private static func quoted(_ cell: String) -> String {
        let needsQuotes = cell.utf8.contains { $0 == 0x22 || $0 == 0x2C || $0 == 0x3B || $0 == 0x0A || $0 == 0x09 }
        return needsQuotes ? "\"\(escaped(cell, with: 0x22) { $0 == 0x22 })\"" : cell
    }

    /// A table as a GeoJSON FeatureCollection (RFC 7946), a feature a line; nil for a table without a geometry.
    public func geoJSON(_ table: RegistryTable) -> String? {
        guard let geometry = table.geometry else { return nil }
        let features = rows(table).map { "    \(feature(table, $0, geometry))" }
        return "{\"type\":\"FeatureCollection\",\"features\":[\n\(features.joined(separator: ",\n"))\n]}\n"
    }

    private func feature(_ table: RegistryTable, _ row: RegistryRow, _ geometry: RegistryGeometry) -> String {
        var properties: [String] = []
        var latitude: String?
        var longitude: String?
        var coordinates: String?
        for (column, cell) in zip(table.columns, row.cells) {
            switch column.kind {
            case .latitude: latitude = cell
            case .longitude: longitude = cell
            case .line: coordinates = cell
            case .ring: coordinates = cell.map { "[\($0)]" }
            default: properties.append("\"\(column.name)\":\(cell.map(Self.string) ?? "null")")
            }
        }
        if let latitude, let longitude { coordinates = "[\(longitude),\(latitude)]" }
        let shape = coordinates.map { "{\"type\":\"\(geometry.rawValue)\",\"coordinates\":\($0)}" } ?? "null"
        return "{\"type\":\"Feature\",\"geometry\":\(shape),\"properties\":{\(properties.joined(separator: ","))}}"
    }

    private static func string(_ text: String) -> String {
        // No value has control characters; the two that JSON escapes are left.
        "\"\(escaped(text, with: 0x5C) { $0 == 0x5C || $0 == 0x22 })\""
    }

    /// By bytes: a quotation mark under an accent is another character to Swift, and the same to every reader.
    private static func escaped(_ text: String, with escape: UInt8, where needsIt: (UInt8) -> Bool) -> String {
        String(decoding: text.utf8.flatMap { needsIt($0) ? [escape, $0] : [$0] }, as: UTF8.self)
    }
}
