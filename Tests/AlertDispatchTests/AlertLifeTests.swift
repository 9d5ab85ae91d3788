// Docs/alert-life.md against the code: the document's table of moves is read and compared.

import AlertModel
import Foundation
import Testing

@testable import AlertDispatch

enum AlertLifeTable {
    /// The states that an alert can be in, seen from an officer.
    static let states: [(stage: Stage, ownership: Ownership)] = [
        (.stored, .nobody), (.ringing, .nobody),
        (.answered, .own), (.dispatched, .own), (.arrived, .own), (.closed, .own),
        (.answered, .another), (.dispatched, .another), (.arrived, .another), (.closed, .another),
    ]

    /// An alert at a stage, owned by officer A from `answered` on.
    static func bring(_ world: World, to stage: Stage) -> AlertID {
        let alert = world.raised()
        if stage >= .ringing { world.show(alert) }
        if stage >= .answered { world.act(.claim, alert) }
        if stage >= .dispatched { world.act(.dispatch, alert) }
        if stage >= .arrived { world.act(.arrive, alert) }
        if stage >= .closed { world.act(.close, alert) }
        return alert
    }

    static func document() throws -> [Substring] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "Docs/alert-life.md"), encoding: .utf8)
        return text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// Rows of the table below a heading; cells without blanks and code marks, the head left out.
    static func rows(below heading: String) throws -> [[String]] {
        let lines = try document()
        let start = try #require(lines.firstIndex { $0 == heading }, "no heading \(heading)")
        let body = lines[(start + 1)...].prefix { !$0.hasPrefix("## ") }.filter { $0.hasPrefix("|") }
        return body.dropFirst(2).map { line in
            line.split(separator: "|").map {
                $0.trimmingCharacters(in: .whitespaces).replacingOccurrences(of: "`", with: "")
            }
        }
    }

    static func text(_ move: AlertMove) -> String {
        switch move {
        case .stage(let stage): "→ \(stage)"
        case .stay: "done"
        case .refused(let reason): "✗ \(reason)"
        }
    }
}

@Suite("Docs/alert-life.md says what the code does")
struct AlertLifeTests {
    @Test("the table of moves")
    func moves() throws {
        let actions: [ActionKind] = [
            .claim, .release, .dispatch, .arrive, .close, .note, .transfer, .reRing,
        ]
        #expect(Set(actions) == Set(ActionKind.allCases))
        let expected = AlertLifeTable.states.map { state in
            ["\(state.stage)", "\(state.ownership)"]
                + actions.map {
                    AlertLifeTable.text(
                        .of($0, at: state.stage, ownership: state.ownership, missing: nil))
                }
        }
        let documented = try AlertLifeTable.rows(below: "## Moves of officers")
        #expect(documented == expected)
    }

    @Test("the table of refusals names every reason")
    func refusals() throws {
        let documented = try AlertLifeTable.rows(below: "## Refusals").map { $0[0] }
        #expect(documented == RefusalReason.allCases.map { "\($0)" })
    }

    @Test("the diagram draws every move and no other")
    func diagram() throws {
        var expected: Set<String> = [
            "[*] --> stored: press", "stored --> ringing: shown", "closed --> [*]: confirmed",
        ]
        for (stage, ownership) in AlertLifeTable.states {
            for action in ActionKind.allCases {
                let move = AlertMove.of(action, at: stage, ownership: ownership, missing: nil)
                if case .stage(let next) = move { expected.insert("\(stage) --> \(next): \(action)") }
            }
        }
        let lines = try AlertLifeTable.document().map { $0.trimmingCharacters(in: .whitespaces) }
        #expect(Set(lines.filter { $0.contains(" --> ") }) == expected)
    }
}

@Suite("Docs/alert-life.md says how alerts escalate")
struct EscalationTableTests {
    @Test("the table of levels: number, word and default time")
    func levels() throws {
        let policy = CentrePolicy(
            centre: World.astana, neighbour: World.almaty, failover: World.almaty, dutyDesk: World.almaty)
        let expected = EscalationLevel.allCases.map { level in
            ["\(level.rawValue)", "\(level)", policy.afterS(level).map { "\($0) s" } ?? "–"]
        }
        let documented = try AlertLifeTable.rows(below: "## Escalation").map { Array($0.prefix(3)) }
        #expect(documented == expected)
    }
}

@Suite("Docs/alert-life.md says what centres take")
struct CentreTableTests {
    @Test("the table of states")
    func states() throws {
        let documented = try AlertLifeTable.rows(below: "## Centres")
        #expect(Set(documented.map { $0[0] }) == Set(CentreState.allCases.map { "\($0)" }))
        for row in documented {
            var situation = CentreSituation()
            situation.state = try #require(CentreState.allCases.first { "\($0)" == row[0] })
            #expect(situation.takesPresses == (row[1] == "enters its queue"), "\(row[0])")
            #expect(situation.takesOthers == (row[2] == "comes"), "\(row[0])")
            #expect(situation.keepsAlerts == (row[3] == "stays"), "\(row[0])")
        }
    }
}
