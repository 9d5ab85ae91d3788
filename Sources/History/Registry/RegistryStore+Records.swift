// What the gateway takes from the registry: the records that the dispatcher gets as events. Whatever else the
// dispatcher is to know of a centre or unit is handed over here.

public import AlertModel

/// The registry as the dispatcher's events have it.
public struct RegistryRecords: Hashable, Sendable {
    /// In the order of ids.
    public let centres: [CentreRecord]
    /// How each centre of ``centres`` wants its unclaimed alerts treated, in the same order.
    public let policies: [CentrePolicy]
    /// In the order of ids; every centre is one of ``centres``.
    public let areas: [AreaRecord]
    /// In the order of ids; every centre is one of ``centres``.
    public let units: [UnitRecord]
}

extension RegistryStore {
    /// Everything that the dispatcher is to know. Blocks the calling thread; 200,000 units take seconds.
    ///
    /// - Parameter reportingTimeS: for units without a profile, in seconds.
    /// - Throws: ``HistoryError``, `damaged` for a value that no import makes.
    public func records(reportingTimeS: UInt16) throws(HistoryError) -> RegistryRecords {
        let contents = try contents()
        guard let records = contents.records(reportingTimeS: reportingTimeS) else {
            throw HistoryError(
                path: store.path, .damaged, "a centre, area or unit has a value that no import makes")
        }
        return records
    }
}

extension RegistryContents {
    /// nil when a row has a value that no import makes.
    func records(reportingTimeS: UInt16) -> RegistryRecords? {
        var centres: [CentreRecord] = []
        var policies: [CentrePolicy] = []
        for row in rows(.centres) {
            guard let centre = centre(row), let policy = policy(row) else { return nil }
            centres.append(centre)
            policies.append(policy)
        }
        var areas: [AreaRecord] = []
        areas.reserveCapacity(count(.areas))
        for row in rows(.areas) {
            guard let area = area(row) else { return nil }
            areas.append(area)
        }
        let columns = UnitColumns()
        var units: [UnitRecord] = []
        units.reserveCapacity(count(.units))
        for row in rows(.units) {
            guard let unit = unit(row, columns, reportingTimeS: reportingTimeS) else { return nil }
            units.append(unit)
        }
        return RegistryRecords(centres: centres, policies: policies, areas: areas, units: units)
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
            guard let made = Self.point(north, east) else { return nil }
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
    func words(_ table: RegistryTable, _ row: RegistryRow, stem: String) -> String? {
        for language in ["kk", "ru", "en"] {
            if let index = table.index(of: "\(stem)_\(language)"), let text = row.cells[index] { return text }
        }
        return nil
    }
}
