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
    /// Events that turn the dispatcher's view into the registry's, in a stable order; for the start.
    static func events(from dispatcher: borrowing Dispatcher, to registry: Registry) -> [Event] {
        var events: [Event] = []
        let known = Dictionary(uniqueKeysWithValues: dispatcher.centres.map { ($0.id, $0) })
        for centre in registry.centres where known[centre.id] != centre {
            events.append(.centreRegistered(centre))
        }
        for policy in registry.policies where dispatcher.policy(of: policy.centre) != policy {
            events.append(.policyChanged(policy))
        }
        var wanted: Set<UnitID> = []
        for unit in registry.units {
            wanted.insert(unit.id)
            let current = dispatcher.unit(unit.id)
            if current?.record != unit || current?.isRegistered != true { events.append(.unitRegistered(unit)) }
        }
        for unit in dispatcher.unitIDs where !wanted.contains(unit) && dispatcher.unit(unit)?.isRegistered == true
        {
            events.append(.unitRemoved(unit))
        }
        return events
    }

    /// Events that turn a registry whose events are all published into another, in a stable order; for a change
    /// while the dispatcher runs on its own thread.
    static func events(from old: Registry, to new: Registry) -> [Event] {
        var events: [Event] = []
        let centres = Dictionary(old.centres.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        for centre in new.centres where centres[centre.id] != centre { events.append(.centreRegistered(centre)) }
        var gone = Dictionary(old.units.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        for unit in new.units where gone.removeValue(forKey: unit.id) != unit {
            events.append(.unitRegistered(unit))
        }
        for unit in gone.keys.sorted() { events.append(.unitRemoved(unit)) }
        return events
    }

    /// How many events of each kind, for people.
    static func counts(_ events: [Event]) -> (centres: Int, units: Int, removed: Int) {
        var counts = (centres: 0, units: 0, removed: 0)
        for event in events {
            switch event.kind {
            case .centreRegistered: counts.centres += 1
            case .unitRegistered: counts.units += 1
            case .unitRemoved: counts.removed += 1
            default: continue
            }
        }
        return counts
    }
}
