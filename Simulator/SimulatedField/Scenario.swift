// What is to happen to the units of a run, as a scenario file says it: named happenings on a line of time. Values only;
// FieldScenarios reads the file, ScenarioPlan says what it means for each unit.

public import AlertModel

/// What a clock shows.
public enum ClockFault: Hashable, Sendable {
    /// So many seconds ahead.
    case ahead(seconds: Int)
    /// So many seconds behind.
    case behind(seconds: Int)
    /// The unit does not know the time.
    case none
}

/// What happens.
public enum HappeningKind: Hashable, Sendable {
    /// Units lose their connections at once, are away for `seconds`, and come back.
    case storm
    /// Every unit of a carrier is cut off for `seconds`. Silent: the gateway hears of it only by their silence.
    case carrierFails(carrier: String, silent: Bool)
    /// Units move along a road, say where they are every so many seconds, and change to another cell now and then
    /// (0: never), which loses the connection.
    case roaming(road: Road, speedKmH: Int, reportEveryS: Double, newLinkEveryS: Double)
    /// The buttons of the units press themselves, every so many seconds.
    case stuckButton(everyS: Double)
    /// Callers press, so many times a minute over all the units; of so many percent the caller thinks better of it.
    case presses(perMinute: Double, cancelPercent: Int)
    /// Each unit makes one test call.
    case testCalls
    /// The units' clocks go wrong; they restart their connections, so that the gateway sees it.
    case clock(ClockFault)
    /// Mains fail; the battery falls from one percentage to another; the units report mains lost, then battery low.
    case weakBattery(fromPercent: Int, toPercent: Int)
    /// A fault begins and, when it does not last, ends.
    case fault(FaultKind, lasts: Bool)
}

/// Which units it happens to.
public struct HappeningScope: Hashable, Sendable {
    /// Percent of those that the happening may take; at least one unit.
    public var percent: Double
    /// So many of them instead; nil for the percentage.
    public var count: Int?

    /// Everybody.
    public static let all = HappeningScope(percent: 100, count: nil)

    /// - Parameters:
    ///   - percent: more than 0, up to 100.
    ///   - count: at least 1; nil for the percentage.
    public init(percent: Double, count: Int?) {
        self.percent = percent
        self.count = count
    }
}

/// One happening.
public struct Happening: Hashable, Sendable {
    /// Seconds behind the begin.
    public let atS: Double
    /// How long it lasts in seconds; what that means is each kind's.
    public let forS: Double
    public let kind: HappeningKind
    public let scope: HappeningScope
    /// For people: what the file calls it.
    public let name: String

    /// - Parameters:
    ///   - atS: at least 0.
    ///   - forS: at least 0.
    ///   - name: one line.
    public init(atS: Double, forS: Double, kind: HappeningKind, scope: HappeningScope = .all, name: String) {
        self.atS = atS
        self.forS = forS
        self.kind = kind
        self.scope = scope
        self.name = name
    }
}

/// A whole file.
public struct Scenario: Hashable, Sendable {
    /// For people.
    public let name: String
    /// Seconds from the begin to the end; happenings that last longer are cut short.
    public let durationS: Double
    /// How many units of the registry; nil for all.
    public let units: Int?
    /// Drives every choice; the command line may say another.
    public let seed: UInt64
    /// In the order of the file.
    public let happenings: [Happening]

    /// - Parameters:
    ///   - durationS: more than 0.
    ///   - units: at least 1; nil for all.
    public init(name: String, durationS: Double, units: Int?, seed: UInt64, happenings: [Happening]) {
        self.name = name
        self.durationS = durationS
        self.units = units
        self.seed = seed
        self.happenings = happenings
    }
}
