// A scenario spelt out: who does what when. A pure function of scenario, seed and units, so that a run can be had again.

public import AlertModel

/// One thing that one unit does, or that is done to it.
public enum PlannedAct: Hashable, Sendable {
    /// The connection is lost; nothing gets through for so long. Silent: the gateway is not told.
    case cut(forNs: UInt64, silent: Bool)
    case press(Category)
    /// Takes the unit's latest press back.
    case cancel
    case faultBegins(FaultKind, detail: Int32)
    case faultEnds(FaultKind)
    /// The clock goes wrong, then the connection is made anew. nil: no clock.
    case clock(errorNs: Int64?)
    case power(PowerSource, percent: Int)
    case move(RoadPlace)
}

/// An act, whose, and when.
public struct PlannedStep: Hashable, Sendable {
    /// Nanoseconds behind the begin.
    public let atNs: UInt64
    /// The unit's place among the units of the run.
    public let unit: Int
    public let act: PlannedAct
}

/// What a scenario means for these units.
public struct ScenarioPlan: Hashable, Sendable {
    /// By time; at one time in the order of the file.
    public let steps: [PlannedStep]
    /// What to tell people when, by time.
    public let announcements: [Announcement]
    /// When everything is over.
    public let durationNs: UInt64
    /// What the run was told to do more than a plan can hold; 0 in sane files.
    public let omittedSteps: Int

    /// A line for people.
    public struct Announcement: Hashable, Sendable {
        public let atNs: UInt64
        public let text: String
    }

    /// A step takes 48 bytes: 240 MB.
    public static let stepsMax = 5_000_000

    /// - Parameters:
    ///   - scenario: what the file says.
    ///   - carriers: of each unit of the run, by place.
    ///   - seed: any number.
    public init(_ scenario: Scenario, carriers: [String], seed: UInt64) {
        var planner = Planner(scenario, carriers: carriers)
        var chance = Chance(seed: seed)
        var announcements: [Announcement] = []
        for happening in scenario.happenings {
            // A generator each: what is put into a file later does not change what stood there before.
            var own = chance.branch()
            let count = planner.add(happening, &own)
            let text = "\(happening.name): \(count) \(count == 1 ? "unit" : "units")"
            announcements.append(Announcement(atNs: Planner.ns(happening.atS), text: text))
        }
        // Sorting is stable by the place in the list.
        steps = planner.steps.enumerated().sorted { ($0.element.atNs, $0.offset) < ($1.element.atNs, $1.offset) }
            .map(\.element)
        self.announcements = announcements.enumerated()
            .sorted { ($0.element.atNs, $0.offset) < ($1.element.atNs, $1.offset) }.map(\.element)
        durationNs = Planner.ns(scenario.durationS)
        omittedSteps = planner.omitted
    }

    /// Presses in it, test calls included.
    public var presses: Int { steps.count { if case .press = $0.act { true } else { false } } }
}

/// Spells out one happening after the other.
private struct Planner {
    let scenario: Scenario
    let carriers: [String]
    var steps: [PlannedStep] = []
    var omitted = 0

    /// Below this a battery is low.
    static let batteryLowPercent = 20
    /// A caller who takes a press back does so within these seconds.
    static let cancelS = 1.0...5.0

    init(_ scenario: Scenario, carriers: [String]) {
        self.scenario = scenario
        self.carriers = carriers
    }

    static func ns(_ seconds: Double) -> UInt64 { UInt64(max(0, min(seconds, 1e9)) * 1e9) }

    /// - Returns: how many units it takes.
    mutating func add(_ happening: Happening, _ chance: inout Chance) -> Int {
        let units = chosen(happening, &chance)
        let endS = min(happening.atS + happening.forS, scenario.durationS)
        let awayNs = Self.ns(endS - happening.atS)
        switch happening.kind {
        case .storm:
            for unit in units { step(happening.atS, unit, .cut(forNs: awayNs, silent: false)) }
        case .carrierFails(_, let silent):
            for unit in units { step(happening.atS, unit, .cut(forNs: awayNs, silent: silent)) }
        case .roaming(let road, let speedKmH, let reportEveryS, let newLinkEveryS):
            for unit in units {
                roam(
                    unit, road, speedKmH, reportEveryS, newLinkEveryS, happening.atS..<max(happening.atS, endS),
                    &chance)
            }
        case .stuckButton(let everyS):
            for unit in units {
                for atS in stride(from: happening.atS, to: endS, by: everyS) { step(atS, unit, .press(.police)) }
            }
        case .presses(let perMinute, let cancelPercent):
            press(units, perMinute, cancelPercent, happening.atS..<max(happening.atS, endS), &chance)
        case .testCalls:
            for unit in units { step(happening.atS + chance.fraction() * happening.forS, unit, .press(.test)) }
        case .clock(let fault):
            for unit in units { step(happening.atS, unit, .clock(errorNs: fault.errorNs)) }
        case .weakBattery(let from, let to):
            for unit in units { drain(unit, from, to, happening) }
        case .fault(let fault, let lasts):
            for unit in units {
                step(happening.atS, unit, .faultBegins(fault, detail: 0))
                if !lasts { step(happening.atS + happening.forS, unit, .faultEnds(fault)) }
            }
        }
        return units.count
    }

