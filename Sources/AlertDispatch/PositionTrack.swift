// What a unit's position reports show over time: that it was moved, or that its receiver has frozen. From routine
// reports, which no journal has: what is found becomes an event of its own. Docs/supervision.md.

import AlertModel

/// Counts of one unit's positions. Not durable: it takes three reports to count again.
public struct PositionTrack: Hashable, Sendable {
    /// So many reports in a row make a finding: one alone may be a reflection between houses.
    static let reportsMin: UInt8 = 3
    /// A receiver whose fix has not moved on for so long is frozen, nanoseconds.
    static let frozenNs: UInt64 = 300_000_000_000
    /// A fix that says it moves faster than this must move, centimetres a second.
    static let movingCmS: UInt16 = 100
    /// A fix worse than this, or with fewer satellites, proves nothing about the place, centimetres.
    static let accuracyMaxCm: UInt32 = 5_000
    static let satellitesMin: UInt8 = 4

    private var far: UInt8 = 0
    private var near: UInt8 = 0
    private var stale: UInt8 = 0
    private var fresh: UInt8 = 0
    private var fixedAt: WallTime?
    private var point: GeoPoint?
    private var fixSince: MonotonicTime?

    init() {}

    /// Whether the unit stands where it was surveyed; nil while that is not certain.
    ///
    /// - Parameters:
    ///   - home: where it was surveyed.
    ///   - metresMax: how far away is still there.
    mutating func isDisplaced(_ position: Position, home: GeoPoint, metresMax: UInt16) -> Bool? {
        guard position.accuracyCm <= Self.accuracyMaxCm, position.satellites >= Self.satellitesMin else {
            return nil
        }
        // The circle in which it stands must lie outside, or reach inside.
        let slack = Double(position.accuracyCm) / 100
        let limit = Double(metresMax)
        let square = Routing.squareMetres(position.point, home)
        if square > (limit + slack) * (limit + slack) {
            near = 0
            return Self.count(&far) ? true : nil
        }
        far = 0
        guard square <= limit * limit else { return nil }
        return Self.count(&near) ? false : nil
    }

    /// Whether the receiver has stopped; nil while that is not certain.
    ///
    /// Frozen is a receiver that goes on reporting the same fix, or the same point while it claims to move. One that
    /// stands still and reports new fixes of the same point is not.
    mutating func isFrozen(_ position: Position, at moment: MonotonicTime) -> Bool? {
        defer {
            fixedAt = position.fixedAt
            point = position.point
        }
        let isOldFix = position.fixedAt == fixedAt
        if !isOldFix { fixSince = moment }
        let stands = position.point == point && position.speedCmS > Self.movingCmS
        let isOverdue = isOldFix && moment.nanosecondsSince(fixSince ?? moment) >= Self.frozenNs
        if isOverdue || stands {
            fresh = 0
            return Self.count(&stale) ? true : nil
        }
        if isOldFix { return nil }
        stale = 0
        return Self.count(&fresh) ? false : nil
    }

    /// Counts up to ``reportsMin``; true from then on. Not once only: what was found may still be on its way through
    /// the journal when the opposite becomes certain, and would stand for ever.
    private static func count(_ counter: inout UInt8) -> Bool {
        if counter < reportsMin { counter += 1 }
        return counter == reportsMin
    }
}

extension Dispatcher {
    /// Looks at a position report; a finding waits for the journal in ``findings``. Allocates only then.
    mutating func examine(_ position: Position, of unit: UnitState, at time: Instant) {
        if let frozen = unit.routine.track.isFrozen(position, at: time.monotonic) {
            find(.gpsFrozen, of: unit, isActive: frozen, detail: Int32(position.satellites))
        }
        guard let home = unit.record.point, unit.isRegistered, supervision.displacedM > 0,
            let displaced = unit.routine.track.isDisplaced(
                position, home: home, metresMax: supervision.displacedM),
            unit.activeFaults.contains(.displaced) != displaced
        else { return }
        let metres = Routing.squareMetres(position.point, home).squareRoot()
        find(.displaced, of: unit, isActive: displaced, detail: Int32(min(metres, 20_100_000)))
    }

    private mutating func find(_ kind: FaultKind, of unit: UnitState, isActive: Bool, detail: Int32) {
        guard unit.activeFaults.contains(kind) != isActive else { return }
        // What the unit reported itself it also ends itself.
        if !isActive, !unit.supervision.found.contains(kind) { return }
        findings.append(
            .conditionFound(
                ConditionFound(unit: unit.record.id, fault: kind, isActive: isActive, detail: detail)))
    }
}
