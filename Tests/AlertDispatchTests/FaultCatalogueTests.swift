import AlertModel
import Testing

@testable import AlertDispatch

@Suite("The catalogue of faults")
struct FaultCatalogueTests {
    private let world = World()
    private static let home = GeoPoint(latitudeE7: 511_282_580, longitudeE7: 714_305_640)

    private func fixedUnit(_ profile: String? = nil) {
        world.step(
            .unitRegistered(
                UnitRecord(
                    id: unitA, centre: World.astana, place: "km", point: Self.home, reportingTimeS: 20,
                    profile: profile.map { id($0) })))
        world.up(unitA, 1)
    }

    private func hello(aheadS: Int32? = nil, endsInDays: Double? = nil, firmware: UInt32 = 1, _ link: UInt64 = 2) {
        let ends = endsInDays.map { UInt32(Double(world.clockMs) / 1_000 + $0 * 86_400) } ?? 0
        world.step(
            .linkUp(
                LinkUp(
                    unit: unitA, link: LinkID(link), boot: 1, firmware: firmware, capabilities: 0,
                    clockAheadS: aheadS, certificateEndsAtS: ends)))
    }

    /// A position report, `metres` north of home; what is found is durable at once.
    @discardableResult
    private func position(
        metres: Double, accuracyCm: UInt32 = 300, satellites: UInt8 = 9, speedCmS: UInt16 = 0,
        fixedAt: Int64? = nil
    ) -> Int {
        let found = report(
            metres: metres, accuracyCm: accuracyCm, satellites: satellites, speedCmS: speedCmS, fixedAt: fixedAt)
        for event in found { world.step(event) }
        return found.count
    }

    /// A position report; what is found still has to go through the journal.
    private func report(
        metres: Double, accuracyCm: UInt32 = 300, satellites: UInt8 = 9, speedCmS: UInt16 = 0,
        fixedAt: Int64? = nil
    ) -> [Event] {
        world.clockMs += 10_000
        let north = Int32(metres / 6_371_008.8 * 180 / 3.141592653589793 * 1e7)
        guard let home = Self.home,
            let point = GeoPoint(latitudeE7: home.latitudeE7 + north, longitudeE7: home.longitudeE7)
        else { return [] }
        let report = Position(
            point: point, accuracyCm: accuracyCm, speedCmS: speedCmS, headingCentidegrees: 0,
            fixedAt: WallTime(nanoseconds: (fixedAt ?? world.clockMs) * 1_000_000), satellites: satellites)
        var effects: [Effect] = []
        world.core.observe(.position(unitA, report), at: world.now, effects: &effects)
        return world.takeDue(max: 10)
    }

    private var faults: FaultSet { world.unit(unitA)?.faults ?? [] }

    @Test(
        "section 4, faults: each begins and ends, and calls as loud as the catalogue says",
        arguments: FaultKind.allCases.filter(\.isReported))
    func beginsAndEnds(kind: FaultKind) throws {
        fixedUnit()
        world.fault(unitA, 1, kind, begins: true)
        for repeated in UInt32(2)...6 { world.fault(unitA, repeated, kind, begins: true) }
        world.pass(seconds: 5)
        #expect(faults == FaultSet(kind))
        // Seven days, as these reports say, are pressing.
        if let severity = kind == .certificateExpiring ? .technical : kind.defaultSeverity {
            let alert = try #require(world.technical.first)
            #expect(world.technical.count == 1 && alert.priority == severity && alert.category == kind.category)
            #expect(alert.faults == FaultSet(kind))
        } else {
            #expect(world.technical.isEmpty)
        }
        world.fault(unitA, 9, kind, begins: false)
        world.pass(seconds: 5)
        #expect(faults == [] && world.technical.isEmpty && world.totals.technicalAlerts <= 1)
        #expect(world.replayedHash() == world.stateHash())
    }

