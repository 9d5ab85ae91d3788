// Who shares a carrier, a road, a region or the gateway, and who was lost lately: what an outage is found by.

import AlertModel

/// Something that units share and can be lost by together.
struct OutageKey: Hashable, Comparable, Sendable {
    let scope: OutageScope
    /// The carrier's, road's or centre's identifier; zeros for the gateway.
    let high: UInt64
    let low: UInt64

    private init<Tag>(_ scope: OutageScope, _ id: ShortID<Tag>) {
        self.init(scope: scope, high: id.high, low: id.low)
    }

    init(scope: OutageScope, high: UInt64, low: UInt64) {
        self.scope = scope
        self.high = high
        self.low = low
    }

    /// The identifier as it reads; empty for the gateway.
    var name: String { ShortID<UnitTag>(high: high, low: low).map { "\($0)" } ?? "" }

    static func < (left: Self, right: Self) -> Bool {
        (left.scope.rawValue, left.high, left.low) < (right.scope.rawValue, right.high, right.low)
    }

    /// Everything that a unit shares with others.
    static func all(of record: UnitRecord) -> [OutageKey] {
        var keys = [OutageKey(.region, record.centre), OutageKey(scope: .gateway, high: 0, low: 0)]
        if let carrier = record.carrier { keys.append(OutageKey(.carrier, carrier)) }
        if let second = record.secondCarrier, second != record.carrier { keys.append(OutageKey(.carrier, second)) }
        if let road = record.road { keys.append(OutageKey(.road, road)) }
        return keys
    }
}

/// Counts that follow from the units; rebuilt with them, so in no snapshot.
struct Census: Sendable {
    /// Supervised units that share a key.
    private(set) var units: [OutageKey: Int] = [:]
    /// Units found lost, some of them back already; whoever reads it drops what is too old.
    private(set) var lostLately: Set<UnitID> = []

    /// How long a loss can be one of many. Units of one profile are found lost within a third of their reporting
    /// time of each other: 7 s of 20.
    static let windowNs: UInt64 = 25_000_000_000

    init(of units: [UnitID: UnitState]) {
        for (id, unit) in units {
            if unit.isSupervised { count(unit, by: 1) }
            if unit.supervision.lostAt != nil { lostLately.insert(id) }
        }
    }

    /// Before a unit's record changes, or it is not supervised any more.
    mutating func leave(_ unit: UnitState) { if unit.isSupervised { count(unit, by: -1) } }

    /// After a unit's record changed, or it became supervised.
    mutating func enter(_ unit: UnitState) { if unit.isSupervised { count(unit, by: 1) } }

    mutating func lost(_ unit: UnitID) { lostLately.insert(unit) }

    mutating func forget(_ units: [UnitID]) { lostLately.subtract(units) }

    private mutating func count(_ unit: UnitState, by step: Int) {
        for key in OutageKey.all(of: unit.record) {
            let left = units[key, default: 0] + step
            units[key] = left == 0 ? nil : left
        }
    }
}
