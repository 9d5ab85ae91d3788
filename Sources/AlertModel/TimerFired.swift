// Deadlines that fell due, as events: what a deadline does happens when the journal has it, never before.

/// What a deadline is for. Raw values are permanent; 16 and up belong to the supervision of units.
public enum TimerKind: UInt8, CaseIterable, Hashable, Sendable {
    /// An alert goes to its next step because nobody claimed it.
    case escalation = 1
    /// An alert goes to its next step because no console has shown it.
    case unseen = 2
    /// An alert of low priority has waited so long that it stands one level higher.
    case starvation = 3
    /// Nobody came back to watch a centre.
    case centreUnwatched = 4
    /// A unit that has no link has not come back in its reporting time.
    case unitLost = 16
    /// One of a unit's paths has not come back in its reporting time.
    case pathLost = 17
    /// Units lost lately are looked at together.
    case outageReview = 18
    /// A unit's links have been calm for so long that they do not flap any more.
    case linkCalm = 19
    /// A unit's next test call is due.
    case testDue = 20
    /// The time of a maintenance is over.
    case maintenanceEnd = 21
    /// Nobody has pressed the button for so long that the storm is over.
    case stormCalm = 22
    /// A unit's certificate comes a step nearer to its end.
    case certificate = 23
    /// What lasts of a unit's conditions is looked at: its technical alert follows.
    case faultReview = 24
    /// The first of a unit's commands is over without a result.
    case unitCommandDue = 25
}

/// Which deadline: at most one of a kind for each thing.
///
/// The words are an alert's number (``high`` zero), or a unit's or centre's identifier.
public struct TimerKey: Hashable, Comparable, Sendable {
    public let kind: TimerKind
    public let high: UInt64
    public let low: UInt64

    public init(kind: TimerKind, high: UInt64, low: UInt64) {
        self.kind = kind
        self.high = high
        self.low = low
    }

    /// A deadline of an alert.
    public init(_ kind: TimerKind, _ alert: AlertID) { self.init(kind: kind, high: 0, low: alert.value) }

    /// A deadline of a unit or a centre.
    public init<Tag>(_ kind: TimerKind, _ id: ShortID<Tag>) {
        self.init(kind: kind, high: id.high, low: id.low)
    }

    /// The alert that an alert's deadline is for.
    public var alert: AlertID { AlertID(low) }

    /// The unit or centre that a deadline is for; nil for an alert's.
    public func id<Tag>(_ type: ShortID<Tag>.Type = ShortID<Tag>.self) -> ShortID<Tag>? {
        ShortID<Tag>(high: high, low: low)
    }

    public static func < (left: Self, right: Self) -> Bool {
        (left.kind.rawValue, left.high, left.low) < (right.kind.rawValue, right.high, right.low)
    }
}

/// A deadline fell due. It changes something only while it is still armed as it was: the single writer decides
/// the race between a deadline and the act that makes it void.
public struct TimerFired: Hashable, Sendable {
    public let key: TimerKey
    /// How often the deadline had been armed, so that an old firing is never taken for a new one.
    public let serial: UInt32
    public let due: JournalTime

    public init(key: TimerKey, serial: UInt32, due: JournalTime) {
        self.key = key
        self.serial = serial
        self.due = due
    }
}

extension TimerFired {
    /// ```
    /// 0 kind 1 | 1 high 8 | 9 low 8 | 17 serial 4 | 21 due ns 8
    /// ```
    func encode(to writer: inout ByteWriter) {
        writer.write(key.kind.rawValue)
        writer.write(key.high)
        writer.write(key.low)
        writer.write(serial)
        writer.write(due.nanoseconds)
    }
    init(from reader: inout ByteReader) throws(DecodeError) {
        let key = TimerKey(
            kind: try reader.read(TimerKind.self), high: try reader.read(), low: try reader.read())
        self.init(key: key, serial: try reader.read(), due: JournalTime(nanoseconds: try reader.read()))
    }
}
