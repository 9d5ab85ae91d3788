// Brings the dispatcher's registry view in line with the registry, by events like everything else. Whatever more the
// registry is to tell the dispatcher becomes an event here, at the start and while the gateway runs alike.

import AlertDispatch
import AlertModel
import Settings

extension Registry {
    /// Reporting times in seconds of the units whose profile differs from the gateway's default.
    func reportingTimes(otherThan defaultS: UInt16) -> [UnitID: UInt16] {
        var times: [UnitID: UInt16] = [:]
        for unit in units where unit.reportingTimeS != defaultS { times[unit.id] = unit.reportingTimeS }
        return times
    }
}

/// What must be journaled so that the journal's state knows the registry.
enum RegistrySync {
    /// What of a registry the journal's state knows.
    private struct Known {
        var centres: [CentreID: CentreRecord]
        var policies: [CentreID: CentrePolicy]
        var profiles: [ProfileID: ProfileRecord]
        var areas: [AreaID: AreaRecord]
        var units: [UnitID: UnitRecord]
    }

    /// Events that turn the dispatcher's view into the registry's, in a stable order; for the start.
    static func events(from dispatcher: borrowing Dispatcher, to registry: Registry) -> [Event] {
        var known = Known(
            centres: Dictionary(uniqueKeysWithValues: dispatcher.centres.map { ($0.id, $0) }), policies: [:],
            profiles: dispatcher.profilesByID,
            areas: Dictionary(uniqueKeysWithValues: dispatcher.areas.map { ($0.id, $0) }), units: [:])
        let named = Set(registry.centres.map(\.id)).union(registry.policies.map(\.centre))
        for centre in named.union(known.centres.keys) { known.policies[centre] = dispatcher.policy(of: centre) }
        for id in dispatcher.unitIDs {
            if let unit = dispatcher.unit(id), unit.isRegistered { known.units[id] = unit.record }
        }
        return events(from: known, to: registry)
    }

    /// Events that turn a registry whose events are all published into another, in a stable order; for a change
    /// while the dispatcher runs on its own thread.
    static func events(from old: Registry, to new: Registry) -> [Event] {
        events(
            from: Known(
                centres: Dictionary(old.centres.map { ($0.id, $0) }, uniquingKeysWith: { $1 }),
                policies: Dictionary(old.policies.map { ($0.centre, $0) }, uniquingKeysWith: { $1 }),
                profiles: Dictionary(old.profiles.map { ($0.id, $0) }, uniquingKeysWith: { $1 }),
                areas: Dictionary(old.areas.map { ($0.id, $0) }, uniquingKeysWith: { $1 }),
                units: Dictionary(old.units.map { ($0.id, $0) }, uniquingKeysWith: { $1 })),
            to: new)
    }

    /// What comes is told before what names it, and what goes when nothing names it any more.
    private static func events(from known: Known, to registry: Registry) -> [Event] {
        var events: [Event] = []
        var goneCentres = known.centres
        for centre in registry.centres where goneCentres.removeValue(forKey: centre.id) != centre {
            events.append(.centreRegistered(centre))
        }
        let policies = Dictionary(registry.policies.map { ($0.centre, $0) }, uniquingKeysWith: { $1 })
        for centre in registry.centres {
            let wanted = policies[centre.id] ?? CentrePolicy(centre: centre.id)
            let present = known.policies[centre.id] ?? CentrePolicy(centre: centre.id)
            if wanted != present { events.append(.policyChanged(wanted)) }
        }
        for profile in registry.profiles where known.profiles[profile.id] != profile {
            events.append(.profileRegistered(profile))
        }
        var goneAreas = known.areas
        for area in registry.areas where goneAreas.removeValue(forKey: area.id) != area {
            events += area.parts.map(Event.areaRegistered)
        }
        var goneUnits = known.units
        for unit in registry.units where goneUnits.removeValue(forKey: unit.id) != unit {
            events.append(.unitRegistered(unit))
        }
        events += goneUnits.keys.sorted().map(Event.unitRemoved)
        events += goneAreas.keys.sorted().map(Event.areaRemoved)
        events += goneCentres.keys.sorted().map(Event.centreRemoved)
        return events
    }

    /// What changed, for people.
    struct Counts: Hashable {
        /// Centres new or changed, their policies included.
        var centres = 0
        var profiles = 0
        var areas = 0
        var units = 0
        var removedCentres = 0
        var removedAreas = 0
        var removedUnits = 0

        /// For the audit record and for `sosctl`; areas and removed centres only where there are any.
        var text: String {
            var text = "\(centres) centres and \(units) units new or changed, \(removedUnits) units removed"
            if areas > 0 { text += ", \(areas) areas new or changed" }
            if profiles > 0 { text += ", \(profiles) profiles new or changed" }
            if removedAreas > 0 { text += ", \(removedAreas) areas removed" }
            if removedCentres > 0 { text += ", \(removedCentres) centres removed" }
            return text
        }
    }

    /// Counts events by what they are about.
    static func counts(_ events: [Event]) -> Counts {
        var counts = Counts()
        var centres: Set<CentreID> = []
        for event in events {
            switch event {
            case .centreRegistered(let centre): centres.insert(centre.id)
            case .policyChanged(let policy): centres.insert(policy.centre)
            case .profileRegistered: counts.profiles += 1
            case .areaRegistered(let part): counts.areas += part.index == 0 ? 1 : 0
            case .unitRegistered: counts.units += 1
            case .unitRemoved: counts.removedUnits += 1
            case .areaRemoved: counts.removedAreas += 1
            case .centreRemoved: counts.removedCentres += 1
            default: continue
            }
        }
        counts.centres = centres.count
        return counts
    }
}
