// What a configuration says, and what is refused with which words.

import AlertModel
import Foundation
import Settings
import Testing

@Suite struct SettingsTests {
    static let minimal = """
        state_directory: data
        registry: registry.yaml
        default_centre: astana
        units:
          certificate: tls/gateway.pem
          key: /etc/gateway.key
          client_ca: tls/ca.pem
        console:
          certificate: tls/console.pem
          key: tls/console.key
          files: web

        """

    @Test func minimalTakesDefaultsAndResolvesPaths() throws {
        try withDirectory { directory in
            let path = "\(directory)/sosgatewayd.yaml"
            try Data(Self.minimal.utf8).write(to: URL(filePath: path))
            let settings = try Settings.load(path: path)
            #expect(settings.stateDirectory == "\(directory)/data")
            #expect(settings.statePaths.journalDirectory == "\(directory)/data/journal")
            #expect(settings.registryFile == "\(directory)/registry.yaml")
            #expect(settings.defaultCentre.description == "astana")
            #expect(settings.logLevel == .info)
            #expect(settings.units.listen == ListenAddress(host: "0.0.0.0", port: 7443))
            #expect(settings.units.keyFile == "/etc/gateway.key")
            #expect(settings.units.reportingTimeS == 90)
            #expect(settings.units.connectionsMax == 32_768)
            #expect(settings.units.handshakesAtOnceMax == 512)
            #expect(settings.console.listen == ListenAddress(host: "0.0.0.0", port: 8443))
            #expect(settings.console.sessionLifetime == .seconds(43_200))
        }
    }

    @Test func defaultsOfTheTableAreTheDefaultsOfTheReader() throws {
        try withDirectory { directory in
            let path = "\(directory)/sosgatewayd.yaml"
            var text =
                Self.minimal.replacing("units:\n", with: "units:\n  tls:\n") + "journal:\nsupervision:\n"
            for key in SettingsKey.configuration {
                guard case .means(let value) = key.absence else { continue }
                let parts = key.path.split(separator: ".")
                let indent = String(repeating: "  ", count: parts.count - 1)
                if let section = parts.dropLast().last {
                    text = text.replacing(
                        "\(section):\n", with: "\(section):\n\(indent)\(parts[parts.count - 1]): \(value)\n")
                } else {
                    text += "\(key.path): \(value)\n"
                }
            }
            try Data(text.utf8).write(to: URL(filePath: path))
            let written = try Settings.load(path: path)
            try Data(Self.minimal.utf8).write(to: URL(filePath: path))
            let leftOut = try Settings.load(path: path)
            #expect(written.units == leftOut.units)
            #expect(written.console == leftOut.console)
            #expect(written.logLevel == leftOut.logLevel)
            #expect(written.journal == leftOut.journal && written.journal == JournalSettings())
            #expect(written.supervision == leftOut.supervision && written.supervision == SupervisionPolicy())
        }
    }

