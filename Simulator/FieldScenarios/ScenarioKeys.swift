// Every key of a scenario file in one table: reader, error texts, documentation and its test all take it from here.

package import Settings
import SimulatedField

/// The words of a scenario file.
package enum ScenarioKeys {
    /// The kinds of happening as the file names them, and which keys each takes beside `at_s`, `what` and `name`.
    package static let kinds: [(name: String, takes: [String], needs: [String])] = [
        ("storm", ["for_s", "percent", "units"], []),
        ("carrier_fails", ["for_s", "percent", "units", "carrier", "silent"], ["carrier", "for_s"]),
        (
            "roaming", ["for_s", "percent", "units", "road", "speed_km_h", "report_every_s", "new_link_every_s"],
            ["road", "for_s"]
        ),
        ("stuck_button", ["for_s", "percent", "units", "every_s"], ["for_s"]),
        ("presses", ["for_s", "percent", "units", "per_minute", "cancel_percent"], ["for_s", "per_minute"]),
        ("test_calls", ["for_s", "percent", "units"], []),
        ("clock", ["percent", "units", "error_s"], ["error_s"]),
        ("weak_battery", ["for_s", "percent", "units", "from_percent", "to_percent"], ["for_s"]),
        ("fault", ["for_s", "percent", "units", "fault"], ["fault"]),
    ]

    private static let seconds = "seconds from 0 to 604800, at most three decimals"

    /// Every key.
    package static let schema: [SettingsKey] = [
        SettingsKey("name", "one line of text, 1 to 120 bytes of UTF-8"),
        SettingsKey("duration_s", "seconds from 1 to 604800"),
        SettingsKey("units", "a whole number from 1 to 200000", .nothing),
        SettingsKey("seed", "a whole number from 0 to 4294967295", .means("1")),
        SettingsKey("timeline", "a list with at least one happening"),
        SettingsKey("timeline[].at_s", seconds),
        SettingsKey("timeline[].what", kinds.map(\.name).joined(separator: ", ")),
        SettingsKey("timeline[].name", "one line of text, 1 to 120 bytes of UTF-8", .nothing),
        SettingsKey("timeline[].for_s", seconds, .means("0")),
        SettingsKey("timeline[].percent", "percent of the units, from 0.01 to 100", .means("100")),
        SettingsKey("timeline[].units", "a whole number from 1 to 200000, instead of percent", .nothing),
        SettingsKey("timeline[].carrier", "the id of a carrier", .nothing),
        SettingsKey("timeline[].silent", "yes or no", .means("no")),
        SettingsKey("timeline[].road", Road.allCases.map(\.rawValue).joined(separator: ", "), .nothing),
        SettingsKey("timeline[].speed_km_h", "a whole number from 1 to 2000", .means("90")),
        SettingsKey("timeline[].report_every_s", "seconds from 0.1 to 3600", .means("10")),
        SettingsKey("timeline[].new_link_every_s", "seconds from 0 to 86400 (0: never)", .means("60")),
        SettingsKey("timeline[].every_s", "seconds from 0.1 to 3600", .means("1")),
        SettingsKey("timeline[].per_minute", "from 0.01 to 60000", .nothing),
        SettingsKey("timeline[].cancel_percent", "a whole number from 0 to 100", .means("0")),
        SettingsKey(
            "timeline[].error_s", "whole seconds ahead (+300) or behind (-300), up to a year, or none", .nothing),
        SettingsKey("timeline[].from_percent", "a whole number from 0 to 100", .means("60")),
        SettingsKey("timeline[].to_percent", "a whole number from 0 to 100", .means("5")),
        SettingsKey("timeline[].fault", FaultNames.all.map(\.0).joined(separator: ", "), .nothing),
    ]
}
