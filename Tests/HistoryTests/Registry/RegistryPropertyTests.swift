// Whatever a registry holds, its export imports as nothing new; whatever a file holds, reading it ends with a
// plan or with problems that have places.

import AlertModel
import Foundation
import Testing

@testable import History

/// A registry whose every cell is random, references included.
private func randomContents(using generator: inout SeededGenerator) throws -> RegistryContents {
    var texts: [RegistryTable: [[String: String]]] = [:]
    var ids: [RegistryTable: [String]] = [.roles: RegistryCheck.rolesAlways]
    for table in RegistryTable.allCases where table != .roles {
        ids[table] = (0..<Int.random(in: 1...8, using: &generator)).map { "\(table.rawValue.prefix(3)).\($0)" }
    }
    for table in RegistryTable.allCases {
        for id in ids[table] ?? [] {
            var cells: [String: String] = [:]
            for column in table.columns where column.isRequired || generator.chance() {
                cells[column.name] = randomCell(column, ids, using: &generator)
            }
            cells["id"] = id
            if table.geometry == .point, cells["latitude"] == nil || cells["longitude"] == nil {
                cells["latitude"] = nil
                cells["longitude"] = nil
            }
            switch table {
            case .roles, .centres: cells["name_en"] = "n"
            case .places: cells["text_en"] = "Place; \"quoted\", \\ and \u{1F6A8}"
            case .units:
                if cells["road"] == nil { cells["km"] = nil }
                if cells["carrier_1"] == cells["carrier_2"] || cells["carrier_1"] == nil {
                    cells["carrier_2"] = nil
                }
                cells["installed"] = nil
            default: break
            }
            if table == .centres {
                for name in ["neighbour", "fail_over", "duty_desk"] where cells[name] == id { cells[name] = nil }
                for (step, name) in ["escalate_1_s", "escalate_2_s", "escalate_3_s"].enumerated() {
                    cells[name] = "\(step * 100 + Int.random(in: 1...99, using: &generator))"
                }
            }
            texts[table, default: []].append(cells)
        }
    }
    let files = texts.map { RegistryFile(name: $0.key.rawValue, table: $0.key, values: $0.value) }
    return try RegistryPlan.make(files, into: RegistryContents(), replaces: false).contents
}

private func randomCell(
    _ column: RegistryColumn, _ ids: [RegistryTable: [String]], using generator: inout SeededGenerator
) -> String {
    func degrees(_ limit: Int64) -> String {
        Decimals.text(Int64.random(in: -limit * 10_000_000...limit * 10_000_000, using: &generator), decimals: 7)
    }
    let letters = Array("aZ09 ,;\"'\\/әңғүұқөһІЖ—«»\u{1F6A8}.:-_=")
    switch column.kind {
    case .id: return "x"
    case .reference(let table): return ids[table]?.randomElement(using: &generator) ?? "x"
    case .text, .note:
        return "t"
            + String(
                (0..<Int.random(in: 0...25, using: &generator)).map { _ in
                    letters.randomElement(using: &generator) ?? "a"
                }
            ).withoutBlanks
    case .phone: return "+7 \(Int.random(in: 10...9_999_999, using: &generator))"
    case .word(let words): return words.randomElement(using: &generator) ?? ""
    case .number(let range) where range == 20...180:
        return ["20", "90", "180"].randomElement(using: &generator) ?? ""
    case .number(let range): return "\(Int.random(in: range, using: &generator))"
    case .latitude: return degrees(90)
    case .longitude: return degrees(180)
    case .kilometres: return Decimals.text(Int64.random(in: 0...9_999_999, using: &generator), decimals: 3)
    case .date:
        return "20\(Int.random(in: 10...99, using: &generator))-02-2\(Int.random(in: 0...8, using: &generator))"
    case .line: return "[[\(degrees(180)),\(degrees(90))],[\(degrees(180)),\(degrees(90))]]"
    case .ring: return "[[1,1],[\(degrees(180)),2],[3,\(degrees(90))],[1,1]]"
    }
}

