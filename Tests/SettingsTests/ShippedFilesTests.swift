// The files that ship say what the code reads: no key is missing in the example or in the document.

import AlertModel
import Foundation
import Settings
import Testing

@Suite struct ShippedFilesTests {
    @Test func exampleLoadsWithItsDocumentedDefaults() throws {
        let settings = try Settings.load(path: "\(repository)/Config/sosgatewayd.yaml")
        #expect(settings.units.reportingTimeS == 90)
        #expect(settings.units.connectionsMax == UnitSettings.connectionsMaxDefault)
        #expect(settings.units.handshakesAtOnceMax == UnitSettings.handshakesAtOnceMaxDefault)
        #expect(settings.console.sessionLifetime == .seconds(ConsoleSettings.sessionHoursDefault * 3_600))
        let registry = try Registry.load(path: "\(repository)/Config/registry.demo.yaml")
        try settings.check(registry)
    }

    @Test func everyKeyStandsInTheExample() throws {
        let example = try String(
            contentsOf: URL(filePath: "\(repository)/Config/sosgatewayd.yaml"), encoding: .utf8)
        for key in SettingsKey.configuration {
            let parts = key.path.split(separator: ".")
            let line = "\n" + String(repeating: "  ", count: parts.count - 1) + "\(parts[parts.count - 1]):"
            #expect(example.contains(line), "\(key.path) is missing in Config/sosgatewayd.yaml")
        }
    }

    @Test func everyKeyIsDocumentedWithItsDefault() throws {
        let document = try String(
            contentsOf: URL(filePath: "\(repository)/Docs/configuration.md"), encoding: .utf8)
        let parts = document.split(separator: "\n## ")
        let tables = [("sosgatewayd.yaml", SettingsKey.configuration), ("The registry", SettingsKey.registry)]
        for (title, keys) in tables {
            let rows = parts.first { $0.hasPrefix(title) }?.split(separator: "\n") ?? []
            for key in keys {
                let row = rows.first { $0.hasPrefix("| `\(key.path)` |") }
                #expect(row != nil, "\(key.path) is missing in Docs/configuration.md")
                let cells = row?.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } ?? []
                switch key.absence {
                case .refused: #expect(cells.last == "refused", "\(key.path)")
                case .means(let value): #expect(cells.last?.contains(value) == true, "\(key.path)")
                case .nothing: break
                }
            }
            let documented = rows.filter { $0.hasPrefix("| `") }.count
            #expect(documented == keys.count, "\(title) documents a key that nothing reads")
        }
    }

    @Test func demonstrationHasFiftyUnitsInThreeCentres() throws {
        let registry = try Registry.load(path: "\(repository)/Config/registry.demo.yaml")
        #expect(registry.centres.map(\.id.description) == ["astana", "almaty", "karaganda"])
        #expect(registry.units.count == 50)
        #expect(Set(registry.units.map(\.place)).count == 50)
        for unit in registry.units {
            // Inside Kazakhstan.
            #expect((400_000_000...556_000_000).contains(unit.point?.latitudeE7 ?? 0), "\(unit.id)")
            #expect((464_000_000...874_000_000).contains(unit.point?.longitudeE7 ?? 0), "\(unit.id)")
        }
    }

    @Test func defaultCentreMustBeInTheRegistry() throws {
        let settings = try Settings.load(path: "\(repository)/Config/sosgatewayd.yaml")
        let centre = CentreRecord(id: try CentreID("elsewhere"), name: "Elsewhere")
        do throws(SettingsError) {
            try settings.check(Registry(centres: [centre], units: []))
            Issue.record("an unknown default centre was accepted")
        } catch {
            #expect(error.problems.map(\.key) == ["default_centre"])
            #expect(error.problems.first?.place != nil)
            #expect(error.description.hasSuffix("allowed: elsewhere"))
        }
    }
}
