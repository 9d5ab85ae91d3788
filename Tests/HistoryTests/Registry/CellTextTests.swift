// What a cell may hold: a spreadsheet's habits become one canonical text, everything else is refused.

import Testing

@testable import History

@Suite("Cells")
struct CellTextTests {
    private func canonical(_ kind: RegistryColumn.Kind, _ text: String) -> String {
        do throws(CellError) {
            return try kind.canonical(text)
        } catch {
            return "! \(error.text)"
        }
    }

    @Test(
        "numbers without floating point",
        arguments: [
            ("51.1283", "51.1283"), ("51,1283", "51.1283"), ("+51.10", "51.1"), ("-0.0", "0"), ("090", "90"),
            ("51.12345675", "51.1234568"), ("-0.00000004", "0"), ("-0.00000005", "-0.0000001"), ("90", "90"),
            ("90.00000001", "90"), ("90.0000001", "! is outside the range"), ("1e3", "! is not a number"),
            ("51°07'", "! is in degrees and minutes"), ("51..1", "! is not a number"), (".5", "! is not a number"),
            ("999999999999", "! is outside the range"), ("\u{2212}5", "-5"), ("٥", "! is not a number"),
        ])
    func degrees(text: String, expected: String) {
        #expect(canonical(.latitude, text) == expected)
    }

    @Test(
        "days, telephone numbers, words, kilometres, reporting times",
        arguments: [
            (.date, "2026-03-31", "2026-03-31"), (.date, "31.03.2026", "2026-03-31"),
            (.date, "2028-02-29", "2028-02-29"), (.date, "2026-02-29", "! is not a day of the calendar"),
            (.date, "03/04/2026", "! may mean two days"), (.date, "2026-3-1", "! is not a day"),
            (.date, "31.03.2026 0:00:00", "2026-03-31"), (.date, "1.1", "! is not a day"),
            (.phone, "+7 (701) 234-56-78", "+7 (701) 234-56-78"), (.phone, "102", "102"),
            (.phone, "7,70E+10", "! was shortened"), (.phone, "=1+1", "! is not a telephone"),
            (.kilometres, "1310,5", "1310.5"), (.kilometres, "25.0000", "25"),
            (.kilometres, "25.0001", "! has more than 3"), (.kilometres, "-1", "! is outside"),
            (.number(20...180), "90", "90"), (.number(20...180), "91", "! is not a reporting time"),
            (.number(1...600), "007", "7"), (.number(1...600), "5.0", "! is not a whole number"),
            (.word(["duty_desk"]), "Duty desk", "duty_desk"), (.word(["a"]), "b", "! is not known"),
            (.text, "Астана — Петропавл", "Астана — Петропавл"),
            (.text, "=HYPERLINK(1)", "! begins like a formula"),
            (.text, "a\nb", "! has a line break"), (.text, "a\u{7}b", "! has control characters"),
            (.text, String(repeating: "ә", count: 61), "! has 122 bytes"), (.text, "#Н/Д", "! is an error"),
            (.id, "АST-1", "! has the letter \"А\" of another alphabet as its character 1"),
            (.id, "AST 1", "! has \" \" as its character 4"), (.id, "12345678901234567", "! has 17 bytes"),
            (.line, "[[71.40,51.1],[71,52,300]]", "[[71.4,51.1],[71,52]]"),
            (.line, "[[71,51]]", "! has 1 points"), (.line, "[[51,91],[1,1]]", "! point 1 of 2: 91 is outside"),
            (.ring, "[[71,51],[72,51],[72,52],[71,51]]", "[[71,51],[72,51],[72,52],[71,51]]"),
            (.ring, "[[71,51],[72,51],[72,52]]", "! is not a closed ring"),
            (.ring, "[[71,51],[72,51],[71,51],[71,51]]", "! encloses nothing"),
            (.line, "[[1,2],[1e-8,2]", "! is not a list of coordinates"),
        ] as [(RegistryColumn.Kind, String, String)])
    func cells(kind: RegistryColumn.Kind, text: String, expected: String) {
        let found = canonical(kind, text)
        #expect(expected.hasPrefix("!") ? found.hasPrefix(expected) : found == expected, "\(found)")
    }

    @Test("the database's value gives the text back")
    func storedForm() {
        for (kind, text) in [
            (RegistryColumn.Kind.latitude, "-0.0000001"), (.kilometres, "1310.5"), (.number(1...9), "7"),
        ] {
            let column = RegistryColumn("x", kind)
            let stored = column.databaseValue(text) as? Int64
            #expect(stored == (text == "7" ? 7 : text == "1310.5" ? 1_310_500 : -1))
        }
    }
}