@Suite("Registry properties", .timeLimit(.minutes(2)))
struct RegistryPropertyTests {
    @Test("export and import is the identity, by CSV for machines and sheets and by GeoJSON", arguments: 1...40)
    func identity(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let contents = try randomContents(using: &generator)
        for forSheet in [false, true] {
            let sheets = RegistryTable.allCases.filter { contents.count($0) > 0 }.map { table in
                RegistryFile(
                    name: "\(table.rawValue).csv", bytes: Array(contents.csv(table, forSheet: forSheet).utf8),
                    format: .csv, table: table)
            }
            #expect(
                try RegistryPlan.make(sheets, into: RegistryContents(), replaces: true).contents == contents,
                "seed \(seed)")
            #expect(try RegistryPlan.make(sheets, into: contents, replaces: true).changes.isEmpty, "seed \(seed)")
        }
        for table in RegistryTable.allCases {
            guard let text = contents.geoJSON(table) else { continue }
            let file = RegistryFile(name: "f", bytes: Array(text.utf8), format: .geojson, table: table)
            #expect(try RegistryPlan.make([file], into: contents, replaces: true).changes.isEmpty, "seed \(seed)")
        }
    }

    @Test("a database keeps what it was given", arguments: [UInt64(7), 8])
    func databaseKeepsEverything(seed: UInt64) async throws {
        try await withDirectory { directory in
            var generator = SeededGenerator(seed: seed)
            let contents = try randomContents(using: &generator)
            let store = try RegistryStore(path: "\(directory)/registry.sqlite")
            let sheets = RegistryTable.allCases.map {
                RegistryFile(name: $0.rawValue, bytes: Array(contents.csv($0).utf8), format: .csv, table: $0)
            }
            _ = try store.importFiles(sheets, replaces: true, by: "test", at: .init(nanoseconds: 0)) { _ in }
            #expect(try store.contents() == contents, "seed \(seed)")
            #expect(try store.faults().isEmpty)
        }
    }

    @Test("hostile files end with a plan or with problems that have places", arguments: 1...20)
    func hostileFiles(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let contents = try randomContents(using: &generator)
        let table =
            RegistryTable.allCases.filter { contents.count($0) > 0 }.randomElement(using: &generator) ?? .units
        var seeds: [(RegistryFormat, [UInt8])] = [
            (.csv, Array(contents.csv(table, forSheet: generator.chance()).utf8))
        ]
        if let text = contents.geoJSON(table) { seeds.append((.geojson, Array(text.utf8))) }
        let splinters: [[UInt8]] = [
            Array("\"".utf8), Array(",".utf8), Array(";".utf8), [0x0D], [0x0A], [0], [0xFF], [0xD0],
            Array("[[[[[[[[".utf8),
            Array("{\"".utf8), Array("1e999".utf8), Array("\\ud800".utf8), Array("-".utf8), Array("=cmd".utf8),
            [0xEF, 0xBB, 0xBF],
        ]
        for (format, original) in seeds {
            for _ in 0..<60 {
                var bytes = original
                for _ in 0..<Int.random(in: 1...6, using: &generator) where !bytes.isEmpty {
                    let place = Int.random(in: bytes.indices, using: &generator)
                    switch Int.random(in: 0...4, using: &generator) {
                    case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &generator)
                    case 1:
                        bytes.removeSubrange(
                            place..<min(bytes.count, place + Int.random(in: 1...40, using: &generator)))
                    case 2: bytes.insert(contentsOf: splinters.randomElement(using: &generator) ?? [], at: place)
                    case 3: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 200)], at: place)
                    default: bytes.removeLast(bytes.count - place)
                    }
                }
                let file = RegistryFile(name: "f", bytes: bytes, format: format, table: table)
                do throws(RegistryRefusal) {
                    let plan = try RegistryPlan.make([file], into: contents, replaces: generator.chance())
                    // What was taken is a registry like any other.
                    let again = RegistryFile(
                        name: "g", bytes: Array(plan.contents.csv(table).utf8), format: .csv, table: table)
                    #expect(
                        try RegistryPlan.make([again], into: plan.contents, replaces: true).changes.isEmpty,
                        "seed \(seed)")
                } catch {
                    #expect(!error.problems.isEmpty && error.problems.count <= RegistryRefusal.problemsMax)
                    for problem in error.problems {
                        #expect(!problem.description.contains("\n"), "seed \(seed)")
                        #expect(problem.spot.map { $0.line >= 0 && $0.column >= 0 } ?? true)
                    }
                }
            }
        }
    }
}
