// Units from a CSV table such as the one that `sosctl registry import` takes: RFC 4180 with commas. The import is the
// judge of a table; here only what a simulated unit needs is read.

public import AlertModel

/// Why a table cannot be used.
public struct UnitSheetError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The line at fault, and what is wrong there.
    public let description: String

    init(line: Int, _ text: String) { description = "line \(line): \(text)" }
}

/// Reads units.
public enum UnitSheet {
    /// Takes `id` and `centre`, and where they are there `latitude`, `longitude`, `carrier_1` and a place; other columns
    /// are passed over.
    ///
    /// - Throws: ``UnitSheetError`` with the first line that is wrong.
    public static func units(csv: String) throws(UnitSheetError) -> [UnitRecord] {
        let rows = try rows(csv)
        guard let header = rows.first else { throw UnitSheetError(line: 1, "the table is empty") }
        let columns = Dictionary(header.cells.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: min)
        guard columns["id"] != nil, columns["centre"] != nil else {
            throw UnitSheetError(
                line: header.line, "the first row must name the columns, id and centre among them")
        }
        var units: [UnitRecord] = []
        units.reserveCapacity(rows.count)
        var known: Set<UnitID> = []
        for row in rows.dropFirst() {
            guard row.cells.count == header.cells.count else {
                throw UnitSheetError(
                    line: row.line, "has \(row.cells.count) cells where the first row has \(header.cells.count)")
            }
            let unit = try unit(row, columns)
            guard known.insert(unit.id).inserted else {
                throw UnitSheetError(line: row.line, "\(unit.id) stands twice; keep one")
            }
            units.append(unit)
        }
        return units
    }

    private typealias Row = (line: Int, cells: [String])

    private static func unit(_ row: Row, _ columns: [String: Int]) throws(UnitSheetError) -> UnitRecord {
        let cell = { (name: String) in columns[name].map { row.cells[$0] } ?? "" }
        let place = ["place_kk", "place_ru", "place_en"].map(cell).first { !$0.isEmpty } ?? cell("place")
        return UnitRecord(
            id: try id(cell("id"), "id", row), centre: try id(cell("centre"), "centre", row), place: place,
            point: try point(cell("latitude"), cell("longitude"), row), reportingTimeS: 90,
            carrier: cell("carrier_1").isEmpty ? nil : try id(cell("carrier_1"), "carrier_1", row))
    }

    private static func id<Tag>(_ text: String, _ name: String, _ row: Row) throws(UnitSheetError) -> ShortID<Tag>
    {
        do throws(ShortIDError) {
            return try ShortID<Tag>(text)
        } catch {
            throw UnitSheetError(line: row.line, "\(name) \(text.debugDescription) is no id: \(error)")
        }
    }

    private static func point(_ north: String, _ east: String, _ row: Row) throws(UnitSheetError) -> GeoPoint? {
        if north.isEmpty, east.isEmpty { return nil }
        guard let latitude = Double(north), let longitude = Double(east), abs(latitude) <= 90,
            abs(longitude) <= 180
        else { throw UnitSheetError(line: row.line, "latitude and longitude are no degrees") }
        return GeoPoint(
            latitudeE7: Int32((latitude * 1e7).rounded()), longitudeE7: Int32((longitude * 1e7).rounded()))
    }

    private static func rows(_ csv: String) throws(UnitSheetError) -> [Row] {
        var rows: [Row] = []
        var cells: [String] = []
        var cell: [UInt8] = []
        var isQuoted = false
        var line = 1
        var start = 1
        var before: UInt8 = 0
        func endCell() {
            cells.append(String(decoding: cell, as: UTF8.self))
            cell.removeAll(keepingCapacity: true)
        }
        for byte in csv.utf8 {
            if byte == UInt8(ascii: "\n") { line += 1 }
            switch byte {
            case UInt8(ascii: "\""):
                // A quote behind a closing one stands for itself.
                if !isQuoted, before == byte { cell.append(byte) }
                isQuoted.toggle()
            case UInt8(ascii: ",") where !isQuoted: endCell()
            case UInt8(ascii: "\r") where !isQuoted: break
            case UInt8(ascii: "\n") where !isQuoted:
                endCell()
                if cells != [""] { rows.append((start, cells)) }
                cells = []
                start = line
            default: cell.append(byte)
            }
            before = byte
        }
        guard !isQuoted else { throw UnitSheetError(line: start, "a quote is not closed") }
        endCell()
        if cells != [""] { rows.append((start, cells)) }
        return rows
    }
}
