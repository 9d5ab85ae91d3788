// When the journal's disk counts as slow, and when as recovered. Pure: figures and time come in, verdicts go out.

import AlertModel
import Telemetry

/// Judges the journal's syncs by their timing and by the one under way.
struct DiskWatch {
    /// On average so long is slow: a press waits for one to two syncs, and a caller waits for its lamp.
    static let meanNsMax: UInt64 = 100_000_000
    /// A single sync this long is a warning by itself. One of the bounds of ``Timing/journalSync``.
    static let oneNsMax: UInt64 = 1_000_000_000
    /// So many make an average that one hiccup does not spoil.
    static let syncsMin: UInt64 = 8
    /// A quiet gateway's few syncs are judged after this time; and so long all is well before a warning ends.
    static let windowNs: UInt64 = 10_000_000_000

    /// What a look found new.
    enum Verdict: Hashable {
        case slow(String)
        case recovered(String)
    }

    private var before: TimingTotals
    private var windowBegan: MonotonicTime
    private var isRaised = false

    init(totals: TimingTotals, now: MonotonicTime) {
        before = totals
        windowBegan = now
    }

    /// Looks at what was timed since the last window.
    ///
    /// - Parameter underWaySince: the commit that the journal is at work on.
    /// - Returns: nil while nothing changed.
    mutating func look(totals: TimingTotals, underWaySince: MonotonicTime?, now: MonotonicTime) -> Verdict? {
        let syncs = totals.count &- before.count
        let meanNs = syncs == 0 ? 0 : (totals.nanoseconds &- before.nanoseconds) / syncs
        let isOld = now.nanosecondsSince(windowBegan) >= Self.windowNs
        if let reason = slowness(totals, syncs: syncs, meanNs: meanNs, isOld: isOld, underWaySince, now) {
            begin(totals, now)
            guard !isRaised else { return nil }
            isRaised = true
            return .slow(reason)
        }
        if isRaised {
            // At least one sync has to show it: silence proves nothing.
            guard isOld, syncs > 0 else { return nil }
            isRaised = false
            begin(totals, now)
            return .recovered("syncs take \(Self.milliseconds(meanNs)) ms on average")
        }
        if syncs >= Self.syncsMin || (isOld && syncs > 0) { begin(totals, now) }
        return nil
    }

    private func slowness(
        _ totals: TimingTotals, syncs: UInt64, meanNs: UInt64, isOld: Bool, _ underWaySince: MonotonicTime?,
        _ now: MonotonicTime
    ) -> String? {
        if let underWaySince, now.nanosecondsSince(underWaySince) > Self.oneNsMax {
            return "a commit has been under way for more than 1 s"
        }
        if totals.count(longerThanNanoseconds: Self.oneNsMax) > before.count(longerThanNanoseconds: Self.oneNsMax)
        {
            return "a sync took more than 1 s"
        }
        // While it is raised every look judges, so that an end of slowness counts from the last slow sync.
        let isEnough = syncs >= Self.syncsMin || ((isOld || isRaised) && syncs > 0)
        guard isEnough, meanNs > Self.meanNsMax else { return nil }
        return "syncs take \(Self.milliseconds(meanNs)) ms on average"
    }

    private mutating func begin(_ totals: TimingTotals, _ now: MonotonicTime) {
        before = totals
        windowBegan = now
    }

    private static func milliseconds(_ nanoseconds: UInt64) -> String {
        let tenths = nanoseconds / 100_000
        return "\(tenths / 10).\(tenths % 10)"
    }
}
