// Test calls: each unit makes one in time, or is told of. Docs/supervision.md.

import AlertModel

extension Dispatcher {
    /// A unit made its test call.
    mutating func testCalled(_ unit: UnitState, _ press: Press) { unit.supervision.lastTest = press.results }
    /// A unit's test call did not come in time.
    mutating func testIsDue(_ id: UnitID) {}
    /// A kind of unit has other rules.
    mutating func profileRegistered(_ profile: ProfileRecord) {
        guard profiles[profile.id] != profile else { return }
        profiles[profile.id] = profile
        for id in units.keys.sorted() {
            guard let unit = units[id], unit.record.profile == profile.id else { continue }
            examineFirmware(of: unit)
            reviewSoon(unit)
        }
    }
}
