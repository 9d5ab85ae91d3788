// Conditions that no unit reports of itself: found from what it sends. Docs/supervision.md.

import AlertModel

extension Dispatcher {
    /// What a HELLO tells: the unit's clock, its certificate, its firmware.
    mutating func examine(_ link: LinkUp, of unit: UnitState) {}
    /// What a press tells: a stuck button, or a child.
    mutating func examine(_ press: Press, of unit: UnitState) {}
    /// Nobody has pressed for so long that the storm is over.
    mutating func stormIsOver(_ id: UnitID) {}
    /// A certificate has come a step nearer to its end.
    mutating func certificateIsDue(_ id: UnitID) {}
}
