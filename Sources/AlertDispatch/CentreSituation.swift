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
    /// It left the registry: nothing comes to it until it is registered again.
    private(set) var isRemoved = false
    /// When any of these but the number of consoles last changed; nil when they never did.
    var changedAt: WallTime?

    init() {}

    /// A centre that left the registry.
    init(removedAt time: WallTime?) {
        isRemoved = true
        changedAt = time
    }

    /// How long nobody may watch a centre before another serves its queue; with what the journal takes it is done
    /// within 15 s. A console whose connection broke is back in two.
    static let unwatchedS: UInt16 = 10

    /// Whether a press of one of its own units goes to its queue.
    var takesPresses: Bool { !isRemoved && !isUnreachable && state == .active }
    /// Whether what another centre cannot serve may come.
    var takesOthers: Bool { !isRemoved && !isUnreachable && (state == .active || state == .standby) }
    /// Whether what waits in its queue may stay.
    var keepsAlerts: Bool { !isRemoved && !isUnreachable && state != .inactive && state != .disabled }
}

extension CentreSituation {
    /// As consoles see it.
    func status(of centre: CentreID) -> CentreStatus {
        CentreStatus(
            centre: centre, state: state, isWatched: consoles.map { $0 > 0 }, isUnreachable: isUnreachable,
            isRemoved: isRemoved, since: changedAt)
    }

    func write(to writer: inout StateWriter) {
        writer.byte(state.rawValue)
        writer.byte((consoles == nil ? 0 : 1) | (isUnreachable ? 2 : 0) | (isRemoved ? 4 : 0))
        if let consoles { writer.number(UInt64(consoles)) }
        writer.optional(changedAt)
    }

    init(from reader: inout StateReader) throws(StateDecodingError) {
        state = try reader.listed()
        let flags = try reader.byte()
        guard flags <= 7 else { throw reader.error(.badValue) }
        if flags & 1 != 0 { consoles = try reader.number(UInt16.self) }
        isUnreachable = flags & 2 != 0
        isRemoved = flags & 4 != 0
        changedAt = try reader.optionalTime()
    }
}
