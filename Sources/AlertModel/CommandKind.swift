// What a unit can be told to do: numbers, and the sets of bits some of them carry.

/// A command's number on the wire.
public enum CommandKind: UInt8, CaseIterable, Hashable, Sendable {
    case siren = 1
    case beacon = 2
    case announce = 3
    case volume = 4
    case cameraPreset = 5
    case selfTest = 6
    case sendData = 7
    case restart = 8
    case configure = 9
    case move = 10

    /// The capabilities of which the unit must have been granted at least one.
    public var capabilities: Capabilities {
        switch self {
        case .siren: .siren
        case .beacon: .beacon
        case .announce: [.announceRecorded, .announceText]
        case .volume: .volume
        case .cameraPreset: .cameraPreset
        case .selfTest: .selfTest
        case .sendData: .sendData
        case .restart: .restart
        case .configure: .configure
        case .move: .move
        }
    }
}

/// Parts that a self-test tries, and that its result names as failed.
public struct UnitParts: OptionSet, Hashable, Sendable {
    /// The bits as they stand on the wire.
    public let rawValue: UInt16

    /// - Parameter rawValue: the bits; unknown ones are kept.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The microphone hears the loudspeaker.
    public static let microphone = UnitParts(rawValue: 1 << 0)
    /// The loudspeaker sounds.
    public static let speaker = UnitParts(rawValue: 1 << 1)
    /// The battery carries the unit.
    public static let battery = UnitParts(rawValue: 1 << 2)
    /// The camera gives a picture.
    public static let camera = UnitParts(rawValue: 1 << 3)
    /// Lamps and pictograms draw current.
    public static let lamps = UnitParts(rawValue: 1 << 4)
    /// The button's line is whole.
    public static let button = UnitParts(rawValue: 1 << 5)
    /// The siren's line is whole.
    public static let siren = UnitParts(rawValue: 1 << 6)
    /// The beacon's line is whole.
    public static let beacon = UnitParts(rawValue: 1 << 7)
}

/// What a unit shall send now.
public struct DataKinds: OptionSet, Hashable, Sendable {
    /// The bits as they stand on the wire.
    public let rawValue: UInt16

    /// - Parameter rawValue: the bits; unknown ones are kept.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// A heartbeat.
    public static let heartbeat = DataKinds(rawValue: 1 << 0)
    /// A position.
    public static let position = DataKinds(rawValue: 1 << 1)
    /// A fault begin for every fault that stands, with new counters.
    public static let faults = DataKinds(rawValue: 1 << 2)
}
