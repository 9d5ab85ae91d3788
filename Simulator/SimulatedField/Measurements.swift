// What a unit's sensors say: plausible, a little different each time, not the same for two units.

import AlertModel

/// The sensors of one unit.
struct Measurements: Sendable {
    /// Where it is now.
    var point: GeoPoint?
    /// Over ground; 0 for a unit that stands.
    var speedCmS: UInt16 = 0
    /// Course over ground in hundredths of a degree.
    var headingCentidegrees: UInt16 = 0
    /// What feeds it, and how full its battery is; a scenario may change them.
    var power: PowerSource
    var batteryPercent: Int
    private let signalDBm: Int
    private let temperatureC: Int

    /// About 10 m in degrees × 10⁷: what a receiver among houses wanders.
    private static let wanderE7: Int32 = 900

    init(point: GeoPoint?, chance: inout Chance) {
        self.point = point
        // Masts on highways run on the sun.
        power = Int.random(in: 0..<10, using: &chance) == 0 ? .solar : .mains
        batteryPercent = power == .solar ? Int.random(in: 60...95, using: &chance) : 100
        signalDBm = Int.random(in: -105 ... -65, using: &chance)
        temperatureC = Int.random(in: -15...25, using: &chance)
    }

    func heartbeat(_ chance: inout Chance) -> Heartbeat {
        let battery = power == .solar ? batteryPercent + Int.random(in: -2...2, using: &chance) : batteryPercent
        return Heartbeat(
            power: power, batteryPercent: UInt8(clamping: battery),
            signalDBm: Int8(clamping: signalDBm + Int.random(in: -3...3, using: &chance)),
            temperatureC: Int8(clamping: temperatureC + Int.random(in: -1...1, using: &chance)), isDoorOpen: false)
    }

    func position(at time: WallTime, _ chance: inout Chance) -> Position? {
        wandered(&chance).map { point in
            Position(
                point: point, accuracyCm: UInt32.random(in: 200...1_200, using: &chance), speedCmS: speedCmS,
                headingCentidegrees: headingCentidegrees, fixedAt: time,
                satellites: UInt8.random(in: 6...14, using: &chance))
        }
    }

    func lastPosition(_ chance: inout Chance) -> LastPosition? {
        wandered(&chance).map { point in
            LastPosition(
                point: point, accuracyCm: UInt32.random(in: 200...1_200, using: &chance),
                ageS: UInt16.random(in: 0...60, using: &chance))
        }
    }

    private func wandered(_ chance: inout Chance) -> GeoPoint? {
        guard let point else { return nil }
        let wander = -Self.wanderE7...Self.wanderE7
        // At a pole or the date line the point itself is good enough.
        return GeoPoint(
            latitudeE7: point.latitudeE7 + Int32.random(in: wander, using: &chance),
            longitudeE7: point.longitudeE7 + Int32.random(in: wander, using: &chance)) ?? point
    }
}
