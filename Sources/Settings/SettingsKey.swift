// Every key of both files in one table: readers, error texts, documentation and its test all take it from here.

/// One key of the configuration or of the registry.
public struct SettingsKey: Hashable, Sendable {
    /// What the key is when the file leaves it out.
    public enum Absence: Hashable, Sendable {
        /// Leaving it out is an error.
        case refused
        /// The text that stands for it.
        case means(String)
        /// Nothing stands for it.
        case nothing
    }

    /// The key with its sections, such as `units.listen`; in the registry `units[].place`.
    public let path: String
    /// What it takes, in words that finish "allowed: ".
    public let allowed: String
    /// What it is when left out.
    public let absence: Absence

    /// The section it stands in: everything before the last dot, empty at the top.
    let section: String
    /// The key itself: everything after the last dot.
    let name: String

    package init(_ path: String, _ allowed: String, _ absence: Absence = .refused) {
        self.path = path
        section = path.lastIndex(of: ".").map { String(path[..<$0]) } ?? ""
        name = path.lastIndex(of: ".").map { String(path[path.index(after: $0)...]) } ?? path
        self.allowed = allowed
        self.absence = absence
    }
}

extension SettingsKey {
    private static let file = "the path of a file, relative to this one's directory"
    private static let directory = "the path of a directory, relative to this file's"
    private static let listen = "host:port or [IPv6 address]:port, port 0 to 65535 (0: the system chooses)"
    private static let id = "1 to 16 letters, digits, - . _"
    private static let escalation =
        "three whole numbers of seconds from 1 to 3600, each greater than the one before, such as 15/30/45"
    private static let priority = "life, urgent, property or technical"
    private static let otherCentre = "the id of another centre of this file"
    private static let latitude = "decimal degrees from -90 to 90, at most 7 decimals; together with longitude"
    private static let longitude = "decimal degrees from -180 to 180, at most 7 decimals; together with latitude"
    private static let reportingTime = "20, 90 or 180"

    /// Every key of `sosgatewayd.yaml`.
    public static let configuration: [SettingsKey] = [
        SettingsKey("state_directory", directory),
        SettingsKey("registry", file, .nothing),
        SettingsKey("default_centre", "1 to 16 letters, digits, - . _, naming a centre of the registry"),
        SettingsKey("log_level", "debug, info, warning or error", .means("info")),
        SettingsKey("units", "a section"),
        SettingsKey("units.listen", listen, .means("0.0.0.0:7443")),
        SettingsKey("units.certificate", file),
        SettingsKey("units.key", file),
        SettingsKey("units.client_ca", file),
        SettingsKey("units.reporting_time_s", reportingTime, .means("90")),
        SettingsKey("units.connections_max", "a whole number from 1 to 200000", .means("32768")),
        SettingsKey("units.handshakes_at_once_max", "a whole number from 1 to 65536", .means("512")),
        SettingsKey("units.handshakes_per_address_max", "a whole number from 1 to 65536", .means("384")),
        SettingsKey("units.waiting_for_hello_per_address_max", "a whole number from 1 to 200000", .means("2048")),
        SettingsKey("units.tls", "a section", .nothing),
        SettingsKey("units.tls.minimum", "1.2 or 1.3", .means("1.3")),
        SettingsKey("units.tls.crls", "a list of paths of files, relative to this one's directory", .nothing),
        SettingsKey("units.tls.crl_overdue", "serve or refuse", .means("serve")),
        SettingsKey("units.tls.ticket_keys", file, .nothing),
        SettingsKey("units.tls.ticket_rotation_h", "a whole number from 0 to 84", .means("12")),
        SettingsKey("console", "a section"),
        SettingsKey("console.listen", listen, .means("0.0.0.0:8443")),
        SettingsKey("console.certificate", file),
        SettingsKey("console.key", file),
        SettingsKey("console.files", directory),
        SettingsKey("console.session_hours", "a whole number from 1 to 168", .means("12")),
        SettingsKey("console.connections_per_address_max", "a whole number from 1 to 100000", .means("1000")),
        SettingsKey("journal", "a section", .nothing),
        SettingsKey("journal.segment_mib", "a whole number from 1 to 1024", .means("64")),
        SettingsKey("journal.keep_days", "a whole number from 1 to 36500", .means("400")),
        SettingsKey("journal.keep_gib_max", "a whole number from 0 to 1000000 (0: no limit)", .means("0")),
        SettingsKey("journal.keep_segments_min", "a whole number from 2 to 100000", .means("8")),
        SettingsKey("journal.archive", directory, .nothing),
        SettingsKey("supervision", "a section", .nothing),
        SettingsKey("supervision.test_every_h", "a whole number from 0 to 8760 (0: never)", .means("72")),
        SettingsKey("supervision.displaced_m", "a whole number from 10 to 10000", .means("50")),
        SettingsKey("supervision.outage_units_min", "a whole number from 2 to 10000", .means("5")),
        SettingsKey("supervision.outage_share_percent", "a whole number from 1 to 100", .means("20")),
        SettingsKey("supervision.flapping_downs", "a whole number from 0 to 1000 (0: never)", .means("5")),
        SettingsKey("supervision.flapping_window_s", "a whole number from 10 to 3600", .means("600")),
        SettingsKey("supervision.storm_presses", "a whole number from 0 to 1000 (0: never)", .means("20")),
        SettingsKey("supervision.storm_window_s", "a whole number from 1 to 3600", .means("60")),
        SettingsKey("supervision.start_grace_s", "a whole number from 0 to 3600", .means("60")),
    ]

