// What the gateway takes from the registry: the records that the dispatcher gets as events. Whatever else the
// dispatcher is to know of a centre or unit is handed over here.

public import AlertModel

/// The registry as the dispatcher's events have it.
public struct RegistryRecords: Hashable, Sendable {
    /// In the order of ids.
    public let centres: [CentreRecord]
    /// How each centre of ``centres`` wants its unclaimed alerts treated, in the same order.
    public let policies: [CentrePolicy]
    /// In the order of ids.
    public let profiles: [ProfileRecord]
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
                path: store.path, .damaged, "a centre, profile, area or unit has a value that no import makes")
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
        var profiles: [ProfileRecord] = []
        for row in rows(.profiles) {
            guard let profile = profile(row) else { return nil }
            profiles.append(profile)
        }
        let columns = UnitColumns()
        var units: [UnitRecord] = []
        units.reserveCapacity(count(.units))
        for row in rows(.units) {
            guard let unit = unit(row, columns, reportingTimeS: reportingTimeS) else { return nil }
            units.append(unit)
        }
        return RegistryRecords(
            centres: centres, policies: policies, profiles: profiles, areas: areas, units: units)
    }

    /// Looked up once, not for each of 200,000 units.
    private struct UnitColumns {
        let centre = RegistryTable.units.index(of: "centre") ?? 0
        let place = RegistryTable.units.index(of: "place") ?? 0
        let latitude = RegistryTable.units.index(of: "latitude") ?? 0
        let longitude = RegistryTable.units.index(of: "longitude") ?? 0
        let profile = RegistryTable.units.index(of: "profile") ?? 0
        let carrier = RegistryTable.units.index(of: "carrier_1") ?? 0
        let secondCarrier = RegistryTable.units.index(of: "carrier_2") ?? 0
        let road = RegistryTable.units.index(of: "road") ?? 0
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
        return UnitRecord(
            id: id, centre: centre, place: place, point: point, reportingTimeS: seconds,
            profile: Self.id(row.cells[columns.profile]), carrier: Self.id(row.cells[columns.carrier]),
            secondCarrier: Self.id(row.cells[columns.secondCarrier]), road: Self.id(row.cells[columns.road]))
    }

    /// nil for an empty cell; an import takes nothing that is no identifier.
    private static func id<Tag>(_ text: String?) -> ShortID<Tag>? { text.flatMap { try? ShortID($0) } }

    /// Severities, test calls and firmware; nil when a cell has a value that no import makes.
    private func profile(_ row: RegistryRow) -> ProfileRecord? {
        guard let id = try? ProfileID(row.id) else { return nil }
        var severities: [FaultKind: ProfileRecord.Severity] = [:]
        for kind in FaultKind.allCases {
            guard let index = RegistryTable.profiles.index(of: "severity_\(kind.word)"),
                let word = row.cells[index]
            else { continue }
            switch word {
            case "urgent": severities[kind] = .alert(.urgent)
            case "property": severities[kind] = .alert(.property)
            case "technical": severities[kind] = .alert(.technical)
            case "recorded": severities[kind] = .recorded
            default: return nil
            }
        }
        let hours = RegistryTable.profiles.index(of: "test_every_h").flatMap { row.cells[$0] }
        let firmware = RegistryTable.profiles.index(of: "firmware").flatMap { row.cells[$0] }
        if let hours, UInt16(hours) == nil { return nil }
        if let firmware, UInt32(firmware) == nil { return nil }
        return ProfileRecord(
            id: id, testEveryH: hours.flatMap { UInt16($0) }, firmware: firmware.flatMap { UInt32($0) },
            severities: severities)
    }

    /// The state's language first, then the others.
    func words(_ table: RegistryTable, _ row: RegistryRow, stem: String) -> String? {
        for language in ["kk", "ru", "en"] {
            if let index = table.index(of: "\(stem)_\(language)"), let text = row.cells[index] { return text }
        }
        return nil
    }
}