    @Test("section 4, faults, severity by profile: loud for one kind of unit, only recorded for another")
    func severity() throws {
        world.step(
            .profileRegistered(
                ProfileRecord(id: id("tunnel"), severities: [.camera: .recorded, .charger: .alert(.urgent)])))
        fixedUnit("tunnel")
        world.fault(unitA, 1, .camera, begins: true)
        world.pass(seconds: 2)
        #expect(world.technical.isEmpty && faults == FaultSet(.camera))
        world.fault(unitA, 2, .charger, begins: true)
        world.pass(seconds: 2)
        #expect(world.technical.map(\.priority) == [.urgent])
        // The registry changes its mind while it lasts.
        world.step(.profileRegistered(ProfileRecord(id: id("tunnel"), severities: [.charger: .recorded])))
        world.pass(seconds: 2)
        #expect(world.technical.map(\.faults) == [FaultSet(.camera)])
    }

    @Test("section 4, faults, inhibition: mains lost does not also flood battery, GPS and camera")
    func inhibition() throws {
        fixedUnit()
        world.fault(unitA, 1, .mainsLost, begins: true)
        for (number, kind) in [FaultKind.batteryLow, .gpsLost, .camera, .charger].enumerated() {
            world.fault(unitA, UInt32(number) + 2, kind, begins: true)
            world.pass(seconds: 1)
        }
        let alert = try #require(world.technical.first)
        #expect(world.technical.count == 1 && alert.faults == FaultSet(.mainsLost) && alert.ringCount == 0)
        #expect(faults.contains(.camera), "known, and only not told")
        // What lasts when the mains are back calls for itself.
        world.fault(unitA, 8, .mainsLost, begins: false)
        world.pass(seconds: 1)
        #expect(world.technical.first?.faults == [FaultSet(.batteryLow), FaultSet(.gpsLost), FaultSet(.camera)])
        #expect(world.technical.first?.id == alert.id)
        // A lost link explains everything but tampering.
        world.fault(unitA, 9, .doorOpen, begins: true)
        world.linkDown(unitA, 1)
        world.pass(seconds: 21)
        #expect(world.technical.first?.faults == [FaultSet(.doorOpen), FaultSet(.linkLost)])
        #expect(world.technical.first?.priority == .property && world.technical.count == 1)
    }

    @Test("section 4, faults, displaced: more than 50 m from its place, with the quality of the fix considered")
    func displaced() {
        fixedUnit()
        for _ in 0..<5 { position(metres: 40) }
        for _ in 0..<5 { position(metres: 200, accuracyCm: 20_000) }
        for _ in 0..<5 { position(metres: 200, satellites: 3) }
        for _ in 0..<5 { position(metres: 52, accuracyCm: 1_000) }
        #expect(position(metres: 400) == 0 && position(metres: 400) == 0)
        position(metres: 10)
        #expect(faults == [], "two strange fixes are reflections")
        for _ in 0..<3 { position(metres: 400) }
        world.pass(seconds: 1)
        #expect(faults == FaultSet(.displaced) && world.technical.first?.category == .tamper)
        #expect(world.faults(unitA).first?.detail == 399 || world.faults(unitA).first?.detail == 400)
        for _ in 0..<3 { position(metres: 5) }
        world.pass(seconds: 1)
        #expect(faults == [] && world.technical.isEmpty)
        #expect(world.replayedHash() == world.stateHash())
    }

    @Test("what is over before the journal has it ends all the same")
    func overtaken() {
        fixedUnit()
        var waiting: [Event] = []
        for metres in [400.0, 400, 400, 5, 5, 5] { waiting += report(metres: metres) }
        for event in waiting { world.step(event) }
        #expect(faults == FaultSet(.displaced) && waiting.count == 1)
        position(metres: 5)
        #expect(faults == [])
    }

    @Test("section 4, faults, GPS frozen is told from GPS lost, and from standing still")
    func frozen() {
        fixedUnit()
        for _ in 0..<60 { position(metres: 0) }
        #expect(faults == [], "new fixes of the same point")
        let fix = world.clockMs
        for _ in 0..<29 { position(metres: 0, fixedAt: fix) }
        #expect(faults == [])
        for _ in 0..<3 { position(metres: 0, fixedAt: fix) }
        #expect(faults == FaultSet(.gpsFrozen))
        world.fault(unitA, 1, .gpsLost, begins: true)
        world.pass(seconds: 1)
        #expect(world.technical.first?.faults == FaultSet(.gpsLost), "a lost receiver explains an old fix")
        world.fault(unitA, 2, .gpsLost, begins: false)
        for _ in 0..<3 { position(metres: 0) }
        world.pass(seconds: 1)
        #expect(faults == [])
        // It says it drives, and stays where it is.
        for _ in 0..<4 { position(metres: 0, speedCmS: 2_000) }
        #expect(faults == FaultSet(.gpsFrozen))
    }

