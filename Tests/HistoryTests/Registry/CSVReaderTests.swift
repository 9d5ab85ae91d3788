// What a sheet's text is told into, and where everything stands.

import Foundation
import Testing

@testable import History

@Suite("CSV")
struct CSVReaderTests {
    private func read(_ text: String) throws -> (rows: [[String]], problems: [String]) {
        let sheet = try SheetText(file: "f", Array(text.utf8))
        var problems = RegistryProblems()
        let rows = CSVReader.read(sheet, problems: &problems)
        return (rows.map { $0.cells.map(\.text) }, problems.kept.map(\.description))
    }

    @Test(
        "delimiters, line ends, quotes, byte order mark",
        arguments: [
            ("a,b\r\n1,2\r\n", [["a", "b"], ["1", "2"]]),
            ("a;b\n1,5;2", [["a", "b"], ["1,5", "2"]]),
            ("a\tb\r1\t2\r", [["a", "b"], ["1", "2"]]),
            ("sep=;\r\na,a;b\r\n", [["a,a", "b"]]),
            ("\u{FEFF}a,b\n", [["a", "b"]]),
            ("a,\"x \"\"y\"\", z\"\n\"line\r\nbreak\",\n", [["a", "x \"y\", z"], ["line\r\nbreak", ""]]),
            ("\"a;b\",c\n", [["a;b", "c"]]),
            ("", []),
            ("a\n\nb", [["a"], [""], ["b"]]),
        ])
    func cells(text: String, expected: [[String]]) throws {
        let (rows, problems) = try read(text)
        #expect(rows == expected)
        #expect(problems.isEmpty)
    }

    @Test("every cell knows its line, its column in letters, and its name in the sheet")
    func places() throws {
        let sheet = try SheetText(file: "f", Array("\u{FEFF}Ә,б\n\"1\n2\",3\n4,5".utf8))
        var problems = RegistryProblems()
        let rows = CSVReader.read(sheet, problems: &problems)
        #expect(
            rows.map { $0.cells.map { [$0.line, $0.column] } } == [
                [[1, 1], [1, 3]], [[2, 1], [3, 4]], [[4, 1], [4, 3]],
            ])
        #expect(rows.map(\.number) == [1, 2, 3])
        let cells = [0, 25, 26, 701, 702].map {
            RegistrySpot(file: "f", line: 1, column: 1, row: 7, field: $0).cell
        }
        #expect(cells == ["A7", "Z7", "AA7", "ZZ7", "AAA7"])
    }

    @Test("what is no CSV is named with its place, and reading goes on")
    func problems() throws {
        let (rows, problems) = try read("a,b\nx\"y,2\n\"q\"z,3\n4,5\n\"open,6\n")
        #expect(rows.count == 4)
        #expect(problems.count == 3)
        #expect(problems[0].hasPrefix("f:2:1 (cell A2): the cell has a quotation mark inside"))
        #expect(problems[1].hasPrefix("f:3:1 (cell A3): something stands behind the closing"))
        #expect(problems[2].hasPrefix("f:5:1 (cell A5): the quotation mark that opens here"))
    }

    @Test(
        "another kind of file is named",
        arguments: [
            ([0x50, 0x4B, 3, 4, 0], "workbook"), ([0xFF, 0xFE, 0x61, 0], "UTF-16"),
            ([0x61, 0x0A, 0xC0, 0xE1], "not UTF-8 in line 2"), ([0x61, 0x0A, 0x0A, 0x00], "NUL byte in line 3"),
        ] as [([UInt8], String)])
    func otherFiles(bytes: [UInt8], words: String) {
        do throws(CellError) {
            _ = try SheetText(file: "f", bytes)
            Issue.record("taken as text")
        } catch {
            #expect(error.text.contains(words))
            #expect(error.hint.contains("CSV UTF-8"))
        }
    }
}
