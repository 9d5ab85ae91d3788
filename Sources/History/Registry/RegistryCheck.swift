// What must hold for the registry as a whole: ids that are named exist, numbers fit each other, nobody is far away.

internal import Glibc

/// Checks contents; problems carry the place of the file that brought the row, where there is one.
struct RegistryCheck {
    /// What the registry would be.
    let contents: RegistryContents
    /// Rows that files gave, by table and id.
    let origins: [RegistryTable: [String: GivenRow]]
    /// Those of the files, and those found here.
    var problems: RegistryProblems
    /// What may be wrong.
    var warnings: [RegistryProblem] = []

    /// Centres answer for a region; a unit further away from its centre than this is rather misplaced.
    static let distanceMaxKm = 1_000.0
    /// As many warnings as a person reads.
    static let warningsMax = 20

    /// - Parameter unread: tables some of whose rows could not be read, so that it is not known what they have.
    mutating func run(unread: Set<RegistryTable>) {
        for table in RegistryTable.allCases {
            let rows = contents.rows(table)
            if rows.count > table.rowsMax {
                problems.add(
                    nil, column: table.rawValue, "would have \(rows.count) rows; allowed: at most \(table.rowsMax)"
                )
            }
            checkReferences(table, rows, unread: unread)
            for row in rows { checkRow(table, row) }
        }
        let roles = contents[.roles]
        for role in Self.rolesAlways where roles[role] == nil {
            problems.add(nil, column: "roles", "\"\(role)\" would be removed; accounts name it")
        }
        checkDistances()
    }

    /// The roles that sign-in knows.
    static let rolesAlways = ["officer", "supervisor"]

    private func spot(_ table: RegistryTable, _ row: RegistryRow, _ column: String) -> RegistrySpot? {
        guard let origin = origins[table]?[row.id] else { return nil }
        return table.index(of: column).flatMap { origin.cells[$0]?.spot } ?? origin.spot
    }

    private mutating func report(_ table: RegistryTable, _ row: RegistryRow, _ column: String, _ text: String) {
        let spot = spot(table, row, column)
        problems.add(spot, column: spot == nil ? "\(table.rawValue) \(row.id) \(column)" : column, text)
    }

    private mutating func checkReferences(
        _ table: RegistryTable, _ rows: [RegistryRow], unread: Set<RegistryTable>
    ) {
        for (index, column) in table.columns.enumerated() {
            guard case .reference(let target) = column.kind, !unread.contains(target) else { continue }
            let known = contents[target]
            var missing: [String: (count: Int, first: String)] = [:]
            for row in rows {
                guard let id = row.cells[index], known[id] == nil else { continue }
                if spot(table, row, column.name) != nil {
                    report(table, row, column.name, unknown(id, target))
                } else {
                    missing[id, default: (0, row.id)].count += 1
                }
            }
            // Rows of no file that name what the files take away: one problem for all of them.
            for (id, found) in missing.sorted(by: { $0.key < $1.key }) {
                problems.add(
                    nil, column: target.rawValue,
                    "\"\(id)\" would be removed, but \(found.count) \(table.rawValue) name it as \(column.name), "
                        + "\"\(found.first)\" for one; give them another first")
            }
        }
    }

    private func unknown(_ id: String, _ table: RegistryTable) -> String {
        let ids = contents.ids(table)
        var text = "\"\(id)\" is no \(table.singular) of the registry"
        if let nearest = Spelling.nearest(to: id, among: ids.count > 2_000 ? [] : ids) {
            text += "; did you mean \"\(nearest)\"?"
        } else if ids.isEmpty {
            text += "; there is none yet: import \(table.rawValue) first or together with this file"
        } else {
            text += "; allowed: \(ids.prefix(10).joined(separator: ", "))\(ids.count > 10 ? ", …" : "")"
        }
        return text
    }

