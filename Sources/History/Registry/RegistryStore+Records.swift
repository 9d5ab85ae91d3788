// What the gateway takes from the registry: the records that the dispatcher gets as events. Whatever else the
// dispatcher is to know of a centre or unit is handed over here.

public import AlertModel

/// The registry as the dispatcher's events have it.
public struct RegistryRecords: Hashable, Sendable {
    /// In the order of ids.
    public let centres: [CentreRecord]
    /// In the order of ids; every centre is one of ``centres``.
    public let units: [UnitRecord]
}

extension RegistryStore {
    /// Centres and units as records. Blocks the calling thread; 200,000 units take seconds.
    ///
    /// - Parameter reportingTimeS: for units without a profile, in seconds.
    /// - Throws: ``HistoryError``, `damaged` for a value that no import makes.
    public func records(reportingTimeS: UInt16) throws(HistoryError) -> RegistryRecords {
        let contents = try contents()
        guard let records = contents.records(reportingTimeS: reportingTimeS) else {
            throw HistoryError(path: store.path, .damaged, "a centre or unit has a value that no import makes")
        }
        return records
    }
}

extension RegistryContents {
    /// nil when a row has a value that no import makes.
    func records(reportingTimeS: UInt16) -> RegistryRecords? {
        var centres: [CentreRecord] = []
        for row in rows(.centres) {
            guard let id = try? CentreID(row.id), let name = words(.centres, row, stem: "name") else { return nil }
            centres.append(CentreRecord(id: id, name: name))
        }
        let columns = UnitColumns()
        var units: [UnitRecord] = []
        units.reserveCapacity(count(.units))
        for row in rows(.units) {
            guard let unit = unit(row, columns, reportingTimeS: reportingTimeS) else { return nil }
            units.append(unit)
        }
        return RegistryRecords(centres: centres, units: units)
    }

    /// Looked up once, not for each of 200,000 units.
    private struct UnitColumns {
        let centre = RegistryTable.units.index(of: "centre") ?? 0
        let place = RegistryTable.units.index(of: "place") ?? 0
        let latitude = RegistryTable.units.index(of: "latitude") ?? 0
        let longitude = RegistryTable.units.index(of: "longitude") ?? 0
        let profile = RegistryTable.units.index(of: "profile") ?? 0
        let reportingTime = RegistryTable.profiles.index(of: "reporting_time_s") ?? 0
    }

    private func unit(_ row: RegistryRow, _ columns: UnitColumns, reportingTimeS: UInt16) -> UnitRecord? {
        guard let id = try? UnitID(row.id), let centreText = row.cells[columns.centre],
            let centre = try? CentreID(centreText), let placeID = row.cells[columns.place],
            let placeRow = self[.places][placeID], let place = words(.places, placeRow, stem: "text")
        else { return nil }
        var point: GeoPoint?
        if let north = row.cells[columns.latitude], let east = row.cells[columns.longitude] {
            guard let latitude = try? Decimals.parse(north, decimals: 7, rounds: false),
                let longitude = try? Decimals.parse(east, decimals: 7, rounds: false),
                let latitudeE7 = Int32(exactly: latitude), let longitudeE7 = Int32(exactly: longitude),
                let made = GeoPoint(latitudeE7: latitudeE7, longitudeE7: longitudeE7)
            else { return nil }
            point = made
        }
        var seconds = reportingTimeS
        if let profile = row.cells[columns.profile] {
            guard let text = self[.profiles][profile]?.cells[columns.reportingTime], let given = UInt16(text)
            else {
                return nil
            }
            seconds = given
        }
        return UnitRecord(id: id, centre: centre, place: place, point: point, reportingTimeS: seconds)
    }

    /// The state's language first, then the others.
    private func words(_ table: RegistryTable, _ row: RegistryRow, stem: String) -> String? {
        for language in ["kk", "ru", "en"] {
            if let index = table.index(of: "\(stem)_\(language)"), let text = row.cells[index] { return text }
        }
        return nil
    }
}
