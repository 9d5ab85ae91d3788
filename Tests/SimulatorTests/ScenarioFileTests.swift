import AlertModel
import FieldScenarios
import Foundation
import Settings
import SimulatedField
import Testing

@Suite("Scenario files")
struct ScenarioFileTests {
    private static let examples = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Config/scenarios").standardizedFileURL

    @Test(
        "every example loads, has steps and stays small",
        arguments: ["storm", "carrier", "roaming", "buttons", "faults"])
    func examples(name: String) throws {
        let scenario = try Scenario.load(path: Self.examples.appending(path: "\(name).yaml").path)
        let carriers = (0..<300).map { Carriers.invented[$0 % 3] }
        let plan = ScenarioPlan(scenario, carriers: carriers, seed: scenario.seed)
        #expect(plan.steps.count > 100 && plan.omittedSteps == 0)
        #expect(plan.announcements.count == scenario.happenings.count)
        #expect(plan.announcements.allSatisfy { !$0.text.hasSuffix(" 0 units") })
    }

    @Test("there is no example that no test loads")
    func allExamples() throws {
        let found = try FileManager.default.contentsOfDirectory(atPath: Self.examples.path).sorted()
        #expect(found == ["buttons.yaml", "carrier.yaml", "faults.yaml", "roaming.yaml", "storm.yaml"])
    }

    private func load(_ text: String) throws -> Result<Scenario, SettingsError> {
        let file = FileManager.default.temporaryDirectory.appending(path: "scenario-\(UUID().uuidString).yaml")
        try text.write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        do throws(SettingsError) { return .success(try Scenario.load(path: file.path)) } catch {
            return .failure(error)
        }
    }

    @Test("what stands in the file is what comes")
    func values() throws {
        let scenario = try load(
            """
            name: Test
            duration_s: 12.5
            units: 40
            seed: 77
            timeline:
              - {at_s: 1.5, what: carrier_fails, carrier: net-1, for_s: 6, silent: yes, name: Down}
              - {at_s: 2, what: clock, error_s: -300, units: 3}
              - {at_s: 3, what: fault, fault: door_open, percent: 12.5}
            """
        ).get()
        #expect(scenario.durationS == 12.5 && scenario.units == 40 && scenario.seed == 77)
        #expect(
            scenario.happenings == [
                Happening(atS: 1.5, forS: 6, kind: .carrierFails(carrier: "net-1", silent: true), name: "Down"),
                Happening(
                    atS: 2, forS: 0, kind: .clock(.behind(seconds: 300)),
                    scope: HappeningScope(percent: 100, count: 3),
                    name: "clock"),
                Happening(
                    atS: 3, forS: 0, kind: .fault(.doorOpen, lasts: true),
                    scope: HappeningScope(percent: 12.5, count: nil), name: "fault"),
            ])
    }

    @Test(
        "what is wrong is told with its line and how to mend it",
        arguments: [
            ("at_s: 1, what: sturm", ":4:", "did you mean \"storm\"?"),
            ("at_s: 1, what: storm, fors: 2", ":4:", "did you mean \"for_s\"?"),
            ("at_s: 60, what: storm", ":4:", "make the scenario longer"),
            ("at_s: 1, what: storm, carrier: net-1", ":4:", "is nothing to storm; take it out"),
            ("at_s: 1, what: carrier_fails, for_s: 3", ":4:", "timeline[].carrier: is missing"),
            ("at_s: 1, what: roaming, for_s: 3, road: A1", ":4:", "A2, A3, M36"),
            ("at_s: 1, what: presses, for_s: 3, per_minute: fast", ":4:", "is not a number"),
            ("at_s: 1, what: storm, percent: 5, units: 3", ":4:", "keep one of them"),
            (
                "at_s: 1, what: weak_battery, for_s: 3, from_percent: 5, to_percent: 9", ":4:",
                "a weak battery falls"
            ),
            ("at_s: 1.1234, what: storm", ":4:", "more than three decimals"),
            ("what: storm", ":4:", "timeline[].at_s: is missing"),
        ])
    func refusals(entry: String, line: String, words: String) throws {
        guard case .failure(let error) = try load("name: Test\nduration_s: 30\ntimeline:\n  - {\(entry)}\n") else {
            Issue.record("\(entry) was taken")
            return
        }
        let text = "\(error)"
        #expect(text.contains(line) && text.contains(words), "\(text)")
    }

    @Test("an empty timeline, and none, are refused")
    func empty() throws {
        for text in ["name: Test\nduration_s: 30\ntimeline: []\n", "name: Test\nduration_s: 30\n"] {
            guard case .failure = try load(text) else {
                Issue.record("taken: \(text)")
                continue
            }
        }
    }
}