    /// Without those behind the end, and without more than fit.
    private mutating func step(_ atS: Double, _ unit: Int, _ act: PlannedAct) {
        guard atS <= scenario.durationS else { return }
        guard steps.count < ScenarioPlan.stepsMax else {
            omitted += 1
            return
        }
        steps.append(PlannedStep(atNs: Self.ns(atS), unit: unit, act: act))
    }

    private func chosen(_ happening: Happening, _ chance: inout Chance) -> [Int] {
        var units = Array(carriers.indices)
        if case .carrierFails(let carrier, _) = happening.kind { units = units.filter { carriers[$0] == carrier } }
        guard !units.isEmpty else { return [] }
        let share = (Double(units.count) * happening.scope.percent / 100).rounded()
        let count = min(units.count, max(1, happening.scope.count ?? Int(share)))
        guard count < units.count else { return units }
        return units.shuffled(using: &chance).prefix(count).sorted()
    }

    private mutating func roam(
        _ unit: Int, _ road: Road, _ speedKmH: Int, _ reportEveryS: Double, _ newLinkEveryS: Double,
        _ when: Range<Double>, _ chance: inout Chance
    ) {
        let startM = chance.fraction() * 2 * road.lengthM
        let speedMS = Double(speedKmH) / 3.6
        let speedCmS = UInt16(min(65_535, speedMS * 100))
        let firstS = when.lowerBound + chance.fraction() * reportEveryS
        for atS in stride(from: firstS, to: when.upperBound, by: reportEveryS) {
            let driven = startM + speedMS * (atS - when.lowerBound)
            if let place = road.place(atM: driven, speedCmS: speedCmS) { step(atS, unit, .move(place)) }
        }
        guard newLinkEveryS > 0 else { return }
        var atS = when.lowerBound + chance.exponential() * newLinkEveryS
        while atS < when.upperBound {
            step(atS, unit, .cut(forNs: 0, silent: false))
            atS += chance.exponential() * newLinkEveryS
        }
    }

    private mutating func press(
        _ units: [Int], _ perMinute: Double, _ cancelPercent: Int, _ when: Range<Double>, _ chance: inout Chance
    ) {
        guard !units.isEmpty else { return }
        var schedule = PressSchedule(seed: chance.next(), everyS: 60 / perMinute, units: units.count, limit: nil)
        var atS = when.lowerBound
        while let press = schedule.next() {
            atS += Double(press.afterNs) / 1e9
            guard atS < when.upperBound, omitted == 0 else { return }
            step(atS, units[press.unit], .press(press.category))
            guard Int.random(in: 0..<100, using: &chance) < cancelPercent else { continue }
            let laterS =
                Self.cancelS.lowerBound + chance.fraction() * (Self.cancelS.upperBound - Self.cancelS.lowerBound)
            step(atS + laterS, units[press.unit], .cancel)
        }
    }

    /// Ten steps down; with the mains back at the end, where that is before the end of all.
    private mutating func drain(_ unit: Int, _ from: Int, _ to: Int, _ happening: Happening) {
        step(happening.atS, unit, .faultBegins(.mainsLost, detail: 0))
        var isLow = false
        for number in 0...10 {
            let atS = happening.atS + happening.forS * Double(number) / 10
            let percent = from + (to - from) * number / 10
            step(atS, unit, .power(.battery, percent: percent))
            if percent <= Self.batteryLowPercent, !isLow {
                isLow = true
                step(atS, unit, .faultBegins(.batteryLow, detail: Int32(percent)))
            }
        }
        let backS = happening.atS + happening.forS + 1
        step(backS, unit, .power(.mains, percent: to))
        step(backS, unit, .faultEnds(.mainsLost))
        if isLow { step(backS, unit, .faultEnds(.batteryLow)) }
    }
}

extension ClockFault {
    /// Added to the true time; nil for no clock.
    var errorNs: Int64? {
        switch self {
        case .ahead(let seconds): Int64(seconds) * 1_000_000_000
        case .behind(let seconds): -Int64(seconds) * 1_000_000_000
        case .none: nil
        }
    }
}
