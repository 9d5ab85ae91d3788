// Who watches which centre, from the consoles' streams to the journal: a centre that nobody watches cannot be left
// to itself.

import AlertModel
import ConsoleAPI

/// Tells the core when the first console of a centre comes and when the last one goes.
///
/// Looks when a stream began or ended since the last turn of the feed agent, at least twice a second. Owned by that
/// agent's thread.
struct WatchReporter {
    private var lastChange: UInt64 = 0
    /// Centres of which the core was told that somebody watches them.
    private var told: Set<CentreID> = []

    /// - Parameters:
    ///   - changes: as ``ConsoleFeed/watchChanges``.
    ///   - watched: as ``ConsoleFeed/watchedCentres``; asked only when something changed.
    ///   - tell: publishes an event; false when it could not, then it is said again at the next turn.
    mutating func turn(
        changes: UInt64, watched: () -> [CentreID: Int], tell: (CentreWatched) -> Bool
    ) {
        guard changes != lastChange else { return }
        let now = watched()
        var isDone = true
        for centre in Set(now.keys).union(told).sorted() {
            let consoles = now[centre] ?? 0
            guard (consoles > 0) != told.contains(centre) else { continue }
            if tell(CentreWatched(centre: centre, consoles: UInt16(clamping: consoles))) {
                if consoles > 0 { told.insert(centre) } else { told.remove(centre) }
            } else {
                isDone = false
            }
        }
        if isDone { lastChange = changes }
    }
}
