// Rows of centres and areas as the records that the dispatcher gets.

internal import AlertModel

extension PressPriorities {
    /// The column of each priority.
    static let columns: [(name: String, category: Category)] = [
        ("priority_police", .police), ("priority_medical", .medical), ("priority_fire", .fire),
        ("priority_road_accident", .roadAccident),
    ]
}

extension RegistryContents {
    private func text(_ row: RegistryRow, _ column: String) -> String? {
        RegistryTable.centres.index(of: column).flatMap { row.cells[$0] }
    }

    /// nil for a value that no import makes.
    func centre(_ row: RegistryRow) -> CentreRecord? {
        guard let id = try? CentreID(row.id), let name = words(.centres, row, stem: "name"),
            let state = CentreState.allCases.first(where: { "\($0)" == text(row, "state") })
        else { return nil }
        var point: GeoPoint?
        if let north = text(row, "latitude"), let east = text(row, "longitude") {
            guard let made = Self.point(north, east) else { return nil }
            point = made
        }
        let kind: CentreKind = text(row, "kind") == "duty_desk" ? .dutyDesk : .centre
        return CentreRecord(id: id, name: name, kind: kind, point: point, state: state)
    }

    /// nil for a value that no import makes.
    func policy(_ row: RegistryRow) -> CentrePolicy? {
        guard let id = try? CentreID(row.id), let first = seconds(row, "escalate_1_s"),
            let second = seconds(row, "escalate_2_s"), let third = seconds(row, "escalate_3_s"),
            let unseenS = seconds(row, "unseen_s"), let starvation = text(row, "starvation_s").flatMap({ Int($0) })
        else { return nil }
        let other = { (column: String) in text(row, column).flatMap { try? CentreID($0) } }
        return CentrePolicy(
            // A day has more seconds than the policy counts: the rest of a night is as good as never.
            centre: id, timesS: (first, second, third), unseenS: unseenS,
            starvationS: UInt16(clamping: starvation),
            neighbour: other("neighbour"), failover: other("fail_over"), dutyDesk: other("duty_desk"),
            priorities: priorities(row))
    }

    /// What a blank cell does not say is as everywhere.
    private func priorities(_ row: RegistryRow) -> PressPriorities {
        var priorities = PressPriorities()
        for (name, category) in PressPriorities.columns {
            if let word = text(row, name), let priority = Priority.allCases.first(where: { "\($0)" == word }) {
                priorities[category] = priority
            }
        }
        return priorities
    }

    /// nil for a value that no import makes.
    func area(_ row: RegistryRow) -> AreaRecord? {
        guard let id = try? AreaID(row.id),
            let centre = (self.text(.areas, row.id, "centre")).flatMap({ try? CentreID($0) }),
            let ring = (self.text(.areas, row.id, "ring")).flatMap({ try? RingText.corners($0) })
        else { return nil }
        return AreaRecord(id: id, centre: centre, ring: ring)
    }

    /// Canonical degrees as a point.
    static func point(_ north: String, _ east: String) -> GeoPoint? {
        guard let latitude = try? Decimals.parse(north, decimals: 7, rounds: false),
            let longitude = try? Decimals.parse(east, decimals: 7, rounds: false),
            let latitudeE7 = Int32(exactly: latitude), let longitudeE7 = Int32(exactly: longitude)
        else { return nil }
        return GeoPoint(latitudeE7: latitudeE7, longitudeE7: longitudeE7)
    }

    private func seconds(_ row: RegistryRow, _ column: String) -> UInt16? {
        text(row, column).flatMap { UInt16($0) }
    }
}
