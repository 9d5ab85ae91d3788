import AlertModel
import Foundation
import HTTPTypes
import Testing

@testable import ConsoleAPI

/// The document that integrators build on says what the code says.
@Suite("OpenAPI document")
struct OpenAPITests {
    private let document: [String: Any] = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
        let file = root.appendingPathComponent("Sources/ConsoleAPI/Web/openapi.json")
        let data = (try? Data(contentsOf: file)) ?? Data()
        return (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] ?? [:]
    }()

    private func part(_ keys: String...) -> [String: Any] {
        keys.reduce(document) { $0[$1] as? [String: Any] ?? [:] }
    }

    @Test("it has every route of the table with its method, and no other")
    func routes() {
        let documented = part("paths").flatMap { path, operations in
            (operations as? [String: Any] ?? [:]).keys.map { "\($0.uppercased()) \(path)" }
        }
        #expect(Set(documented) == Set(RouteRule.table.map { "\($0.method.rawValue) \($0.path)" }))
        #expect(documented.count == RouteRule.table.count)
    }

    @Test("only what needs no session says so")
    func sessions() throws {
        for rule in RouteRule.table {
            let operations = try #require(part("paths")[rule.path] as? [String: [String: Any]])
            let operation = try #require(operations[rule.method.rawValue.lowercased()])
            let needsNone = (operation["security"] as? [Any])?.isEmpty == true
            #expect(needsNone == (rule.requirement == .anonymous), "\(rule.path)")
        }
    }

    @Test("closed lists have the code's words in the code's order")
    func words() {
        func words(_ name: String) -> [String]? { part("components", "schemas", name)["enum"] as? [String] }
        #expect(words("Category") == Category.allCases.map(\.word))
        #expect(words("Priority") == Priority.allCases.map(\.word))
        #expect(words("Stage") == Stage.allCases.map(\.word))
        #expect(words("EscalationLevel") == EscalationLevel.allCases.map(\.word))
        #expect(words("Outcome") == Outcome.allCases.map(\.word))
        #expect(words("FaultKind") == FaultKind.allCases.map(\.word))
        #expect(words("OutageScope") == OutageScope.allCases.map(\.word))
        #expect(words("Role") == Role.allCases.map(\.rawValue))
        #expect(words("CentreState") == CentreState.allCases.map(\.word))
        #expect(words("CentreKind") == CentreKind.allCases.map(\.word))
        #expect(words("CommandKind") == CommandKind.allCases.map(\.word))
        #expect(words("UnitCommandState") == UnitCommandState.allCases.map(\.word))
    }

    @Test("every reference leads somewhere")
    func references() throws {
        let text = String(decoding: try JSONSerialization.data(withJSONObject: document), as: UTF8.self)
        let named = text.matches(of: /#\\\/components\\\/([a-zA-Z]+)\\\/([A-Za-z]+)/)
        #expect(named.count > 100)
        for match in named {
            #expect(part("components", String(match.1))[String(match.2)] != nil, "\(match.0)")
        }
    }
}
