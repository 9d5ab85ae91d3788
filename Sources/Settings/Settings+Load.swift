// Reading sosgatewayd.yaml.

internal import AlertModel

/// Where a configuration came from.
struct SettingsSource: Sendable {
    /// The file as it was named; empty for settings made in memory.
    var file = ""
    /// Each given key's value, by its path.
    var places: [String: SourcePlace] = [:]
}

extension Settings {
    /// Reads and checks a configuration file; nothing it names is opened.
    ///
    /// - Parameter path: relative paths in the file are taken from its directory.
    /// - Throws: ``SettingsError`` with everything that is wrong. Only a syntax error and a doubled key stand
    ///   alone, because then there is nothing to read further.
    public static func load(path: String) throws(SettingsError) -> Settings {
        let source = try SourceText.read(path)
        let problems = ProblemList(file: path)
        let root = Section(try source.compose(), path: "", schema: SettingsKey.configuration, problems: problems)
        let reader = SettingsReader(directory: Values.directory(of: path))
        let settings = reader.settings(root)
        try problems.throwIfAny()
        guard var settings else { throw SettingsError(file: path, "is incomplete") }
        settings.source = SettingsSource(file: path, places: reader.places(root))
        return settings
    }
}

/// Takes the values out of the sections.
private struct SettingsReader {
    /// Of the configuration file.
    let directory: String

    /// nil when something required is missing or wrong, which is reported by then.
    func settings(_ root: Section) -> Settings? {
        let stateDirectory = path(root, "state_directory")
        let registry = path(root, "registry")
        let centre = root.value("default_centre") { text throws(ValueError) in try Values.id(text) as CentreID }
        let level = root.value("log_level") { text throws(ValueError) in
            guard let level = LogLevel(rawValue: text) else { throw ValueError("is not a level") }
            return level
        }
        let units = root.section("units").flatMap(units)
        let console = root.section("console").flatMap(console)
        guard let stateDirectory, let centre, let units, let console else { return nil }
        return Settings(
            stateDirectory: stateDirectory, units: units, console: console, registryFile: registry,
            defaultCentre: centre, logLevel: level ?? .info,
            journal: root.section("journal").map(journal) ?? JournalSettings(),
            supervision: root.section("supervision").map(supervision) ?? SupervisionPolicy())
    }

    private func units(_ section: Section) -> UnitSettings? {
        let listen = section.value("listen", Values.address)
        let certificate = path(section, "certificate")
        let key = path(section, "key")
        let clientCA = path(section, "client_ca")
        let reportingTimeS = section.value("reporting_time_s", Values.reportingTimeS)
        let connections = number(section, "connections_max", 1...200_000)
        let handshakes = number(section, "handshakes_at_once_max", 1...65_536)
        guard let certificate, let key, let clientCA else { return nil }
        return UnitSettings(
            listen: listen ?? ListenAddress(host: "0.0.0.0", port: 7443), certificateFile: certificate,
            keyFile: key,
            clientCAFile: clientCA, reportingTimeS: reportingTimeS ?? 90,
            connectionsMax: connections ?? UnitSettings.connectionsMaxDefault,
            handshakesAtOnceMax: handshakes ?? UnitSettings.handshakesAtOnceMaxDefault,
            handshakesPerAddressMax: number(section, "handshakes_per_address_max", 1...65_536)
                ?? UnitSettings.handshakesPerAddressMaxDefault,
            waitingForHelloPerAddressMax: number(section, "waiting_for_hello_per_address_max", 1...200_000)
                ?? UnitSettings.waitingForHelloPerAddressMaxDefault,
            tls: section.section("tls").map(trust) ?? TrustSettings())
    }

