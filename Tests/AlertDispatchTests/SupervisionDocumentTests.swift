import AlertModel
import Foundation
import Testing

@testable import AlertDispatch

@Suite("Docs/supervision.md says what the code does")
struct SupervisionDocumentTests {
    @Test("the table of faults is the code's")
    func table() throws {
        var folder = URL(filePath: #filePath)
        for _ in 0..<3 { folder.deleteLastPathComponent() }
        let text = try String(contentsOf: folder.appending(path: "Docs/supervision.md"), encoding: .utf8)
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| ") && !$0.hasPrefix("| fault |") }
            .map {
                $0.split(separator: "|", omittingEmptySubsequences: false).map {
                    $0.trimmingCharacters(in: .whitespaces)
                }
            }
            .filter { $0.count == 6 }
        #expect(rows.count == FaultKind.allCases.count)
        for (row, kind) in zip(rows, FaultKind.allCases) {
            #expect(row[1] == "\(kind)")
            #expect(row[2].hasPrefix("unit") == kind.isReported, "\(kind)")
            #expect(row[3] == kind.defaultSeverity.map { "\($0)" } ?? "recorded", "\(kind)")
            let explained = Set(row[4].split(separator: " ").map(String.init))
            #expect(explained == Set(kind.explains.kinds.map { "\($0)" }), "\(kind)")
        }
    }
}
