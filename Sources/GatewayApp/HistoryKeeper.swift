// The one way into the history database, at the start and while the gateway runs.

import AlertModel
import History
import Logging

/// Writes feed entries to the history and remembers when it could not.
///
/// The history knows how far it came by one number. After a batch that failed, nothing more is written by this
/// process: the number stays before the gap, and the next start writes everything behind it from the journal.
///
/// One thread at a time: the start, then the clerk.
final class HistoryKeeper {
    private let history: History
    private let log: Logger
    private var hasGap = false
    /// The last record whose entries the history had at the start.
    let known: JournalSequence

    /// - Throws: ``GatewayError`` when the database cannot be read.
    init(history: History, log: Logger) throws(GatewayError) {
        self.history = history
        self.log = log
        do throws(HistoryError) {
            known = try history.lastSequence()
        } catch {
            throw GatewayError(.inputOutput, "\(error)")
        }
    }

    /// Writes a batch in one transaction; blocks for the disk.
    func write(_ entries: [(JournalSequence, FeedEntry)]) {
        guard !hasGap, !entries.isEmpty else { return }
        do throws(HistoryError) {
            try history.apply(entries)
        } catch {
            hasGap = true
            log.error(
                "history is not written any more until the next start, which makes up for it",
                metadata: ["reason": "\(error)"])
        }
    }

    /// Keeps the database under another name and begins an empty one.
    ///
    /// - Returns: the copy's path.
    /// - Throws: ``GatewayError``; then nothing was removed.
    func startAnew() throws(GatewayError) -> String {
        do throws(HistoryError) {
            return try history.setAside()
        } catch {
            throw GatewayError(.inputOutput, "the history could not be set aside: \(error)")
        }
    }
}