    @Test("section 4, stuck button: pressed 1,000 times makes one alert and one fault; a later press is a new one")
    func storm() throws {
        fixedUnit()
        for number in UInt32(1)...1_000 { world.press(unitA, number) }
        world.pass(seconds: 1)
        #expect(world.openAlertCount == 2 && world.technical.map(\.faults) == [FaultSet(.buttonStuck)])
        let live = try #require(world.nextAlert(World.astana))
        #expect(live.pressCount == 1_000 && world.totals.alertsRaised == 1 && world.totals.technicalAlerts == 1)
        world.act(.claim, live.id)
        world.act(.close, live.id, outcome: .falsePress)
        world.pass(seconds: 61)
        #expect(faults == [] && world.openAlertCount == 0)
        world.press(unitA, 1_001)
        #expect(world.openAlertCount == 1 && world.totals.alertsRaised == 2)
    }

    @Test("section 4, stuck button: held, as the unit reports it, ends when the unit says so and not before")
    func held() {
        fixedUnit()
        world.press(unitA, 1)
        world.fault(unitA, 2, .buttonStuck, begins: true)
        world.pass(seconds: 600)
        #expect(faults == FaultSet(.buttonStuck) && world.totals.alertsRaised == 1 && world.technical.count == 1)
        world.fault(unitA, 3, .buttonStuck, begins: false)
        world.pass(seconds: 1)
        #expect(faults == [] && world.technical.isEmpty)
    }

    @Test(
        "section 4, clock: outside the window is a fault until a hello is right again",
        arguments: [21, -41, 86_400, -.max] as [Int32])
    func clock(aheadS: Int32) {
        fixedUnit()
        hello(aheadS: 20)
        #expect(faults == [])
        hello(aheadS: aheadS, 3)
        #expect(faults == FaultSet(.clockWrong))
        world.press(unitA, 1)
        #expect(world.totals.alertsRaised == 1, "the alarm itself is taken")
        hello(aheadS: nil, 4)
        #expect(faults == FaultSet(.clockWrong))
        hello(aheadS: -40, 5)
        #expect(faults == [])
    }

    @Test("section 4, faults, certificate expiring: 30, 7 and 1 days before, louder from the second on")
    func certificate() throws {
        world.start(testEveryH: 0)
        fixedUnit()
        hello(endsInDays: 40)
        world.pass(seconds: 9.9 * 86_400)
        #expect(faults == [])
        world.pass(seconds: 0.2 * 86_400)
        #expect(faults == FaultSet(.certificateExpiring) && world.faults(unitA).last?.detail == 30)
        #expect(world.technical.isEmpty)
        world.pass(seconds: 23 * 86_400)
        #expect(world.faults(unitA).last?.detail == 7 && world.technical.map(\.priority) == [.technical])
        world.pass(seconds: 6 * 86_400)
        #expect(world.faults(unitA).last?.detail == 1 && world.technical.count == 1)
        world.pass(seconds: 30 * 86_400)
        #expect(world.faults(unitA).last?.isActive == true)
        hello(endsInDays: 365, 3)
        world.pass(seconds: 1)
        #expect(faults == [] && world.technical.isEmpty)
        #expect(world.replayedHash() == world.stateHash())
    }

    @Test("section 4, faults, firmware mismatch: by the profile's version")
    func firmware() {
        world.step(.profileRegistered(ProfileRecord(id: id("post"), firmware: 7, severities: [:])))
        fixedUnit("post")
        #expect(faults == FaultSet(.firmwareMismatch))
        hello(firmware: 7)
        #expect(faults == [])
        world.step(.profileRegistered(ProfileRecord(id: id("post"), firmware: 8, severities: [:])))
        #expect(faults == FaultSet(.firmwareMismatch))
    }
}
