// When what the history knows may be forgotten elsewhere.

extension History {
    /// Brings every commit so far to stable storage (a WAL checkpoint), so that not even a power cut takes it
    /// back. Blocks the calling thread for the disk.
    ///
    /// - Throws: ``HistoryError``; then a power cut may still take the last commits.
    public func makeDurable() throws(HistoryError) {
        let busy = try store.diagnose("PRAGMA wal_checkpoint(FULL)")
        guard busy == "0" else {
            throw HistoryError(path: store.path, .busy, "a reader kept the checkpoint from its end")
        }
    }
}
