import AlertModel
import SimulatedField
import Testing

@Suite("Tables of many units")
struct FieldTableTests {
    @Test("a made field is read back: ids, centres, carriers, places on the roads")
    func madeField() throws {
        let field = MadeField(units: 1_000, prefix: "SIM")
        let table = try #require(field.tables.first { $0.name == "units.csv" })
        let units = try UnitSheet.units(csv: table.text)
        #expect(units.map(\.id.description) == field.ids)
        #expect(field.ids.first == "SIM-000001" && field.ids.last == "SIM-001000")
        #expect(Set(units.map(\.centre.description)) == ["astana", "almaty", "karaganda"])
        #expect(units.allSatisfy { $0.point != nil })
        let counts = Dictionary(grouping: Carriers.ofEach(units), by: \.self).mapValues(\.count)
        #expect(counts.keys.sorted() == Carriers.invented && counts.values.allSatisfy { (330...340).contains($0) })
    }

    @Test("quotes, doubled quotes, CRLF and empty lines")
    func quotes() throws {
        let units = try UnitSheet.units(
            csv: "id,centre,place_kk\r\nA-1,astana,\"Нұржол, \"\"Бәйтерек\"\"\"\r\n\r\nA-2,almaty,\n")
        #expect(units.map(\.place) == ["Нұржол, \"Бәйтерек\"", ""])
        #expect(units.map(\.carrier) == [nil, nil])
        #expect(Carriers.ofEach(units) == ["net-1", "net-2"])
    }

    @Test(
        "a wrong table is refused with its line",
        arguments: [
            ("", "line 1"), ("id,place\nA,b\n", "line 1"), ("id,centre\nA-1\n", "line 2"),
            ("id,centre\nA 1,astana\n", "line 2"), ("id,centre\nA,b\n\nA,b\n", "line 4"),
            ("id,centre\nA,\"b\n", "line 2"), ("id,centre,latitude,longitude\nA,b,91,0\n", "line 2"),
        ])
    func refusals(csv: String, line: String) {
        do throws(UnitSheetError) {
            _ = try UnitSheet.units(csv: csv)
            Issue.record("taken: \(csv)")
        } catch {
            #expect(error.description.hasPrefix(line), "\(error)")
        }
    }
}
