// Links that stand when trust changes: each is judged again, and those that would not be let in any more end.

internal import AlertModel
internal import UnitProtocol

extension SessionAgent {
    /// Goes on judging links where the last turn stopped, from the first one after trust changed.
    ///
    /// A link that is adopted meanwhile is judged by what this thread knows then, so none slips through between.
    ///
    /// - Returns: links looked at.
    func judgeLinks(now: Instant) -> Int {
        if trust.refresh() { judgedTo = 0 }
        guard let first = judgedTo else { return 0 }
        let end = min(table.places, first + limits.linksJudgedPerTurnMax)
        for place in first..<end where table.isTaken(place) && table[place].pointee.phase != .lingering {
            if let distrust = trust.judge(table[place].pointee.certificate) { turnOut(place, distrust, now: now) }
        }
        judgedTo = end < table.places ? end : nil
        return end - first
    }

    /// Ends the link of a unit that is not trusted any more, and says so to it.
    func turnOut(_ place: Int, _ distrust: Distrust, now: Instant) {
        put(.unable(Unable(.revoked, text: distrust.text)), table[place])
        end(place, .revoked, distrust.text, now: now)
    }
}
