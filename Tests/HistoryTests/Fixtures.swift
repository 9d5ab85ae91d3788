// Alerts and files for the tests of this folder.

import AlertModel
import Foundation

/// SplitMix64: small, seeded, the same everywhere.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func chance() -> Bool { Bool.random(using: &self) }
    mutating func time() -> WallTime { WallTime(nanoseconds: Int64.random(in: .min ... .max, using: &self)) }
    mutating func optionalTime() -> WallTime? { chance() ? time() : nil }
}

/// A directory that is gone at the end of `body`.
func withDirectory<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let path = FileManager.default.temporaryDirectory.appending(path: "history-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
}

/// An alert whose every field is random.
func randomAlert(id: UInt64, using generator: inout SeededGenerator) throws -> Alert {
    let point = GeoPoint(
        latitudeE7: Int32.random(in: -900_000_000...900_000_000, using: &generator),
        longitudeE7: Int32.random(in: -1_800_000_000...1_800_000_000, using: &generator))
    let position = point.map {
        LastPosition(
            point: $0, accuracyCm: UInt32.random(in: .min ... .max, using: &generator),
            ageS: UInt16.random(in: .min ... .max, using: &generator))
    }
    var alert = Alert(
        id: AlertID(id), unit: try UnitID("AST-\(UInt16.random(in: .min ... .max, using: &generator))"),
        centre: try CentreID(generator.chance() ? "astana" : "almaty"),
        category: Category.allCases.randomElement(using: &generator) ?? .police,
        priority: Priority.allCases.randomElement(using: &generator) ?? .life,
        press: MessageID(
            unit: try UnitID("AST-1"), boot: UInt32.random(in: .min ... .max, using: &generator),
            counter: UInt32.random(in: .min ... .max, using: &generator)),
        pressedAt: generator.time(), receivedAt: generator.time(), storedAt: generator.time(),
        position: generator.chance() ? position : nil)
    // The press names the unit; a decoded alert takes it from there.
    alert = Alert(
        id: alert.id, unit: alert.press.unit, centre: alert.centre, category: alert.category,
        priority: alert.priority, press: alert.press, pressedAt: alert.pressedAt, receivedAt: alert.receivedAt,
        storedAt: alert.storedAt, position: alert.position)
    alert.stage = Stage.allCases.randomElement(using: &generator) ?? .stored
    alert.changedBy = JournalSequence(id + UInt64.random(in: 0...1_000, using: &generator))
    alert.pressCount = UInt32.random(in: .min ... .max, using: &generator)
    alert.lastPressAt = generator.time()
    alert.ringingAt = generator.optionalTime()
    alert.answeredAt = generator.optionalTime()
    alert.dispatchedAt = generator.optionalTime()
    alert.arrivedAt = generator.optionalTime()
    alert.closedAt = generator.optionalTime()
    alert.cancelledAt = generator.optionalTime()
    alert.owner = generator.chance() ? try OfficerID("aigerim") : nil
    alert.confirmedStage = generator.chance() ? Stage.allCases.randomElement(using: &generator) : nil
    alert.outcome = generator.chance() ? Outcome.allCases.randomElement(using: &generator) : nil
    alert.note = generator.chance() ? "Жол апаты, '; DROP TABLE alert; --\n\u{1F6A8}" : ""
    return alert
}