    private mutating func checkRow(_ table: RegistryTable, _ row: RegistryRow) {
        func value(_ name: String) -> String? { table.index(of: name).flatMap { row.cells[$0] } }
        switch table {
        case .roles, .centres:
            if ["name_kk", "name_ru", "name_en"].allSatisfy({ value($0) == nil }) {
                report(table, row, "name_kk", "has no name in any language; give name_kk, name_ru or name_en")
            }
        case .places:
            if ["text_kk", "text_ru", "text_en"].allSatisfy({ value($0) == nil }) {
                report(table, row, "text_kk", "has no text in any language; give text_kk, text_ru or text_en")
            }
        case .units:
            if value("km") != nil, value("road") == nil {
                report(table, row, "km", "has no road; name it in the column road")
            }
            if let first = value("carrier_1"), first == value("carrier_2") {
                report(
                    table, row, "carrier_2",
                    "is the same as carrier_1; two paths need two carriers, or leave it blank")
            }
            if value("carrier_2") != nil, value("carrier_1") == nil {
                report(table, row, "carrier_2", "stands without carrier_1; write it there")
            }
            if let installed = value("installed"), let serviced = value("serviced"), serviced < installed {
                report(table, row, "serviced", "\(serviced) is before the unit was installed, \(installed)")
            }
        case .carriers, .profiles, .roads, .areas, .responders: break
        }
        if table.geometry == .point, !hasUnreadPoint(table, row),
            (value("latitude") == nil) != (value("longitude") == nil)
        {
            let column = value("latitude") == nil ? "longitude" : "latitude"
            report(table, row, column, "stands alone; allowed: both coordinates or none")
        }
        if table == .centres { checkCentre(row) }
    }

    /// A coordinate that could not be read is reported; that the other stands alone then says nothing.
    private func hasUnreadPoint(_ table: RegistryTable, _ row: RegistryRow) -> Bool {
        guard let unread = origins[table]?[row.id]?.unread else { return false }
        return ["latitude", "longitude"].contains { table.index(of: $0).map(unread.contains) ?? false }
    }

    private mutating func checkCentre(_ row: RegistryRow) {
        func value(_ name: String) -> String? { RegistryTable.centres.index(of: name).flatMap { row.cells[$0] } }
        for name in ["neighbour", "fail_over", "duty_desk"] where value(name) == row.id {
            report(.centres, row, name, "is the centre itself; name another or leave it blank")
        }
        let steps = ["escalate_1_s", "escalate_2_s", "escalate_3_s"].map {
            ($0, value($0).flatMap { Int($0) } ?? 0)
        }
        for (earlier, later) in zip(steps, steps.dropFirst()) where later.1 <= earlier.1 {
            report(.centres, row, later.0, "\(later.1) s is not after \(earlier.0), \(earlier.1) s")
        }
    }

    /// Points that lie where their centre's are not: most often latitude and longitude are swapped.
    private mutating func checkDistances() {
        for table in [RegistryTable.units, .responders] {
            for row in contents.rows(table) where origins[table]?[row.id] != nil {
                guard warnings.count < Self.warningsMax else { return }
                guard let point = point(table, row), let centre = contents.text(table, row.id, "centre"),
                    let desk = contents[.centres][centre], let home = self.point(.centres, desk)
                else { continue }
                let distance = Self.kilometres(point, home)
                guard distance > Self.distanceMaxKm else { continue }
                warnings.append(
                    RegistryProblem(
                        spot: spot(table, row, "latitude"), column: "latitude",
                        text:
                            "\"\(row.id)\" lies \(Int(distance)) km from its centre \(centre); are latitude and longitude swapped?"
                    ))
            }
        }
    }

    /// In degrees.
    private func point(_ table: RegistryTable, _ row: RegistryRow) -> (latitude: Double, longitude: Double)? {
        guard let north = table.index(of: "latitude").flatMap({ row.cells[$0] }).flatMap({ Double($0) }),
            let east = table.index(of: "longitude").flatMap({ row.cells[$0] }).flatMap({ Double($0) })
        else { return nil }
        return (north, east)
    }

    /// Along the sphere (haversine).
    private static func kilometres(
        _ one: (latitude: Double, longitude: Double), _ other: (latitude: Double, longitude: Double)
    ) -> Double {
        let radian = Double.pi / 180
        let north = sin((other.latitude - one.latitude) * radian / 2)
        let east = sin((other.longitude - one.longitude) * radian / 2)
        let chord = north * north + cos(one.latitude * radian) * cos(other.latitude * radian) * east * east
        return 2 * 6_371 * asin(min(1, sqrt(chord)))
    }
}
