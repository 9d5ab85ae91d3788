// Every error of a file at once, each with its place and how to mend it. Golden/bad-units.csv is what a person
// sends; Golden/bad-units.txt is what they are told, line by line.

import Foundation
import Testing

@testable import History

private let golden = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

@Suite("Registry problems")
struct RegistryProblemTests {
    @Test(
        "a police department's sheet, told word for word", arguments: ["bad-units.csv", "bad-responders.geojson"])
    func goldenFiles(name: String) throws {
        let text = try String(contentsOf: golden.appending(path: name), encoding: .utf8)
        let expected = try String(contentsOf: golden.appending(path: name + ".txt"), encoding: .utf8)
        let table: RegistryTable = name.contains("units") ? .units : .responders
        let centres = try RegistryPlan.make(files([twoCentres]), into: seeded, replaces: false).contents
        let file = RegistryFile(
            name: name, bytes: Array(text.utf8), format: RegistryFormat(fileName: name) ?? .csv, table: table)
        do throws(RegistryRefusal) {
            _ = try RegistryPlan.make([file], into: centres, replaces: false)
            Issue.record("a bad file was taken")
        } catch {
            #expect("\(error)\n" == expected, "\(error)")
        }
    }

    @Test("a hundred problems are kept and the rest is counted")
    func limit() {
        let rows = (0..<250).map { "A-\($0),nowhere,Парк\n" }.joined()
        let found = problems([twoCentres, ("units.csv", "id,centre,place_ru\n" + rows)])
        #expect(found.count == 101)
        #expect(found.last == "… 150")
        #expect(
            found.first
                == "units.csv:2:5 (cell B2): centre: \"nowhere\" is no centre of the registry; allowed: almaty, astana"
        )
    }

    @Test("what would be removed although it is named")
    func removals() throws {
        let known = try RegistryPlan.make(
            files([twoCentres, ("units.csv", "id,centre,place_ru\nA-1,almaty,Парк\nA-2,almaty,Рынок\n")]),
            into: seeded,
            replaces: false
        ).contents
        let found = problems([("centres.csv", "id,fail_over\nastana,\n")], into: known, replaces: true)
        #expect(
            found == [
                "centres: \"almaty\" would be removed, but 2 units name it as centre, \"A-1\" for one; give them another first"
            ])
        #expect(
            problems([("roles.csv", "id\nofficer\n")], replaces: true) == [
                "roles: \"supervisor\" would be removed; accounts name it"
            ])
    }

    @Test("rules between cells")
    func rules() {
        let centres = "id,name_ru,neighbour,escalate_1_s,escalate_2_s\nastana,Астана,astana,30,20\nalmaty,,,,\n"
        let found = problems([("centres.csv", centres)])
        #expect(found.count == 3)
        #expect(found[0].contains("neighbour: is the centre itself"))
        #expect(found[1].contains("(cell E2): escalate_2_s: 20 s is not after escalate_1_s, 30 s"))
        #expect(found[2].contains("has no name in any language"))
    }

    @Test("a unit far from its centre is a warning")
    func warnings() throws {
        let plan = try RegistryPlan.make(
            files([
                ("centres.csv", "id,name_ru,latitude,longitude\nalmaty,Алматы,43.2383,76.9453\n"),
                (
                    "units.csv",
                    "id,centre,place_ru,latitude,longitude\nA-1,almaty,Парк,76.9,43.2\nA-2,almaty,Рынок,43.3,76.9\n"
                ),
            ]), into: seeded, replaces: false)
        #expect(plan.warnings.count == 1)
        #expect(plan.warnings.first?.description.contains("swapped?") == true)
    }

    @Test("GeoJSON: points, lines, polygons, other reference systems, places of errors")
    func geoJSON() throws {
        func feature(_ geometry: String, _ properties: String) -> String {
            "{\"type\":\"FeatureCollection\",\"features\":[\n{\"type\":\"Feature\",\"geometry\":\(geometry),\"properties\":{\(properties)}}]}"
        }
        let ring = "{\"type\":\"Polygon\",\"coordinates\":[[[71,51],[72,51],[72,52],[71,51]]]}"
        let plan = try RegistryPlan.make(
            files([
                twoCentres, ("areas.geojson", feature(ring, "\"id\":\"north\",\"centre\":\"astana\"")),
                (
                    "roads.geojson",
                    feature(
                        "{\"type\":\"LineString\",\"coordinates\":[[71,51],[72.12345678,51,9]]}",
                        "\"id\":\"A1\",\"name\":\"A1\"")
                ),
            ]), into: seeded, replaces: false)
        #expect(plan.contents.text(.areas, "north", "ring") == "[[71,51],[72,51],[72,52],[71,51]]")
        #expect(plan.contents.text(.roads, "A1", "line") == "[[71,51],[72.1234568,51]]")
        let bad = [
            (
                feature("{\"type\":\"MultiPolygon\",\"coordinates\":[]}", "\"id\":\"a\",\"centre\":\"astana\""),
                "areas.geojson:2:30: geometry: is a MultiPolygon; allowed for areas: Polygon; split it into one feature a part"
            ),
            (
                "{\"type\":\"FeatureCollection\",\n\"features\":[}",
                "areas.geojson:2:13: is not JSON here: \"}\" stands where a value should"
            ),
            ("[]", "areas.geojson:1:1: is not a FeatureCollection with features (RFC 7946)"),
            (
                "{\"type\":\"FeatureCollection\",\"crs\":{\"properties\":{\"name\":\"EPSG:3857\"}},\"features\":[]}",
                "areas.geojson:1:35: crs: the coordinates are in \"EPSG:3857\"; allowed: WGS 84 (save the layer with EPSG:4326)"
            ),
        ]
        for (text, expected) in bad {
            #expect(problems([twoCentres, ("areas.geojson", text)]).first == expected)
        }
    }
}
