import AlertModel
import Foundation
import SimulatedField
import Testing

@Suite("A scenario's plan is a function of scenario, seed and units")
struct ScenarioPlanTests {
    private let carriers = (0..<30).map { "net-\(1 + $0 % 3)" }

    private func plan(_ happenings: [Happening], durationS: Double = 100, seed: UInt64 = 1) -> ScenarioPlan {
        let scenario = Scenario(name: "test", durationS: durationS, units: nil, seed: 1, happenings: happenings)
        return ScenarioPlan(scenario, carriers: carriers, seed: seed)
    }

    private let busy = [
        Happening(
            atS: 5, forS: 90, kind: .roaming(road: .a3, speedKmH: 90, reportEveryS: 5, newLinkEveryS: 20),
            name: "cars"),
        Happening(atS: 10, forS: 80, kind: .presses(perMinute: 60, cancelPercent: 50), name: "people"),
        Happening(atS: 20, forS: 5, kind: .storm, scope: HappeningScope(percent: 30, count: nil), name: "storm"),
        Happening(atS: 30, forS: 20, kind: .testCalls, name: "tests"),
    ]

    @Test("the same seed gives the same steps, another one others", arguments: 1...20 as ClosedRange<UInt64>)
    func isPure(seed: UInt64) {
        let first = plan(busy, seed: seed)
        #expect(first == plan(busy, seed: seed))
        #expect(first.steps != plan(busy, seed: seed + 1).steps)
        #expect(first.steps.map(\.atNs) == first.steps.map(\.atNs).sorted(), "seed \(seed)")
        #expect(first.steps.allSatisfy { $0.atNs <= first.durationNs && carriers.indices.contains($0.unit) })
        #expect(first.omittedSteps == 0)
    }

    @Test("a plan of the most steps fits into the memory that is promised")
    func stepSize() { #expect(MemoryLayout<PlannedStep>.stride <= 48) }

    @Test("what is put behind changes nothing of what stood before")
    func isStable() {
        let longer = busy + [Happening(atS: 40, forS: 0, kind: .storm, name: "late")]
        let before = plan(busy).steps
        let kept = plan(longer).steps.filter { step in
            if case .cut(let forNs, _) = step.act { return step.atNs != 40_000_000_000 || forNs != 0 }
            return true
        }
        #expect(kept.count == before.filter { $0.atNs != 40_000_000_000 }.count)
        #expect(Set(kept).isSubset(of: Set(before)))
    }

    @Test("a storm takes the share asked for, all at one moment; its end is not behind the scenario's")
    func storm() {
        let steps = plan([
            Happening(
                atS: 95, forS: 60, kind: .storm, scope: HappeningScope(percent: 20, count: nil), name: "storm")
        ]).steps
        #expect(steps.count == 6 && Set(steps.map(\.unit)).count == 6)
        #expect(steps.allSatisfy { $0.atNs == 95_000_000_000 })
        #expect(steps.allSatisfy { $0.act == .cut(forNs: 5_000_000_000, silent: false) })
    }

    @Test("a carrier takes its own units and no others")
    func carrier() {
        let kind = HappeningKind.carrierFails(carrier: "net-2", silent: true)
        let made = plan([Happening(atS: 1, forS: 10, kind: kind, name: "net-2 is down")])
        #expect(made.steps.map(\.unit) == Array(stride(from: 1, to: 30, by: 3)))
        #expect(made.steps.allSatisfy { $0.act == .cut(forNs: 10_000_000_000, silent: true) })
        #expect(made.announcements.map(\.text) == ["net-2 is down: 10 units"])
        let unknown = HappeningKind.carrierFails(carrier: "net-9", silent: false)
        #expect(plan([Happening(atS: 1, forS: 10, kind: unknown, name: "nobody")]).steps.isEmpty)
    }

    @Test("a stuck button presses in step, a cancel follows a press of its unit")
    func buttons() {
        let one = HappeningScope(percent: 100, count: 1)
        let stuck = plan([Happening(atS: 2, forS: 15, kind: .stuckButton(everyS: 0.5), scope: one, name: "stuck")])
        #expect(stuck.presses == 30 && Set(stuck.steps.map(\.unit)).count == 1)
        #expect(stuck.steps.map(\.atNs) == (0..<30).map { 2_000_000_000 + $0 * 500_000_000 })

        let steps = plan([
            Happening(atS: 0, forS: 60, kind: .presses(perMinute: 120, cancelPercent: 100), name: "p")
        ]).steps
        let cancels = steps.filter { $0.act == .cancel }
        #expect(cancels.count == steps.count - cancels.count)
        for cancel in cancels {
            let own = steps.contains { step in
                guard case .press = step.act, step.unit == cancel.unit else { return false }
                return step.atNs + 1_000_000_000 <= cancel.atNs && cancel.atNs <= step.atNs + 5_000_000_000
            }
            #expect(own)
        }
        #expect((60...180).contains(cancels.count))
    }

    @Test("a battery falls, is low once, and what began ends")
    func battery() {
        let one = HappeningScope(percent: 100, count: 1)
        let kind = HappeningKind.weakBattery(fromPercent: 50, toPercent: 0)
        let acts = plan([Happening(atS: 10, forS: 50, kind: kind, scope: one, name: "mains fail")]).steps.map(
            \.act)
        #expect(acts.first == .faultBegins(.mainsLost, detail: 0))
        #expect(
            acts.count { if case .faultBegins(.batteryLow, let detail) = $0 { detail == 20 } else { false } } == 1)
        let percents = acts.compactMap { if case .power(.battery, let percent) = $0 { percent } else { nil } }
        #expect(percents == [50, 45, 40, 35, 30, 25, 20, 15, 10, 5, 0])
        #expect(acts.suffix(3) == [.power(.mains, percent: 0), .faultEnds(.mainsLost), .faultEnds(.batteryLow)])
    }

    @Test("units on a road are on it, move as fast as they say, and turn at its end", arguments: Road.allCases)
    func roads(road: Road) throws {
        #expect((900_000...1_400_000).contains(road.lengthM), "\(road): \(road.lengthM) m")
        var before = try #require(road.place(atM: 0, speedCmS: 2_500))
        for metre in stride(from: 1_000.0, through: road.lengthM * 2, by: 1_000) {
            let place = try #require(road.place(atM: metre, speedCmS: 2_500))
            let north = Double(place.point.latitudeE7 - before.point.latitudeE7) * 0.01112
            let east = Double(place.point.longitudeE7 - before.point.longitudeE7) * 0.01112
            let narrowing = cos(Double(place.point.latitudeE7) / 1e7 * .pi / 180)
            let moved = (north * north + east * east * narrowing * narrowing).squareRoot()
            #expect(moved < 1_060, "\(road) at \(metre) m: \(moved) m")
            #expect((410_000_000...520_000_000).contains(place.point.latitudeE7))
            #expect(place.headingCentidegrees < 36_000)
            before = place
        }
        // There and back.
        #expect(
            road.place(atM: 50_000, speedCmS: 0)?.point
                == road.place(atM: road.lengthM * 2 - 50_000, speedCmS: 0)?.point)
    }
}