    /// Every key of a registry file.
    public static let registry: [SettingsKey] = [
        SettingsKey("centres", "a list with at least one centre"),
        SettingsKey("centres[].id", id),
        SettingsKey("centres[].name", "one line of text, 1 to 120 bytes of UTF-8"),
        SettingsKey("centres[].escalation_s", escalation, .means("15/30/45")),
        SettingsKey("centres[].unseen_s", "a whole number from 0 to 3600; 0: never", .means("5")),
        SettingsKey("centres[].starvation_s", "a whole number from 0 to 65535; 0: never", .means("600")),
        SettingsKey("centres[].priority_police", priority, .means("life")),
        SettingsKey("centres[].priority_medical", priority, .means("life")),
        SettingsKey("centres[].priority_fire", priority, .means("life")),
        SettingsKey("centres[].priority_road_accident", priority, .means("urgent")),
        SettingsKey("centres[].neighbour", otherCentre, .nothing),
        SettingsKey("centres[].failover", otherCentre, .nothing),
        SettingsKey("centres[].duty_desk", otherCentre, .nothing),
        SettingsKey("centres[].kind", "centre or duty_desk", .means("centre")),
        SettingsKey("centres[].state", "inactive, active, disabled, full or standby", .means("active")),
        SettingsKey("centres[].latitude", latitude, .nothing),
        SettingsKey("centres[].longitude", longitude, .nothing),
        SettingsKey("areas", "a list of areas", .nothing),
        SettingsKey("areas[].id", id),
        SettingsKey("areas[].centre", "the id of a centre of this file"),
        SettingsKey(
            "areas[].ring",
            "GeoJSON coordinates of a closed ring of 3 to 1000 corners, in quotes: \"[[71,51],[72,51],[72,52],[71,51]]\""
        ),
        SettingsKey("units", "a list of units", .nothing),
        SettingsKey("units[].id", id),
        SettingsKey("units[].centre", "the id of a centre of this file"),
        SettingsKey("units[].place", "one line of text, 1 to 120 bytes of UTF-8"),
        SettingsKey("units[].latitude", latitude, .nothing),
        SettingsKey("units[].longitude", longitude, .nothing),
        SettingsKey("units[].reporting_time_s", reportingTime, .means("units.reporting_time_s")),
    ]
}
