// Centres and units: exact coordinates, unique ids, known centres, speed.

import AlertModel
import Foundation
import Settings
import Testing

@Suite struct RegistryTests {
    private func load(_ text: String) throws -> Registry {
        try withDirectory { directory in
            let path = "\(directory)/registry.yaml"
            try Data(text.utf8).write(to: URL(filePath: path))
            return try Registry.load(path: path, reportingTimeS: 20)
        }
    }

    @Test func readsCentresAndUnitsInTheirOrder() throws {
        let registry = try load(
            """
            centres:
              - {id: b, name: "Караганда"}
              - {id: a, name: Астана}
            units:
              - id: "0010"
                centre: a
                place: "A1 Астана — Петропавл, 25-шақырым"
                latitude: 51.1282001
                longitude: -0.5
                reporting_time_s: 180
              - id: no
                centre: b
                place: patrol car
            """)
        #expect(registry.centres.map(\.id.description) == ["b", "a"])
        #expect(registry.units.map(\.id.description) == ["0010", "no"])
        #expect(registry.units.first?.point == GeoPoint(latitudeE7: 511_282_001, longitudeE7: -5_000_000))
        #expect(registry.units.map(\.reportingTimeS) == [180, 20])
        #expect(registry.units.last?.point == nil)
    }

    @Test func policiesOfCentres() throws {
        let registry = try load(
            """
            centres:
              - {id: a, name: A, escalation_s: 10/20/50, unseen_s: 0, neighbour: b, failover: c, duty_desk: b}
              - {id: b, name: B, duty_desk: a}
              - {id: c, name: C}
            """)
        let (a, b, c) = (try CentreID("a"), try CentreID("b"), try CentreID("c"))
        #expect(
            registry.policies == [
                CentrePolicy(
                    centre: a, reRingS: 10, supervisorsS: 10, neighbourS: 20, failoverS: 50, dutyDeskS: 80,
                    unseenS: 0, neighbour: b, failover: c, dutyDesk: b),
                CentrePolicy(
                    centre: b, reRingS: 15, supervisorsS: 15, neighbourS: 30, failoverS: 45, dutyDeskS: 45,
                    unseenS: 5, neighbour: nil, failover: nil, dutyDesk: a),
                CentrePolicy(centre: c),
            ])
    }

    @Test func wrongPoliciesAreReportedAtOnce() throws {
        let found = try problems(
            inRegistry: """
                centres:
                  - {id: astana, name: A, escalation_s: 15/15/45, neighbour: astana}
                  - {id: almaty, name: B, escalation_s: 15/30, failover: astna, unseen_s: 3601, duty_desk: x y}
                """)
        let times =
            "three whole numbers of seconds from 1 to 3600, each greater than the one before, such as 15/30/45"
        #expect(
            found == [
                "2:41: centres[].escalation_s: \"15/15/45\" does not rise; allowed: \(times)",
                "2:62: centres[].neighbour: \"astana\" is the centre itself; allowed: another centre of this file",
                "3:41: centres[].escalation_s: \"15/30\" is not three numbers with / between them; allowed: \(times)",
                "3:58: centres[].failover: \"astna\" is not a centre of this file; did you mean \"astana\"?",
                "3:75: centres[].unseen_s: \"3601\" is outside the range; allowed: a whole number from 0 to 3600; 0: never",
                "3:92: centres[].duty_desk: \"x y\" has \" \" at its byte 2; allowed: the id of another centre of this file",
            ])
    }

    @Test func areasAndWhatCentresAre() throws {
        let registry = try load(
            """
            centres:
              - {id: a, name: A, kind: duty_desk, state: standby, latitude: 51.5, longitude: -71}
              - {id: b, name: B}
            areas:
              - {id: city, centre: a, ring: "[[71,51], [72,51], [72,52.5], [71,51]]"}
            """)
        #expect(
            registry.centres.first
                == CentreRecord(
                    id: try CentreID("a"), name: "A", kind: .dutyDesk,
                    point: GeoPoint(latitudeE7: 515_000_000, longitudeE7: -710_000_000), state: .standby))
        #expect(registry.centres.last == CentreRecord(id: try CentreID("b"), name: "B"))
        let ring = [(510_000_000, 710_000_000), (510_000_000, 720_000_000), (525_000_000, 720_000_000)]
            .compactMap { GeoPoint(latitudeE7: $0, longitudeE7: $1) }
        #expect(
            registry.areas == [AreaRecord(id: try AreaID("city"), centre: try CentreID("a"), ring: ring)])
    }

    @Test func wrongAreasAreReportedAtOnce() throws {
        let found = try problems(
            inRegistry: """
                centres:
                  - {id: a, name: A, kind: desk, state: busy, latitude: 51}
                areas:
                  - {id: r, centre: b, ring: "[[71,51],[72,51],[72,52],[71,51]]"}
                  - {id: r, centre: a, ring: "[[71,51],[72,51],[72,52]]"}
                  - {id: s, centre: a, ring: "[[71,51],[72,51],[71,51]]"}
                  - {id: t, centre: a, ring: "[[51,171],[72,51],[72,52],[51,171]]"}
                  - {id: u, centre: a, ring: "71 51"}
                """)
        let texts = found.map { $0.split(separator: ": ").dropFirst().joined(separator: ": ") }
        let ring = "; allowed: GeoJSON coordinates"
        for (expected, text) in zip(
            [
                "centres[].kind: \"desk\" is not known", "centres[].state: \"busy\" is not known",
                "centres[].latitude: stands alone", "areas[].centre: \"b\" is not a centre of this file",
                "areas[].id: \"r\" stands already in line 4",
                "areas[].ring: \"[[71,51],[72,51],[72,52]]\" does not end where it begins\(ring)",
                "areas[].ring: \"[[71,51],[72,51],[71,51]]\" has 2 corners\(ring)",
                "areas[].ring: \"[[51,171],[72,51],[72,52],[51,171]]\" has a bad point at byte 3",
                "areas[].ring: \"71 51\" is no list of coordinates at byte 1",
            ], texts)
        { #expect(text.hasPrefix(expected), "\(text)") }
        #expect(texts.count == 9, "\(found)")
    }

    @Test func everythingWrongIsReportedAtOnce() throws {
        let found = try problems(
            inRegistry: """
                centres:
                  - {id: astana, name: Астана}
                  - {id: astana, name: Again}
                units:
                  - {id: U1, centre: astna, place: x}
                  - {id: U2, centre: astana, place: x, latitude: 51.1}
                  - {id: U2, centre: astana, place: x}
                  - {id: U 3, centre: astana, place: x}
                  - {id: ABCDEFGHIJKLMNOPQ, centre: astana, place: x}
                  - {id: U5, centre: elsewhere, place: "a\\nb"}
                  - U6
                """)
        #expect(
            found == [
                "3:10: centres[].id: \"astana\" stands already in line 2; allowed: each id once",
                "5:22: units[].centre: \"astna\" is not a centre of this file; did you mean \"astana\"?",
                "6:50: units[].latitude: stands alone; allowed: both coordinates or none",
                "7:10: units[].id: \"U2\" stands already in line 6; allowed: each id once",
                "8:10: units[].id: \"U 3\" has \" \" at its byte 2; allowed: 1 to 16 letters, digits, - . _",
                "9:10: units[].id: \"ABCDEFGHIJKLMNOPQ\" has 17 bytes; allowed: 1 to 16 letters, digits, - . _",
                "10:22: units[].centre: \"elsewhere\" is not a centre of this file; allowed: astana",
                "10:40: units[].place: \"a\\nb\" has control characters; "
                    + "allowed: one line of text, 1 to 120 bytes of UTF-8",
                "11:5: units[]: is not a section; allowed: lines of `key: value`",
            ])
    }

    @Test(arguments: [
        ("51.1282", 511_282_000), ("90", 900_000_000), ("-90.0", -900_000_000), ("+0.0000001", 1), ("-0", 0),
        ("089.9999999", 899_999_999),
    ])
    func exactDegrees(text: String, expected: Int32) throws {
        let registry = try load(unit(latitude: text))
        #expect(registry.units.first?.point?.latitudeE7 == expected)
    }

    @Test(arguments: [
        "90.0000001", "-91", "1e1", "51.12820001", "51,1", ".5", "5.", "+-1", "51°", "0x10", "nan",
        "99999999999999999999",
    ])
    func refusedDegrees(text: String) throws {
        let found = try problems(inRegistry: unit(latitude: text))
        #expect(found.count == 1)
        #expect(found.first?.contains("units[].latitude: \"\(text)\"") == true, "\(found)")
    }

    private func unit(latitude: String) -> String {
        """
        centres: [{id: a, name: A}]
        units: [{id: U, centre: a, place: x, latitude: "\(latitude)", longitude: 71.4}]
        """
    }

    @Test func aRegistryNeedsACentre() throws {
        #expect(
            try problems(inRegistry: "centres: []\n") == [
                "1:10: centres: has no centre; allowed: a list with at least one centre"
            ])
        #expect(
            try problems(inRegistry: "units: []\n") == [
                "1:1: centres: is missing; allowed: a list with at least one centre"
            ])
    }

    @Test func problemsAreKeptBounded() throws {
        let units = (0..<500).map { "  - {id: U\($0), centre: nowhere, place: x}\n" }.joined()
        let found = try problems(inRegistry: "centres: [{id: a, name: A}]\nunits:\n\(units)")
        #expect(found.count == SettingsError.problemsMax)
    }

    @Test(.timeLimit(.minutes(5))) func twentyThousandUnits() throws {
        var text = "centres: [{id: a, name: A}]\nunits:\n"
        for number in 0..<20_000 {
            text += "  - {id: U-\(number), centre: a, place: \"Абай даңғылы \(number)\", "
            text += "latitude: 43.2, longitude: 76.9, reporting_time_s: 90}\n"
        }
        #expect(try load(text).units.count == 20_000)
    }
}
