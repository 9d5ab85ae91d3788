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
    /// Who waits for the result, never number 0; nil when nobody does.
    public let command: CommandID?

    public init(centre: CentreID, state: CentreState, officer: OfficerID, command: CommandID? = nil) {
        self.centre = centre
        self.state = state
        self.officer = officer
        self.command = command
    }
}

/// How a centre stands, as consoles see it.
public struct CentreStatus: Hashable, Sendable {
    public let centre: CentreID
    /// What a supervisor, or the registry, said last.
    public let state: CentreState
    /// Whether a console gets its changes; nil when none ever did.
    public let isWatched: Bool?
    /// Nobody came back to watch it: its queue is served elsewhere.
    public let isUnreachable: Bool
    /// It left the registry.
    public let isRemoved: Bool
    /// When state or reach last changed, by the gateway's clock; nil when they never did.
    public let since: WallTime?

    public init(
        centre: CentreID, state: CentreState, isWatched: Bool?, isUnreachable: Bool, isRemoved: Bool,
        since: WallTime?
    ) {
        self.centre = centre
        self.state = state
        self.isWatched = isWatched
        self.isUnreachable = isUnreachable
        self.isRemoved = isRemoved
        self.since = since
    }
}

extension CentreStatus {
    /// Identifier, state, flags (1 ever watched, 2 watched, 4 unreachable, 8 removed), time.
    func encode(to writer: inout ByteWriter) {
        writer.write(centre)
        writer.write(state.rawValue)
        let watched: UInt8 = isWatched.map { $0 ? 3 : 1 } ?? 0
        writer.write(watched | (isUnreachable ? 4 : 0) | (isRemoved ? 8 : 0))
        writer.write(optional: since)
    }
    init(from reader: inout ByteReader) throws(DecodeError) {
        centre = try reader.read()
        state = try reader.read()
        let flags = try reader.read(UInt8.self)
        isWatched = flags & 1 == 0 ? nil : flags & 2 != 0
        isUnreachable = flags & 4 != 0
        isRemoved = flags & 8 != 0
        since = try reader.readOptionalTime()
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
        writer.write(command?.value ?? 0)
    }
    /// Older records end behind the officer; zero is no command.
    init(from reader: inout ByteReader) throws(DecodeError) {
        centre = try reader.read()
        state = try reader.read()
        officer = try reader.read()
        let number = reader.remaining > 0 ? try reader.read(UInt64.self) : 0
        command = number == 0 ? nil : CommandID(number)
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
