// Numbers that name things. Each is its own type, so that one cannot stand in for another.

/// The place of a record in the journal, from 1, without gaps. It is the one global order of events.
public struct JournalSequence: Hashable, Comparable, Sendable {
    public let value: UInt64
    public init(_ value: UInt64) { self.value = value }
    /// Before the first record.
    public static let zero = JournalSequence(0)
    public static func < (left: Self, right: Self) -> Bool { left.value < right.value }
    /// The sequence after this one.
    public var next: JournalSequence { JournalSequence(value + 1) }
}

/// An alert: the journal sequence of the press that raised it, hence unique and in order of raising.
public struct AlertID: Hashable, Comparable, Sendable {
    public let value: UInt64
    public init(_ value: UInt64) { self.value = value }
    public static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

/// One command of a console, chosen by the gateway when it arrives and echoed in its result.
public struct CommandID: Hashable, Sendable {
    public let value: UInt64
    public init(_ value: UInt64) { self.value = value }
}

/// One TLS connection of a unit while this process lives: session agent, then slot and generation.
public struct LinkID: Hashable, Comparable, Sendable {
    public let value: UInt64
    public init(_ value: UInt64) { self.value = value }
    /// - Parameters:
    ///   - agent: the session agent that serves the connection.
    ///   - connection: the agent's own number for it, never reused while the process lives; 56 bits.
    public init(agent: UInt8, connection: UInt64) {
        precondition(connection < 1 << 56)
        value = UInt64(agent) << 56 | connection
    }
    /// The session agent that serves the connection.
    public var agent: UInt8 { UInt8(truncatingIfNeeded: value >> 56) }
    public static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

/// What names one message that a unit must know to be stored: its boot and its counter within it.
///
/// The pair never returns for the same unit, so a repeat is recognised for ever.
public struct MessageID: Hashable, Comparable, Sendable {
    public let unit: UnitID
    /// Differs from every earlier boot of the unit.
    public let boot: UInt32
    /// Counts the unit's stored messages within a boot.
    public let counter: UInt32

    public init(unit: UnitID, boot: UInt32, counter: UInt32) {
        self.unit = unit
        self.boot = boot
        self.counter = counter
    }

    public static func < (left: Self, right: Self) -> Bool {
        (left.unit, left.boot, left.counter) < (right.unit, right.boot, right.counter)
    }
}
