// How much happened in a run: a storm in which nothing happens proves nothing.

/// What is counted.
public enum StormFigure: String, CaseIterable, Sendable {
    case ticks, records, alerts, claims, closes, escalations, audits, repeats
    /// Claims that came second, and every other command that was not done.
    case refusals
    /// Rounds in which fifty officers claimed one alert at once.
    case rushes
    /// Processes that died.
    case crashes
    /// Of these, with the whole machine: unsynced writes are lost in part.
    case powerCuts
    /// Writes and syncs that the disk refused.
    case diskErrors
    /// Starts that were refused because a read was damaged, and never half done.
    case refusedStarts
    /// Torn tails that a start cut off.
    case cutTails
    case snapshots
    /// Starts from a snapshot.
    case resumedStarts
    /// Journal segments removed below the snapshots.
    case removedSegments
    /// Frames that the network lost, doubled, or delayed.
    case lostFrames, doubledFrames, delayedFrames
    /// Frames that waited because the urgent lane was full.
    case heldFrames
    case links
    case clockSteps
    /// Centres' states, policies and units that were changed while the gateway ran.
    case changes
    /// Units that were cut off for a while.
    case cuts
    /// Units found lost, outages found, and technical alerts of units.
    case losses, outages, technicalAlerts
    /// Maintenance that officers asked for.
    case maintenance
    /// Commands to units that officers asked for.
    case unitCommands
    /// Conditions that the gateway found from position reports.
    case findings
    /// Consoles that went away or came back.
    case consoles
}

/// Sums over runs; the same seeds give the same sums in any order.
public struct StormTotals: Hashable, Sendable {
    private var counts = [UInt64](repeating: 0, count: StormFigure.allCases.count)
    private static let places = Dictionary(
        uniqueKeysWithValues: StormFigure.allCases.enumerated().map { ($1, $0) })

    /// Nothing yet.
    public init() {}

    /// How often a thing happened.
    public subscript(_ figure: StormFigure) -> UInt64 {
        get { counts[Self.places[figure] ?? 0] }
        set { counts[Self.places[figure] ?? 0] = newValue }
    }

    mutating func count(_ figure: StormFigure, _ number: UInt64 = 1) { self[figure] += number }

    /// Adds another run.
    public static func += (left: inout Self, right: Self) {
        for place in left.counts.indices { left.counts[place] += right.counts[place] }
    }
}
