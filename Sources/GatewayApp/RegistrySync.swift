// Brings the dispatcher's registry view in line with the registry file, by events like everything else.

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

/// What must be journaled so that the journal's state knows the registry file.
enum RegistrySync {
    /// Events that turn the dispatcher's view into the file's, in a stable order.
    static func events(from dispatcher: borrowing Dispatcher, to registry: Registry) -> [Event] {
        var events: [Event] = []
        let known = Dictionary(uniqueKeysWithValues: dispatcher.centres.map { ($0.id, $0) })
        for centre in registry.centres where known[centre.id] != centre {
            events.append(.centreRegistered(centre))
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
}
