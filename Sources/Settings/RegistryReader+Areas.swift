// Areas and points of a registry file.

internal import AlertModel

extension RegistryReader {
    /// Areas behind the centres: each names one of them.
    mutating func readAreas(_ root: Section) {
        let list = root.list("areas")
        if list.count > Registry.areasMax {
            root.report("areas", "has \(list.count) areas; allowed: at most \(Registry.areasMax)")
            return
        }
        var places: [AreaID: SourcePlace] = [:]
        for entry in list {
            let id = entry.value("id") { text throws(ValueError) in try Values.id(text) as AreaID }
            let centre = centre(of: entry)
            let ring = entry.value("ring", Values.ring)
            if let id, let first = places[id] {
                entry.report("id", "\"\(id)\" stands already in line \(first.line); allowed: each id once")
            } else if let id {
                places[id] = entry.place(of: "id")
            }
            guard let id, let centre, let ring, let area = AreaRecord(id: id, centre: centre, ring: ring) else {
                continue
            }
            areas.append(area)
        }
    }

    /// The centre that an area or unit names, which must be of this file.
    func centre(of entry: Section) -> CentreID? {
        let centre = entry.value("centre") { text throws(ValueError) in try Values.id(text) as CentreID }
        if let centre, centrePlaces[centre] == nil {
            entry.report("centre", "\"\(centre)\" is not a centre of this file\(suggestion(for: centre))")
        }
        return centre
    }

    /// The point of a centre or unit: both coordinates or none.
    func point(of entry: Section) -> GeoPoint? {
        let latitude = entry.value("latitude") { text throws(ValueError) in try Degrees.parse(text, limit: 90) }
        let longitude = entry.value("longitude") { text throws(ValueError) in try Degrees.parse(text, limit: 180) }
        if entry.has("latitude") != entry.has("longitude") {
            entry.report(
                entry.has("latitude") ? "latitude" : "longitude", "stands alone; allowed: both coordinates or none"
            )
        }
        guard let latitude, let longitude else { return nil }
        return GeoPoint(latitudeE7: latitude, longitudeE7: longitude)
    }
}

extension Values {
    /// The border of an area.
    static func ring(_ text: String) throws(ValueError) -> [GeoPoint] {
        do {
            return try RingText.corners(text)
        } catch {
            switch error {
            case .notCoordinates(let offset): throw ValueError("is no list of coordinates at byte \(offset + 1)")
            case .badNumber(let offset):
                throw ValueError("has a bad point at byte \(offset + 1): longitude first, at most 7 decimals")
            case .notClosed: throw ValueError("does not end where it begins")
            case .badCount(let corners): throw ValueError("has \(corners) corners")
            }
        }
    }

    /// What a centre is.
    static func centreKind(_ text: String) throws(ValueError) -> CentreKind {
        switch text {
        case "centre": .centre
        case "duty_desk": .dutyDesk
        default: throw ValueError("is not known")
        }
    }

    /// A state of a queue.
    static func centreState(_ text: String) throws(ValueError) -> CentreState {
        guard let state = CentreState.allCases.first(where: { "\($0)" == text }) else {
            throw ValueError("is not known")
        }
        return state
    }
}
