// What supervision is tried with: units cut off for longer than their reporting time, alone or with all of a carrier,
// kinds of units, faults that explain each other.

import AlertModel

extension Simulation {
    /// Short ones, so that losses are found within a run.
    static let reportingTimesS: ClosedRange<UInt16> = 4...7
    static let carriers: [CarrierID] = names("carrier", 2)
    static let roads: [RoadID] = names("road", 2)
    static let profiles: [ProfileID] = names("profile", 2)
    /// Conditions that units report here.
    static let faults: [FaultKind] = [.doorOpen, .vibration, .mainsLost, .batteryLow, .gpsLost, .charger]

    /// Supervision as the gateway's configuration has it; short times, and five units can be an outage.
    var supervision: SupervisionPolicy {
        var policy = SupervisionPolicy()
        policy.startGraceS = 1
        policy.groupUnitsMin = groupUnitsMin
        policy.flapDowns = 6
        policy.flapWindowS = 5
        return policy
    }

    /// Two kinds of units with rules of their own.
    func registerProfiles() {
        for profile in Self.profiles {
            var severities: [FaultKind: ProfileRecord.Severity] = [:]
            for kind in Self.faults where random.chance(perMille: 300) {
                severities[kind] =
                    random.chance(perMille: 300) ? .recorded : .alert(random.pick(Priority.allCases) ?? .technical)
            }
            gateway.receive(
                .profileRegistered(
                    ProfileRecord(
                        id: profile, firmware: random.chance(perMille: 500) ? 1 : nil, severities: severities)),
                at: now)
        }
    }

    func record(of unit: SimulatedUnit, centre: CentreID) -> UnitRecord {
        func maybe<Value>(_ values: [Value]) -> Value? { random.chance(perMille: 800) ? random.pick(values) : nil }
        let times = Self.reportingTimesS
        return UnitRecord(
            id: unit.id, centre: centre, place: "", point: Self.home,
            reportingTimeS: times.lowerBound + UInt16(random.below(times.count)), profile: maybe(Self.profiles),
            carrier: maybe(Self.carriers), secondCarrier: maybe(Self.carriers), road: maybe(Self.roads))
    }

    /// Where all units were surveyed.
    static let home = GeoPoint(latitudeE7: 511_600_000, longitudeE7: 714_700_000)
    /// A kilometre away.
    private static let away = GeoPoint(latitudeE7: 511_700_000, longitudeE7: 714_700_000)

    /// Where the unit is, as its receiver says it; every fix is a new one.
    func position(of unit: SimulatedUnit) -> Event? {
        guard let point = unit.isMoved ? Self.away : Self.home else { return nil }
        return .position(
            unit.id,
            Position(
                point: point, accuracyCm: 300, speedCmS: 0, headingCentidegrees: 0, fixedAt: now.wall,
                satellites: 9))
    }

    /// A path comes up; HELLO tells what the gateway judges the unit by.
    ///
    /// - Parameter continues: the link whose session it carries on.
    func hello(of unit: SimulatedUnit, link: LinkID, path: Int, continues: LinkID?) -> LinkUp {
        let ahead: Int32? = isCalm ? 0 : random.pick([nil, 0, 30, -60]) ?? nil
        return LinkUp(
            unit: unit.id, link: link, boot: unit.boot, firmware: UInt32(1 + random.below(2)),
            capabilities: Capabilities.known.rawValue, path: UInt8(path + 1), clockAheadS: ahead,
            certificateEndsAtS: random.pick([0, 1_796_700_000, 1_799_000_000]) ?? 0, continues: continues)
    }

    /// Up to all units stay away, for up to 15 s.
    func cutUnits() {
        let share = random.pick([200, 600, 1_000]) ?? 200
        let until = tick + 20 + random.below(300)
        for unit in units where random.chance(perMille: share) {
            unit.cutUntil = until
            for link in unit.paths.compactMap({ $0 }) {
                unit.disconnected(link)
                lose(
                    link, random.chance(perMille: 500) ? .silent : .peerClosed, noticedAt: tick + random.below(60))
            }
            totals.count(.cuts)
            tell(.world, Said("\(unit.id) is cut off until tick \(until)", unit: unit.id))
        }
    }
}
