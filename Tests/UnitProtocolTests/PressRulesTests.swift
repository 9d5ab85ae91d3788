import AlertModel
import Testing
import UnitProtocol

@Suite("A press is never refused for its details")
struct PressRulesTests {
    private func press(
        milliseconds: UInt64 = 1_000, category: UInt8 = 1, flags: UInt8 = 1, latitude: Int32 = 0,
        longitude: Int32 = 0
    ) throws -> PressMessage {
        var body: [UInt8] = [0, 0, 0, 7, 0, 0, 0, 9]
        body += (0..<8).map { UInt8(truncatingIfNeeded: milliseconds >> (56 - 8 * UInt64($0))) }
        body += [category, flags, 0, 5]
        for value in [latitude, longitude, 250] {
            body += (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * Int32($0))) }
        }
        let message = try Wire.unitMessage(Wire.frame(type: MessageType.press.rawValue, body: body))
        guard case .press(let press) = message else { throw MakerError() }
        return press
    }

    @Test("any category that is not a caller's means police")
    func categories() throws {
        for raw in UInt8.min...UInt8.max {
            let known = Category(rawValue: raw).flatMap { $0.isPressed ? $0 : nil }
            #expect(try press(category: raw).category == known ?? .police)
        }
        for category in Category.allCases where !category.isPressed {
            let made = PressMessage(
                boot: 1, counter: 1, category: category, pressedAt: WallTime(nanoseconds: 0), position: nil)
            #expect(made.category == .police)
        }
    }

    @Test("any clock is accepted and held at 2200")
    func clocks() throws {
        #expect(try press(milliseconds: 0).pressedAt == WallTime(nanoseconds: 0))
        let end = WallTime(clampingMilliseconds: WallTime.millisecondsMax)
        for milliseconds in [WallTime.millisecondsMax, WallTime.millisecondsMax + 1, .max] {
            #expect(try press(milliseconds: milliseconds).pressedAt == end)
        }
    }

    @Test("a position outside the Earth is left out, the press stays")
    func positions() throws {
        #expect(try press(latitude: 900_000_000, longitude: -1_800_000_000).position != nil)
        let outside: [(Int32, Int32)] = [(900_000_001, 0), (-900_000_001, 0), (0, 1_800_000_001), (0, .min)]
        for (latitude, longitude) in outside {
            let press = try press(latitude: latitude, longitude: longitude)
            #expect(press.position == nil)
            #expect(press.counter == 9)
        }
        #expect(try press(flags: 0).position == nil)
        #expect(try press(flags: 0xFE).position == nil)
        #expect(try press(flags: 0xFF).position?.ageS == 5)
    }

    @Test("thirty-one bytes are too few")
    func tooShort() {
        #expect(throws: FrameError(.truncated, offset: 32)) {
            try Wire.unitMessage(
                Wire.frame(type: MessageType.press.rawValue, body: [UInt8](repeating: 0, count: 31)))
        }
    }
}
