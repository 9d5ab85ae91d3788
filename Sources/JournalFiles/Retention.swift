// Which segments may go. Pure: what is on the disk, who needs it and the policy in; the answer out. One rule
// above all: in doubt everything stays.

public import AlertModel

/// How long journal segments stay.
public struct RetentionPolicy: Hashable, Sendable {
    /// A segment goes when everything in it is older than this; nil keeps for ever.
    public var keepDays: Int?
    /// Segments go before their age when all together take more; nil for no such limit.
    public var keepBytes: Int?
    /// Closed segments that stay whatever their age and size.
    public var keepSegmentsMin: Int

    public init(keepDays: Int?, keepBytes: Int?, keepSegmentsMin: Int) {
        self.keepDays = keepDays
        self.keepBytes = keepBytes
        self.keepSegmentsMin = keepSegmentsMin
    }
}

/// A closed segment as retention sees it.
public struct SegmentFacts: Hashable, Sendable {
    /// Its file.
    public let segment: JournalDirectory.Segment
    /// The last record in it.
    public let last: JournalSequence
    /// When it was begun, by the gateway's clock.
    public let created: WallTime
    /// When the one behind it was begun: every record in it is older.
    public let closed: WallTime
    /// Size of the file.
    public let bytes: Int

    public init(
        segment: JournalDirectory.Segment, last: JournalSequence, created: WallTime, closed: WallTime, bytes: Int
    ) {
        self.segment = segment
        self.last = last
        self.created = created
        self.closed = closed
        self.bytes = bytes
    }
}

/// Somebody who follows the journal from elsewhere, such as a replica.
public struct JournalFollower: Hashable, Sendable {
    /// The name of the follower's file.
    public let name: String
    /// The last record it has.
    public let has: JournalSequence

    public init(name: String, has: JournalSequence) {
        self.name = name
        self.has = has
    }
}

/// Who needs what.
public struct RetentionNeeds: Hashable, Sendable {
    /// A start can begin behind this record, from the oldest snapshot kept; zero when there is none.
    public var snapshotThrough: JournalSequence
    /// Everything up to this record is durable in the history.
    public var historyThrough: JournalSequence
    public var holds: [LegalHold]
    public var followers: [JournalFollower]

    public init(
        snapshotThrough: JournalSequence, historyThrough: JournalSequence, holds: [LegalHold],
        followers: [JournalFollower]
    ) {
        self.snapshotThrough = snapshotThrough
        self.historyThrough = historyThrough
        self.holds = holds
        self.followers = followers
    }
}

/// What is said of one segment.
public enum RetentionVerdict: Hashable, Sendable, CustomStringConvertible {
    /// Nobody needs it, and it is older than it must be kept.
    case mayGo
    /// Not yet due.
    case young
    /// Among those that stay in any case.
    case recent
    /// No snapshot that is kept covers it.
    case neededBySnapshot
    case neededByHistory
    case neededByFollower(String)
    /// By the hold's reason.
    case held(String)

    public var description: String {
        switch self {
        case .mayGo: "may go"
        case .young: "is not old enough"
        case .recent: "is one of the newest"
        case .neededBySnapshot: "is not covered by two snapshots"
        case .neededByHistory: "is not wholly in the history"
        case .neededByFollower(let name): "is needed by the follower \(name)"
        case .held(let reason): "is under a legal hold: \(reason)"
        }
    }
}

extension RetentionPolicy {
    /// A clock that jumps ahead makes no segment older than this beyond the newest one.
    private static let clockTrustDays: Int64 = 31
    private static let dayNs: Int64 = 86_400_000_000_000

    /// Decides on the oldest segment: the journal has no holes, so no other may go before it.
    ///
    /// - Parameters:
    ///   - oldest: the oldest segment.
    ///   - newestCreated: when the newest segment was begun.
    ///   - closedCount: closed segments, the oldest included.
    ///   - bytes: of all segments.
    public func verdict(
        on oldest: SegmentFacts, newestCreated: WallTime, closedCount: Int, bytes: Int, needs: RetentionNeeds,
        now: WallTime
    ) -> RetentionVerdict {
        if closedCount <= keepSegmentsMin { return .recent }
        if !isDue(oldest, newestCreated: newestCreated, bytes: bytes, now: now) { return .young }
        if let hold = needs.holds.first(where: { $0.covers(oldest) }) { return .held(hold.reason) }
        if oldest.last > needs.snapshotThrough { return .neededBySnapshot }
        if oldest.last > needs.historyThrough { return .neededByHistory }
        if let follower = needs.followers.first(where: { $0.has < oldest.last }) {
            return .neededByFollower(follower.name)
        }
        return .mayGo
    }

    private func isDue(_ oldest: SegmentFacts, newestCreated: WallTime, bytes: Int, now: WallTime) -> Bool {
        if let keepBytes, bytes > keepBytes { return true }
        guard let keepDays else { return false }
        let trusted = newestCreated.nanoseconds.addingReportingOverflow(Self.clockTrustDays * Self.dayNs)
        let present = trusted.overflow ? now.nanoseconds : min(now.nanoseconds, trusted.partialValue)
        let (age, overflow) = present.subtractingReportingOverflow(oldest.closed.nanoseconds)
        return !overflow && age / Self.dayNs >= Int64(keepDays)
    }
}
