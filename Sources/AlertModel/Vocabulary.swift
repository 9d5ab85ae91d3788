// The field's closed lists. Raw values are permanent: they stand on the wire and in the journal.

/// What was pressed or found.
public enum Category: UInt8, CaseIterable, Hashable, Sendable {
    case police = 1
    case medical = 2
    case fire = 3
    case roadAccident = 4
    case tamper = 5
    case linkLost = 6
    case fault = 7
    /// A test call (`urn:service:test.sos`): stored and answered, never in the live queue.
    case test = 8

    /// Whether a caller can press it; the others are found by the gateway.
    public var isPressed: Bool {
        switch self {
        case .police, .medical, .fire, .roadAccident, .test: true
        case .tamper, .linkLost, .fault: false
        }
    }

    /// The priority an alert of this category starts with where no policy says otherwise.
    public var defaultPriority: Priority {
        switch self {
        case .police, .medical, .fire: .life
        case .roadAccident: .urgent
        case .tamper: .property
        case .linkLost, .fault: .technical
        case .test: .test
        }
    }
}

/// How soon an alert must be answered; the smaller number first.
public enum Priority: UInt8, CaseIterable, Hashable, Comparable, Sendable {
    case life = 0
    case urgent = 1
    case property = 2
    case technical = 3
    case test = 4
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// How far an alert has come; each reaches the unit as a notice and lights its lamp.
public enum Stage: UInt8, CaseIterable, Hashable, Comparable, Sendable {
    /// The press is on disk; it can no longer be lost.
    case stored = 1
    /// At least one console has confirmed showing it.
    case ringing = 2
    /// An officer owns it.
    case answered = 3
    /// A responder was sent.
    case dispatched = 4
    /// The responder is there.
    case arrived = 5
    /// Closed with an outcome.
    case closed = 6
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// Why an alert was closed; mandatory.
public enum Outcome: UInt8, CaseIterable, Hashable, Sendable {
    case real = 1
    case falsePress = 2
    case hoax = 3
    case test = 4
    case technical = 5
    case duplicate = 6
    case cannotLocate = 7
    case referred = 8
}

/// A technical condition of a unit with a begin and an end.
public enum FaultKind: UInt8, CaseIterable, Hashable, Sendable {
    case doorOpen = 1
    case vibration = 2
    case mainsLost = 3
    case batteryLow = 4
    case charger = 5
    case microphone = 6
    case speaker = 7
    case camera = 8
    case buttonStuck = 9
    case gpsLost = 10
    case gpsFrozen = 11
    case displaced = 12
    case jamming = 13
    case overheating = 14
    case clockWrong = 15
    case certificateExpiring = 16
    case firmwareMismatch = 17
    case linkFlapping = 18
    /// One of a unit's two paths is gone.
    case pathLost = 19
    /// The unit has not made its test call in time.
    case testMissed = 20
    /// The unit has not been heard of for its reporting time.
    case linkLost = 21
}

/// What an officer does to an alert.
public enum ActionKind: UInt8, CaseIterable, Hashable, Sendable {
    case claim = 1
    case release = 2
    case dispatch = 3
    case arrive = 4
    case close = 5
    /// Writes a note; whoever has the alert.
    case note = 6
    /// Gives it to another centre, with everything it has.
    case transfer = 7
    /// Lets it ring once more.
    case reRing = 8
}

/// Why a unit's connection ended.
public enum LinkEnd: UInt8, CaseIterable, Hashable, Sendable {
    /// The unit said goodbye.
    case goodbye = 1
    /// The peer closed or the network failed.
    case peerClosed = 2
    /// Nothing was heard for the unit's reporting time.
    case silent = 3
    /// The unit broke the protocol.
    case protocolError = 4
    /// A newer connection of the same unit took its place.
    case replaced = 5
    /// The gateway stops or drains.
    case gatewayStopping = 6
    /// The unit does not take what the gateway sends.
    case writeStalled = 7
    /// The unit's certificate, or an authority above it, was revoked or is not trusted any more.
    case revoked = 8
    /// The gateway is emptied and sent the unit to another one.
    case redirected = 9
}
