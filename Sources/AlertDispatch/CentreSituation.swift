// How a centre stands, and what follows for alerts on their way to it. Docs/alert-life.md, section "Centres".

import AlertModel

/// What is known of a centre beside its registry entry. Durable.
struct CentreSituation: Hashable, Sendable {
    /// What a supervisor said last.
    var state = CentreState.active
    /// Consoles that watch it; nil when none ever did: then nothing can be concluded.
    var consoles: UInt16?
    /// Nobody has watched it for ``unwatchedS``: its queue is served elsewhere.
    var isUnreachable = false

    /// How long nobody may watch a centre before another serves its queue; with what the journal takes it is done
    /// within 15 s. A console whose connection broke is back in two.
    static let unwatchedS: UInt16 = 10

    /// Whether a press of one of its own units goes to its queue.
    var takesPresses: Bool { !isUnreachable && state == .active }
    /// Whether what another centre cannot serve may come.
    var takesOthers: Bool { !isUnreachable && (state == .active || state == .standby) }
    /// Whether what waits in its queue may stay.
    var keepsAlerts: Bool { !isUnreachable && state != .inactive && state != .disabled }
}

extension CentreSituation {
    func write(to writer: inout StateWriter) {
        writer.byte(state.rawValue)
        writer.byte((consoles == nil ? 0 : 1) | (isUnreachable ? 2 : 0))
        if let consoles { writer.number(UInt64(consoles)) }
    }

    init(from reader: inout StateReader) throws(StateDecodingError) {
        state = try reader.listed()
        let flags = try reader.byte()
        guard flags <= 3 else { throw reader.error(.badValue) }
        if flags & 1 != 0 { consoles = try reader.number(UInt16.self) }
        isUnreachable = flags & 2 != 0
    }
}
