// The configuration as one validated value. What the keys mean stands in Docs/configuration.md.

public import AlertModel

/// Everything `sosgatewayd.yaml` says.
public struct Settings: Sendable {
    /// Where the gateway keeps what must survive it.
    public var stateDirectory: String
    /// The side of the units.
    public var units: UnitSettings
    /// The side of the officers.
    public var console: ConsoleSettings
    /// The journal's files.
    public var journal: JournalSettings
    /// The rules by which units are found lost, faulty or late with a test call.
    public var supervision: SupervisionPolicy
    /// The YAML file with centres and units; see ``Registry``. nil: the database in the state directory rules.
    public var registryFile: String?
    /// Takes the alerts of units that stand in no registry.
    public var defaultCentre: CentreID
    /// The least important log lines that are written.
    public var logLevel: LogLevel
    /// Where each key stands, for errors that show later than reading.
    var source = SettingsSource()

    /// Settings without a file, for tests and tools.
    public init(
        stateDirectory: String, units: UnitSettings, console: ConsoleSettings, registryFile: String?,
        defaultCentre: CentreID, logLevel: LogLevel = .info, journal: JournalSettings = JournalSettings(),
        supervision: SupervisionPolicy = SupervisionPolicy()
    ) {
        self.stateDirectory = stateDirectory
        self.units = units
        self.console = console
        self.journal = journal
        self.supervision = supervision
        self.registryFile = registryFile
        self.defaultCentre = defaultCentre
        self.logLevel = logLevel
    }

    /// The names of everything in the state directory.
    public var statePaths: StatePaths { StatePaths(directory: stateDirectory) }

    /// Where the registry that rules lies, for messages.
    public var registryName: String { registryFile ?? statePaths.registryDatabase }
}

/// The side of the units.
public struct UnitSettings: Hashable, Sendable {
    /// Where units connect.
    public var listen: ListenAddress
    /// The gateway's certificate chain, PEM.
    public var certificateFile: String
    /// Its private key, PEM.
    public var keyFile: String
    /// The authorities that units' certificates must come from, PEM.
    public var clientCAFile: String
    /// The reporting time of units whose registry entry names none: 20, 90 or 180 seconds.
    public var reportingTimeS: UInt16
    /// Established connections held at once.
    public var connectionsMax: Int
    /// TLS handshakes in progress at once.
    public var handshakesAtOnceMax: Int
    /// Of these, how many from one address.
    public var handshakesPerAddressMax: Int
    /// Connections of one address whose unit has not said HELLO yet.
    public var waitingForHelloPerAddressMax: Int
    /// TLS versions and revocation.
    public var tls: TrustSettings

    /// 20,000 units, and half as many again for those that return before their old link is known to be dead.
    public static let connectionsMaxDefault = 32_768
    /// At 0.7 ms of CPU each, the last of 512 waits 0.4 s: below every unit's patience.
    public static let handshakesAtOnceMaxDefault = 512
    /// Three quarters of them: half a second of one processor, and always a quarter for everybody else.
    public static let handshakesPerAddressMaxDefault = 384
    /// Three seconds of all handshakes that one processor can do.
    public static let waitingForHelloPerAddressMaxDefault = 2_048

    /// Where not given, values are the file's defaults.
    public init(
        listen: ListenAddress, certificateFile: String, keyFile: String, clientCAFile: String,
        reportingTimeS: UInt16 = 90, connectionsMax: Int = connectionsMaxDefault,
        handshakesAtOnceMax: Int = handshakesAtOnceMaxDefault,
        handshakesPerAddressMax: Int = handshakesPerAddressMaxDefault,
        waitingForHelloPerAddressMax: Int = waitingForHelloPerAddressMaxDefault,
        tls: TrustSettings = TrustSettings()
    ) {
        self.listen = listen
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.clientCAFile = clientCAFile
        self.reportingTimeS = reportingTimeS
        self.connectionsMax = connectionsMax
        self.handshakesAtOnceMax = handshakesAtOnceMax
        self.handshakesPerAddressMax = handshakesPerAddressMax
        self.waitingForHelloPerAddressMax = waitingForHelloPerAddressMax
        self.tls = tls
    }
}

/// The side of the officers.
public struct ConsoleSettings: Hashable, Sendable {
    /// Where consoles connect.
    public var listen: ListenAddress
    /// The console's certificate chain, PEM.
    public var certificateFile: String
    /// Its private key, PEM.
    public var keyFile: String
    /// The directory with the web console.
    public var filesDirectory: String
    /// How long a sign-in lasts.
    public var sessionLifetime: Duration
    /// Connections of one address.
    public var connectionsPerAddressMax: Int

    /// Half of all: a centre of 150 officers behind one address has as many on HTTP/2, 900 on HTTP/1.1.
    public static let connectionsPerAddressMaxDefault = 1_000
    /// A long shift, in hours.
    public static let sessionHoursDefault = 12

    /// Where not given, values are the file's defaults.
    public init(
        listen: ListenAddress, certificateFile: String, keyFile: String, filesDirectory: String,
        sessionLifetime: Duration = .seconds(sessionHoursDefault * 3_600),
        connectionsPerAddressMax: Int = connectionsPerAddressMaxDefault
    ) {
        self.listen = listen
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.filesDirectory = filesDirectory
        self.sessionLifetime = sessionLifetime
        self.connectionsPerAddressMax = connectionsPerAddressMax
    }
}

/// The journal's files: how large, and how long they stay.
public struct JournalSettings: Hashable, Sendable {
    /// Bytes of a segment: the unit of snapshots, archiving and removal.
    public var segmentBytes: Int
    /// Days that a segment stays after its last record.
    public var keepDays: Int
    /// Bytes that all segments together may take before the oldest goes early; nil for no limit.
    public var keepBytesMax: Int?
    /// Closed segments that stay whatever their age and size.
    public var keepSegmentsMin: Int
    /// Where segments go before they are removed; nil to remove them only.
    public var archiveDirectory: String?

    /// A year of evidence and a month to ask for it.
    public static let keepDaysDefault = 400
    /// Half a gigabyte: what a look at yesterday needs.
    public static let keepSegmentsMinDefault = 8
    /// 16,000 presses one by one, or 600,000 in full batches.
    public static let segmentMiBDefault = 64

    /// Where not given, values are the file's defaults.
    public init(
        segmentBytes: Int = segmentMiBDefault << 20, keepDays: Int = keepDaysDefault, keepBytesMax: Int? = nil,
        keepSegmentsMin: Int = keepSegmentsMinDefault, archiveDirectory: String? = nil
    ) {
        self.segmentBytes = segmentBytes
        self.keepDays = keepDays
        self.keepBytesMax = keepBytesMax
        self.keepSegmentsMin = keepSegmentsMin
        self.archiveDirectory = archiveDirectory
    }
}

/// The least important log lines that are written.
public enum LogLevel: String, CaseIterable, Hashable, Sendable {
    /// Every connection's life.
    case debug
    /// What an operator wants to see in a normal day.
    case info
    /// What should not happen and was coped with.
    case warning
    /// What needs a person.
    case error
}
