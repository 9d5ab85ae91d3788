// How a centre wants its alerts treated while nobody has claimed them.

/// How far an unclaimed alert has come. Each level includes those before it: what is shown to a neighbour is still
/// rung with supervisors.
public enum EscalationLevel: UInt8, CaseIterable, Hashable, Comparable, Sendable {
    /// Rung once, as every alert.
    case none = 0
    /// Rung again.
    case reRing = 1
    /// Rung with the supervisors of its centre.
    case supervisors = 2
    /// In the queue of the neighbour centre.
    case neighbour = 3
    /// In the queue of the fail-over centre.
    case failover = 4
    /// In the queue of the duty desk.
    case dutyDesk = 5
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// The policy of one centre: escalation, and with which priority presses begin. A centre that has none goes by the defaults, with nowhere to go on to.
public struct CentrePolicy: Hashable, Sendable {
    public let centre: CentreID
    /// Seconds from the press, or from a release, until each step; 0 leaves the step out. They do not fall.
    public let reRingS: UInt16
    public let supervisorsS: UInt16
    public let neighbourS: UInt16
    public let failoverS: UInt16
    public let dutyDeskS: UInt16
    /// An alert that no console has shown for so many seconds goes to its next step at once; 0 leaves that out.
    public let unseenS: UInt16
    /// An alert below ``Priority/urgent`` that has waited so many seconds stands one level higher; 0 leaves that out.
    public let starvationS: UInt16
    /// Where the steps lead; nil leaves the step out.
    public let neighbour: CentreID?
    public let failover: CentreID?
    public let dutyDesk: CentreID?
    /// With which priority alerts of this centre begin.
    public let priorities: PressPriorities

    /// The default times: NENA-STA-020.1's 15 s, and two more of the same.
    public static let defaultTimesS: (first: UInt16, second: UInt16, third: UInt16) = (15, 30, 45)
    public static let defaultUnseenS: UInt16 = 5
    public static let defaultStarvationS: UInt16 = 600

    /// A policy by three times: first rung again with supervisors, then the neighbour, then the fail-over centre;
    /// the duty desk comes in place of a fail-over centre, or as much later as the third time is behind the second.
    ///
    /// - Parameter timesS: seconds, rising.
    public init(
        centre: CentreID, timesS: (first: UInt16, second: UInt16, third: UInt16) = defaultTimesS,
        unseenS: UInt16 = defaultUnseenS, starvationS: UInt16 = defaultStarvationS,
        neighbour: CentreID? = nil, failover: CentreID? = nil,
        dutyDesk: CentreID? = nil, priorities: PressPriorities = PressPriorities()
    ) {
        let gap = timesS.third > timesS.second ? timesS.third - timesS.second : 0
        let (later, overflow) = timesS.third.addingReportingOverflow(gap)
        self.init(
            centre: centre, reRingS: timesS.first, supervisorsS: timesS.first, neighbourS: timesS.second,
            failoverS: timesS.third, dutyDeskS: failover == nil ? timesS.third : (overflow ? .max : later),
            unseenS: unseenS, starvationS: starvationS, neighbour: neighbour, failover: failover,
            dutyDesk: dutyDesk, priorities: priorities)
    }

    public init(
        centre: CentreID, reRingS: UInt16, supervisorsS: UInt16, neighbourS: UInt16, failoverS: UInt16,
        dutyDeskS: UInt16, unseenS: UInt16, starvationS: UInt16 = defaultStarvationS, neighbour: CentreID?,
        failover: CentreID?, dutyDesk: CentreID?, priorities: PressPriorities = PressPriorities()
    ) {
        self.centre = centre
        self.reRingS = reRingS
        self.supervisorsS = supervisorsS
        self.neighbourS = neighbourS
        self.failoverS = failoverS
        self.dutyDeskS = dutyDeskS
        self.unseenS = unseenS
        self.starvationS = starvationS
        self.neighbour = neighbour
        self.failover = failover
        self.dutyDesk = dutyDesk
        self.priorities = priorities
    }
}

extension CentrePolicy {
    /// ```
    ///  0 centre 16 | 16 re-ring s 2 | 18 supervisors s 2 | 20 neighbour s 2 | 22 fail-over s 2 | 24 duty desk s 2
    /// 26 unseen s 2 | 28 starvation s 2 | 30 neighbour 16 | 46 fail-over 16 | 62 duty desk 16
    /// 78 priorities of police, medical, fire and road accident, 1 each
    /// ```
    func encode(to writer: inout ByteWriter) {
        writer.write(centre)
        for seconds in [
            reRingS, supervisorsS, neighbourS, failoverS, dutyDeskS, unseenS, starvationS,
        ] { writer.write(seconds) }
        for target in [neighbour, failover, dutyDesk] { writer.write(optional: target) }
        priorities.encode(to: &writer)
    }
    init(from reader: inout ByteReader) throws(DecodeError) {
        self.init(
            centre: try reader.read(), reRingS: try reader.read(), supervisorsS: try reader.read(),
            neighbourS: try reader.read(), failoverS: try reader.read(), dutyDeskS: try reader.read(),
            unseenS: try reader.read(), starvationS: try reader.read(),
            neighbour: try reader.readOptional(CentreID.self),
            failover: try reader.readOptional(CentreID.self), dutyDesk: try reader.readOptional(CentreID.self),
            priorities: try PressPriorities(from: &reader))
    }
}