    @Test func trustIsRead() throws {
        try withDirectory { directory in
            let path = "\(directory)/sosgatewayd.yaml"
            let tls = "units:\n  tls: {minimum: 1.2, crls: [tls/a.crl, /etc/b.crl], crl_overdue: refuse}\n"
            try Data(Self.minimal.replacing("units:\n", with: tls).utf8).write(to: URL(filePath: path))
            let lists = ["\(directory)/tls/a.crl", "/etc/b.crl"]
            #expect(
                try Settings.load(path: path).units.tls
                    == TrustSettings(minimum: .tls12, revocationLists: lists, overdue: .refuse))
        }
    }

    @Test(arguments: [
        ("minimum: 1.1", "units.tls.minimum: \"1.1\" is not a version; allowed: 1.2 or 1.3"),
        ("crls: a.crl", "units.tls.crls: is not a list of at most 1000; allowed: a list of paths of files"),
        ("crls: [a.crl, [b]]", "units.tls.crls: has an entry that is no single value"),
        ("crl_overdue: no", "units.tls.crl_overdue: \"no\" is not known; allowed: serve or refuse"),
        ("crl: [a.crl]", "did you mean \"crls\"?"),
    ])
    func wrongTrust(line: String, words: String) throws {
        try withDirectory { directory in
            let path = "\(directory)/sosgatewayd.yaml"
            let text = Self.minimal.replacing("units:\n", with: "units:\n  tls:\n    \(line)\n")
            try Data(text.utf8).write(to: URL(filePath: path))
            #expect {
                try Settings.load(path: path)
            } throws: { error in
                "\(error)".contains(words) && "\(error)".contains("sosgatewayd.yaml:6:")
            }
        }
    }

    @Test func journalSectionIsRead() throws {
        try withDirectory { directory in
            let path = "\(directory)/sosgatewayd.yaml"
            let text =
                Self.minimal + "journal:\n  segment_mib: 1\n  keep_days: 30\n  keep_gib_max: 2\n  archive: old\n"
            try Data(text.utf8).write(to: URL(filePath: path))
            let expected = JournalSettings(
                segmentBytes: 1 << 20, keepDays: 30, keepBytesMax: 2 << 30, archiveDirectory: "\(directory)/old")
            #expect(try Settings.load(path: path).journal == expected)
        }
    }

    @Test func supervisionSectionIsRead() throws {
        try withDirectory { directory in
            let path = "\(directory)/sosgatewayd.yaml"
            let text =
                Self.minimal
                + "supervision:\n  test_every_h: 0\n  displaced_m: 10\n  outage_units_min: 2\n"
                + "  outage_share_percent: 1\n  flapping_downs: 3\n  flapping_window_s: 11\n"
                + "  storm_presses: 4\n  storm_window_s: 12\n  start_grace_s: 13\n"
            try Data(text.utf8).write(to: URL(filePath: path))
            var expected = SupervisionPolicy()
            (expected.testEveryH, expected.displacedM, expected.groupUnitsMin) = (0, 10, 2)
            (expected.groupSharePercent, expected.flapDowns, expected.flapWindowS) = (1, 3, 11)
            (expected.stormPresses, expected.stormWindowS, expected.startGraceS) = (4, 12, 13)
            #expect(try Settings.load(path: path).supervision == expected)
        }
    }

    @Test(
        arguments: [
            ("test_every_h", "8761"), ("displaced_m", "9"), ("outage_units_min", "1"),
            ("outage_share_percent", "101"), ("flapping_downs", "1001"), ("flapping_window_s", "9"),
            ("storm_presses", "1001"), ("storm_window_s", "0"), ("start_grace_s", "-1"),
        ])
    func supervisionOutsideItsRangeIsRefused(key: String, value: String) throws {
        let found = try problems(inConfiguration: Self.minimal + "supervision:\n  \(key): \(value)\n")
        #expect(found.count == 1 && found[0].contains("supervision.\(key): \"\(value)\" is "))
    }

    @Test func everythingWrongIsReportedAtOnce() throws {
        let found = try problems(
            inConfiguration: """
                state_directory: data
                registry:
                default_centre: Астана
                log_level: loud
                units:
                  listen: "7443x"
                  certifcate: a.pem
                  key: [a, b]
                  client_ca: ca.pem
                  reporting_time_s: 30
                  handshakes_at_once_max: 0
                  session_hours: 12
                console:
                  certificate: c.pem
                  key: c.key
                  files: web
                  session_hours: twelve
                """)
        #expect(
            found == [
                "2:10: registry: has no value; allowed: the path of a file, relative to this one's directory",
                "3:17: default_centre: \"Астана\" has a letter outside ASCII at its byte 1; "
                    + "allowed: 1 to 16 letters, digits, - . _, naming a centre of the registry",
                "4:12: log_level: \"loud\" is not a level; allowed: debug, info, warning or error",
                "5:1: units.certificate: is missing; allowed: the path of a file, relative to this one's directory",
                "6:11: units.listen: \"7443x\" is not host:port; allowed: host:port or [IPv6 address]:port, "
                    + "port 0 to 65535 (0: the system chooses)",
                "7:3: units: unknown key \"certifcate\"; did you mean \"certificate\"?",
                "8:8: units.key: is not a single value; allowed: the path of a file, relative to this one's directory",
                "10:21: units.reporting_time_s: \"30\" is not a reporting time in seconds; allowed: 20, 90 or 180",
                "11:27: units.handshakes_at_once_max: \"0\" is outside the range; "
                    + "allowed: a whole number from 1 to 65536",
                "12:3: units: unknown key \"session_hours\"; it belongs to the section \"console\"",
                "17:18: console.session_hours: \"twelve\" is not a whole number; allowed: a whole number from 1 to 168",
            ])
    }

    @Test func missingSectionsAreNamed() throws {
        #expect(
            try problems(inConfiguration: "state_directory: data\nregistry: r.yaml\ndefault_centre: a\n") == [
                "1:1: units: is missing; allowed: a section",
                "1:1: console: is missing; allowed: a section",
            ])
    }

    @Test func doubledKeyIsRefusedWithItsPlace() throws {
        let found = try problems(inConfiguration: Self.minimal + "registry: other.yaml\n")
        #expect(found == ["2:1: \"registry\": stands more than once in this section; keep one"])
    }

    @Test(arguments: [
        ("", "is empty"),
        ("# nothing\n", "is empty"),
        ("- a\n", "1:1: is not a section"),
        ("units: [\n", "2:1: is not YAML here"),
        ("a: b: c\n", "1:5: is not YAML here"),
        ("a: 1\n---\nb: 2\n", "2:1: is not YAML here"),
        ("a: \u{7}\n", "1:4: is not YAML here"),
        ("a: *nobody\n", "1:4: is not YAML here"),
        (String(repeating: "[", count: 100_000), "is not YAML here"),
    ])
    func brokenFilesAreRefused(text: String, expected: String) throws {
        let found = try problems(inConfiguration: text)
        #expect(found.count == 1 || expected.hasSuffix("section"))
        #expect(found.contains { $0.contains(expected) }, "\(found)")
    }

    @Test func unreadableFilesAreNamed() throws {
        try withDirectory { directory in
            #expect(throws: SettingsError.self) { try Settings.load(path: directory) }
            do throws(SettingsError) {
                _ = try Settings.load(path: "\(directory)/absent.yaml")
                Issue.record("absent file was read")
            } catch {
                #expect(error.description == "\(directory)/absent.yaml: cannot be read: no such file")
            }
            try Data([0x61, 0x3A, 0xFF]).write(to: URL(filePath: "\(directory)/latin.yaml"))
            do throws(SettingsError) {
                _ = try Settings.load(path: "\(directory)/latin.yaml")
                Issue.record("a file that is not UTF-8 was read")
            } catch {
                #expect(error.description.hasSuffix("is not UTF-8 text"))
            }
        }
    }

    @Test func filesAreChecked() throws {
        try withDirectory { directory in
            let path = "\(directory)/sosgatewayd.yaml"
            try Data(Self.minimal.replacing("/etc/gateway.key", with: "gateway.key").utf8)
                .write(to: URL(filePath: path))
            let settings = try Settings.load(path: path)
            do throws(SettingsError) {
                try settings.checkFiles()
                Issue.record("absent files were found")
            } catch {
                #expect(error.problems.count == 6)
                #expect(
                    error.problems.first?.description
                        == "\(path):5:16: units.certificate: \(directory)/tls/gateway.pem cannot be read: no such file"
                )
            }
            try FileManager.default.createDirectory(
                atPath: "\(directory)/tls", withIntermediateDirectories: false)
            try FileManager.default.createDirectory(
                atPath: "\(directory)/web", withIntermediateDirectories: false)
            for name in ["tls/gateway.pem", "gateway.key", "tls/ca.pem", "tls/console.pem", "tls/console.key"] {
                let mode = name.hasSuffix("gateway.key") ? 0o644 : 0o600
                let made = FileManager.default.createFile(
                    atPath: "\(directory)/\(name)", contents: Data(), attributes: [.posixPermissions: mode])
                #expect(made)
            }
            do throws(SettingsError) {
                try settings.checkFiles()
                Issue.record("a public private key was accepted")
            } catch {
                #expect(error.problems.map(\.key) == ["units.key"])
                #expect(error.description.contains("permissions 0644"))
            }
        }
    }

    @Test func stateDirectoryIsMadeForItsOwnerOnly() throws {
        try withDirectory { directory in
            let path = "\(directory)/sosgatewayd.yaml"
            try Data(Self.minimal.utf8).write(to: URL(filePath: path))
            let settings = try Settings.load(path: path)
            try settings.makeStateDirectory()
            try settings.makeStateDirectory()
            let attributes = try FileManager.default.attributesOfItem(atPath: settings.stateDirectory)
            #expect(attributes[.posixPermissions] as? Int == 0o700)
            try Data(Self.minimal.replacing(": data", with: ": sosgatewayd.yaml/x").utf8)
                .write(to: URL(filePath: path))
            let wrong = try Settings.load(path: path)
            do throws(SettingsError) {
                try wrong.makeStateDirectory()
                Issue.record("a directory was made inside a file")
            } catch {
                #expect(
                    error.description.hasPrefix("\(path):1:18: state_directory: \(wrong.stateDirectory) cannot"))
            }
        }
    }
}

@Suite struct ListenAddressTests {
    @Test(arguments: ["0.0.0.0:7443", "localhost:0", "[::1]:65535", "[fe80::1%eth0]:80", "gateway-1.example.kz:1"])
    func roundTrip(text: String) {
        #expect(ListenAddress(text)?.description == text)
    }

    @Test(arguments: [
        "", ":", "7443", ":7443", "a:", "a:65536", "a:-1", "a:+1", "a: 1", "::1:80", "[::1]", "[]:1", "[a]:1",
        "a b:1",
        "a:000001", "ә:1",
    ])
    func refused(text: String) {
        #expect(ListenAddress(text) == nil)
    }
}
