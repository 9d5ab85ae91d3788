// Links that carry on the session of a lost one. The tokens themselves are in ResumeTable.

internal import AlertModel
internal import LinuxIO
internal import Telemetry
internal import UnitProtocol

extension SessionAgent {
    /// Gives a link that just opened its session: the one that its HELLO showed, or a new one.
    ///
    /// The link that the session stood on until now ends: TCP has not noticed yet, but the unit has left it. Its end comes
    /// behind this link's begin, so that the unit is online without a gap.
    func carryOn(_ found: ResumeTable.Found?, of owner: ResumeTable.Owner, on place: Int, now: Instant) {
        let connection = table[place]
        guard let found else {
            connection.pointee.session =
                sessions.begin(of: owner, on: connection.pointee.link, now: now.monotonic) ?? 0
            return
        }
        counters.add(.linksResumed)
        sessions.carryOn(found.number, on: connection.pointee.link)
        connection.pointee.session = found.number
        guard found.stands, let old = table.place(of: found.last.connection), old != place,
            table[old].pointee.phase == .open, table[old].pointee.session == found.number
        else { return }
        table[old].pointee.session = 0
        end(old, .replaced, "carried on by a newer connection", now: now)
    }
}
