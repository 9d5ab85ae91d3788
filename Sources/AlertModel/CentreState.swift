// Whether a centre takes alerts: what its supervisors say, and whether anybody watches its queue.

/// The states of a queue as NG112 has them (ETSI TS 103 479; NENA-STA-010).
public enum CentreState: UInt8, CaseIterable, Hashable, Sendable {
    /// Nobody works there: it takes nothing, and what waits there goes elsewhere.
    case inactive = 1
    /// It takes everything. A centre of which nothing was said is active.
    case active = 2
    /// Taken out of service: as inactive.
    case disabled = 3
    /// It takes nothing more and keeps what it has.
    case full = 4
    /// It takes only what another centre cannot: by fail-over, escalation or transfer.
    case standby = 5
}

/// A supervisor says how a centre stands.
public struct CentreStateSet: Hashable, Sendable {
    public let centre: CentreID
    public let state: CentreState
    public let officer: OfficerID

    public init(centre: CentreID, state: CentreState, officer: OfficerID) {
        self.centre = centre
        self.state = state
        self.officer = officer
    }
}

/// Consoles of a centre came or went.
public struct CentreWatched: Hashable, Sendable {
    public let centre: CentreID
    /// Consoles that now get its changes; journaled when it becomes zero or ceases to be.
    public let consoles: UInt16

    public init(centre: CentreID, consoles: UInt16) {
        self.centre = centre
        self.consoles = consoles
    }
}

extension CentreStateSet {
    func encode(to writer: inout ByteWriter) {
        writer.write(centre)
        writer.write(state.rawValue)
        writer.write(officer)
    }
    init(from reader: inout ByteReader) throws(DecodeError) {
        self.init(
            centre: try reader.read(), state: try reader.read(CentreState.self), officer: try reader.read())
    }
}

extension CentreWatched {
    func encode(to writer: inout ByteWriter) {
        writer.write(centre)
        writer.write(consoles)
    }
    init(from reader: inout ByteReader) throws(DecodeError) {
        self.init(centre: try reader.read(), consoles: try reader.read())
    }
}
