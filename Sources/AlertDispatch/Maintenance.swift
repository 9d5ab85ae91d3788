// Planned work on units: for its time their conditions call nobody, and a deadline ends it. Presses always call.

import AlertModel

/// One maintenance under way. Durable.
struct Maintenance: Hashable, Sendable {
    /// The journal record that began it.
    let id: JournalSequence
    let scope: MaintenanceScope
    /// By the gateway's clock, for people; the deadline is ``TimerKind/maintenanceEnd``.
    let endsAt: WallTime
    let reason: String
    let officer: OfficerID
}

extension Dispatcher {
    mutating func maintenanceSet(_ set: MaintenanceSet, at now: WallTime, effects: inout [Effect]) {}
    mutating func maintenanceEnded(_ ended: MaintenanceEnded, at now: WallTime, effects: inout [Effect]) {}
    /// The time of a maintenance is over.
    mutating func maintenanceIsOver(_ id: JournalSequence, at now: WallTime, effects: inout [Effect]) {}
}

extension Maintenance {
    func write(to writer: inout StateWriter) {
        writer.number(id.value)
        switch scope {
        case .unit(let unit):
            writer.byte(1)
            writer.id(unit)
        case .road(let road):
            writer.byte(2)
            writer.id(road)
        case .centre(let centre):
            writer.byte(3)
            writer.id(centre)
        }
        writer.time(endsAt)
        writer.text(reason)
        writer.id(officer)
    }

    init(from reader: inout StateReader) throws(StateDecodingError) {
        let id = JournalSequence(try reader.number())
        let scope: MaintenanceScope
        switch try reader.byte() {
        case 1: scope = .unit(try reader.id())
        case 2: scope = .road(try reader.id())
        case 3: scope = .centre(try reader.id())
        default: throw reader.error(.badValue)
        }
        self.init(
            id: id, scope: scope, endsAt: try reader.time(), reason: try reader.text(), officer: try reader.id())
    }

    func mix(into hasher: inout StateHasher) {
        hasher.mix(id.value)
        switch scope {
        case .unit(let unit): hasher.mix(unit)
        case .road(let road): hasher.mix(road)
        case .centre(let centre): hasher.mix(centre)
        }
        hasher.mix(endsAt.nanoseconds)
        hasher.mix(reason)
        hasher.mix(officer)
    }
}