    private func trust(_ section: Section) -> TrustSettings {
        let minimum = section.value("minimum") { text throws(ValueError) in
            guard let version = TrustSettings.Version(rawValue: text) else { throw ValueError("is not a version") }
            return version
        }
        let overdue = section.value("crl_overdue") { text throws(ValueError) in
            guard let overdue = TrustSettings.Overdue(rawValue: text) else { throw ValueError("is not known") }
            return overdue
        }
        let lists = section.values("crls", max: TrustSettings.revocationListsMax) { text throws(ValueError) in
            try Values.path(text, from: directory)
        }
        return TrustSettings(
            minimum: minimum ?? .tls13, revocationLists: lists, overdue: overdue ?? .serve,
            ticketKeysFile: path(section, "ticket_keys"),
            ticketRotationHours: number(section, "ticket_rotation_h", 0...84)
                ?? TrustSettings.ticketRotationHoursDefault)
    }

    private func console(_ section: Section) -> ConsoleSettings? {
        let listen = section.value("listen", Values.address)
        let certificate = path(section, "certificate")
        let key = path(section, "key")
        let files = path(section, "files")
        let hours = number(section, "session_hours", 1...168)
        guard let certificate, let key, let files else { return nil }
        return ConsoleSettings(
            listen: listen ?? ListenAddress(host: "0.0.0.0", port: 8443), certificateFile: certificate,
            keyFile: key,
            filesDirectory: files,
            sessionLifetime: .seconds((hours ?? ConsoleSettings.sessionHoursDefault) * 3_600),
            connectionsPerAddressMax: number(section, "connections_per_address_max", 1...100_000)
                ?? ConsoleSettings.connectionsPerAddressMaxDefault)
    }

    private func journal(_ section: Section) -> JournalSettings {
        let segmentMiB = number(section, "segment_mib", 1...1_024) ?? JournalSettings.segmentMiBDefault
        let keepGiB = number(section, "keep_gib_max", 0...1_000_000) ?? 0
        return JournalSettings(
            segmentBytes: segmentMiB << 20,
            keepDays: number(section, "keep_days", 1...36_500) ?? JournalSettings.keepDaysDefault,
            keepBytesMax: keepGiB == 0 ? nil : keepGiB << 30,
            keepSegmentsMin: number(section, "keep_segments_min", 2...100_000)
                ?? JournalSettings.keepSegmentsMinDefault,
            archiveDirectory: path(section, "archive"))
    }

    private func supervision(_ section: Section) -> SupervisionPolicy {
        var policy = SupervisionPolicy()
        func read(_ name: String, _ range: ClosedRange<Int>, _ value: WritableKeyPath<SupervisionPolicy, UInt16>) {
            if let number = number(section, name, range) { policy[keyPath: value] = UInt16(clamping: number) }
        }
        read("test_every_h", 0...8_760, \.testEveryH)
        read("displaced_m", 10...10_000, \.displacedM)
        read("outage_units_min", 2...10_000, \.groupUnitsMin)
        read("outage_share_percent", 1...100, \.groupSharePercent)
        read("flapping_downs", 0...1_000, \.flapDowns)
        read("flapping_window_s", 10...3_600, \.flapWindowS)
        read("storm_presses", 0...1_000, \.stormPresses)
        read("storm_window_s", 1...3_600, \.stormWindowS)
        read("start_grace_s", 0...3_600, \.startGraceS)
        return policy
    }

    private func path(_ section: Section, _ name: String) -> String? {
        section.value(name) { text throws(ValueError) in try Values.path(text, from: directory) }
    }

    private func number(_ section: Section, _ name: String, _ range: ClosedRange<Int>) -> Int? {
        section.value(name) { text throws(ValueError) in try Values.number(text, in: range) }
    }

    /// Where every key of the configuration stands, or would stand.
    func places(_ root: Section) -> [String: SourcePlace] {
        var places: [String: SourcePlace] = [:]
        for key in SettingsKey.configuration {
            let names = key.section.split(separator: ".")
            let section = names.reduce(Optional(root)) { section, name in section?.section(String(name)) }
            places[key.path] = section?.place(of: key.name)
        }
        return places
    }
}
