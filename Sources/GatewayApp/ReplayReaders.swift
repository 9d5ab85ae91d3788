// What a replay leaves for others: the history's alerts and the consoles' feed. Neither needs every step of
// millions; telling each would take many times as long as the replay.

import AlertDispatch
import AlertModel
import ConsoleAPI

/// The latest changes of a replay, for consoles that come back after a restart and want what they missed.
struct LatestChanges {
    /// Half of what the feed keeps: some minutes of a busy country.
    static let changesMax = 5_000

    /// Where it begins: everything behind is among the changes kept.
    private var since: JournalSequence
    private var changes: [(sequence: JournalSequence, entry: FeedEntry)] = []
    private var oldest = 0

    /// - Parameter since: the last record before the replay.
    init(since: JournalSequence) { self.since = since }

    /// Constant time.
    mutating func add(_ entry: FeedEntry, sequence: JournalSequence) {
        guard changes.count == Self.changesMax else {
            changes.append((sequence, entry))
            return
        }
        since = changes[oldest].sequence
        changes[oldest] = (sequence, entry)
        oldest = (oldest + 1) % Self.changesMax
    }

    /// Gives the feed the state as it is now, under the sequence where the changes begin, then the changes.
    ///
    /// The last change of anything is how it is now, so the feed ends with the present state; nobody looks in
    /// between. A console that has ``since`` or anything later gets exactly what it missed.
    func tell(_ feed: ConsoleFeed, of dispatcher: borrowing Dispatcher) {
        dispatcher.feedSnapshot { feed.apply($0, sequence: since) }
        for distance in 0..<changes.count {
            let change = changes[(oldest + distance) % changes.count]
            feed.apply(change.entry, sequence: change.sequence)
        }
    }
}

/// What a replay has for the history: of each alert only the newest state matters.
struct UnwrittenHistory {
    /// Alerts written in one transaction.
    private static let alertsMax = 20_000

    private let history: HistoryKeeper
    private var latest: [AlertID: (JournalSequence, FeedEntry)] = [:]

    init(_ history: HistoryKeeper) { self.history = history }

    /// Constant time, but for a transaction now and then.
    mutating func add(_ entry: FeedEntry, sequence: JournalSequence) {
        guard case .alert(let alert) = entry else { return }
        latest[alert.id] = (sequence, entry)
        if latest.count >= Self.alertsMax { write() }
    }

    /// Up to the last entry, in journal order.
    mutating func write() {
        history.write(latest.values.sorted { $0.0 < $1.0 })
        latest.removeAll(keepingCapacity: true)
    }
}
