// The last question to the console: does it know every alert that a press was stored for?

import AlertModel
import Settings
import SimulatedField

/// What the console said.
struct ConsoleVerification: Sendable {
    /// Alerts that it does not know, or knows otherwise.
    let findings: [Finding]
    /// Alerts asked for.
    let asked: Int
    /// Closed so long ago that they are history's; what the stream said of them counts.
    let skipped: Int

    /// A console keeps the newest 1,000 closed alerts readable, of everybody.
    static let closedMax = 900
    /// Questions under way at once.
    static let questionsMax = 8

    /// Asks for every alert of the officer's centres; tries again until cancelled.
    ///
    /// - Throws: ``OfficerError`` or the network's error when the console cannot be asked.
    static func ask(
        _ client: OfficerClient, about alerts: [AlertRecord], units: [UnitRecord]
    ) async throws -> ConsoleVerification {
        let centres = Set(try await client.insist { try await client.signIn() })
        let served = Set(units.filter { centres.contains($0.centre.description) }.map(\.id))
        let own = alerts.filter { served.contains($0.unit) }
        let isClosed = { (alert: AlertRecord) in alert.isClosedOnConsole || alert.furthest == .closed }
        let old = own.filter(isClosed).dropLast(closedMax)
        let asked = own.filter { !isClosed($0) } + own.filter(isClosed).suffix(closedMax)
        let unseen = old.filter { $0.shownAt == nil }.map {
            Finding("alert \($0.id.value) of \($0.unit): never seen on the console")
        }
        return ConsoleVerification(
            findings: unseen + (try await findings(client, asked)), asked: asked.count, skipped: old.count)
    }

    private static func findings(_ client: OfficerClient, _ alerts: [AlertRecord]) async throws -> [Finding] {
        try await withThrowingTaskGroup(of: Finding?.self) { group in
            var found: [Finding] = []
            for (number, alert) in alerts.enumerated() {
                if number >= questionsMax, let finding = try await group.next() ?? nil { found.append(finding) }
                group.addTask { try await finding(client, alert) }
            }
            for try await case let finding? in group { found.append(finding) }
            return found
        }
    }

    private static func finding(_ client: OfficerClient, _ alert: AlertRecord) async throws -> Finding? {
        let name = "alert \(alert.id.value) of \(alert.unit)"
        guard let known = try await client.insist({ try await client.alert("\(alert.id.value)") }) else {
            return Finding("\(name): not known to the console")
        }
        guard known.unit == alert.unit.description else {
            return Finding("\(name): the console says it is of \(known.unit)")
        }
        return nil
    }
}
