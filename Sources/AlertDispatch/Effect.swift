// What the dispatcher wants done. It does nothing itself: whoever drives it carries the effects out.

public import AlertModel

/// One thing to do after an event was applied, in the order given.
///
/// While a journal is replayed the effects are thrown away: they were carried out before, or the units
/// and consoles will ask again.
public enum Effect: Hashable, Sendable {
    /// Send this to a unit's connection.
    case answer(UnitAnswer)
    /// Tell consoles, the history and waiting commands.
    case feed(FeedEntry)
}
