// Technical conditions as a set, and how loud each one is.

/// Conditions that last, a bit each by ``FaultKind``'s raw value.
public struct FaultSet: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// One condition.
    public init(_ kind: FaultKind) { self.init(rawValue: 1 << UInt32(kind.rawValue & 31)) }

    /// In order of kind. O(number of kinds).
    public var kinds: [FaultKind] { FaultKind.allCases.filter { contains(FaultSet($0)) } }

    public func contains(_ kind: FaultKind) -> Bool { contains(FaultSet(kind)) }
}

extension FaultKind {
    /// The kind as the API, the registry's columns and people's files name it; permanent, like its raw value.
    public var word: String {
        switch self {
        case .doorOpen: "door_open"
        case .vibration: "vibration"
        case .mainsLost: "mains_lost"
        case .batteryLow: "battery_low"
        case .charger: "charger"
        case .microphone: "microphone"
        case .speaker: "speaker"
        case .camera: "camera"
        case .buttonStuck: "button_stuck"
        case .gpsLost: "gps_lost"
        case .gpsFrozen: "gps_frozen"
        case .displaced: "displaced"
        case .jamming: "jamming"
        case .overheating: "overheating"
        case .clockWrong: "clock_wrong"
        case .certificateExpiring: "certificate_expiring"
        case .firmwareMismatch: "firmware_mismatch"
        case .linkFlapping: "link_flapping"
        case .pathLost: "path_lost"
        case .testMissed: "test_missed"
        case .linkLost: "link_lost"
        }
    }

    /// Whether a unit can report it; the others are found by the gateway alone.
    public var isReported: Bool {
        switch self {
        case .doorOpen, .vibration, .mainsLost, .batteryLow, .charger, .microphone, .speaker, .camera,
            .buttonStuck,
            .gpsLost, .gpsFrozen, .displaced, .jamming, .overheating, .clockWrong, .certificateExpiring,
            .firmwareMismatch, .linkFlapping:
            true
        case .pathLost, .testMissed, .linkLost: false
        }
    }

    /// How loud it is where no profile says otherwise; nil when it is recorded and calls nobody.
    public var defaultSeverity: Priority? {
        switch self {
        case .doorOpen, .displaced, .jamming: .property
        case .linkLost, .mainsLost, .batteryLow, .microphone, .speaker, .camera, .buttonStuck, .overheating,
            .testMissed, .vibration, .pathLost, .gpsFrozen, .gpsLost:
            .technical
        case .charger, .clockWrong, .certificateExpiring, .firmwareMismatch, .linkFlapping: nil
        }
    }

    /// What this condition explains: while it lasts, these call nobody for themselves.
    public var explains: FaultSet {
        switch self {
        // Nothing that an unreachable unit reported last can be mended or seen ending.
        case .linkLost: Self.all.subtracting([FaultSet(.linkLost), FaultSet(.displaced), FaultSet(.doorOpen)])
        case .mainsLost:
            [
                FaultSet(.batteryLow), FaultSet(.charger), FaultSet(.gpsLost), FaultSet(.gpsFrozen),
                FaultSet(.camera),
            ]
        case .jamming: [FaultSet(.gpsLost), FaultSet(.gpsFrozen), FaultSet(.pathLost), FaultSet(.linkFlapping)]
        case .gpsLost: [FaultSet(.gpsFrozen)]
        case .linkFlapping: [FaultSet(.pathLost)]
        default: []
        }
    }

    private static let all = FaultKind.allCases.reduce(into: FaultSet()) { $0.insert(FaultSet($1)) }

    /// What an alert for it is filed under.
    public var category: Category {
        switch self {
        case .doorOpen, .vibration, .displaced, .jamming: .tamper
        case .linkLost: .linkLost
        default: .fault
        }
    }
}

/// What a test call found, as the unit says it: a set bit is a part that failed (EN 81-28 tests the same parts).
public struct TestResults: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let microphoneFailed = TestResults(rawValue: 1 << 0)
    public static let speakerFailed = TestResults(rawValue: 1 << 1)
    public static let batteryFailed = TestResults(rawValue: 1 << 2)
    public static let cameraFailed = TestResults(rawValue: 1 << 3)

    /// Every bit that has a meaning.
    public static let known = TestResults(rawValue: 0x0F)
}
