// Was anything lost? Decided from the ledger alone; what the console says is asked elsewhere.

import AlertModel

/// Something that did not come to its end.
public struct Finding: Hashable, Sendable, CustomStringConvertible {
    /// Names the press or alert and says what is missing.
    public let description: String

    /// - Parameter description: for people.
    public init(_ description: String) { self.description = description }
}

extension PressLedger {
    /// What is missing now; empty when nothing is.
    ///
    /// A later stage at the unit implies those before it: after a lost connection a unit hears the present one only.
    /// - Parameter closing: whether every alert must have been closed at its unit, too.
    public func findings(closing: Bool) -> [Finding] {
        var found: [Finding] = []
        let alerts = Dictionary(uniqueKeysWithValues: alerts.map { ($0.id, $0) })
        for press in presses {
            let name =
                "\(press.isTest ? "test call" : "press") \(press.id.unit) boot \(press.id.boot) counter \(press.id.counter)"
            guard press.storedAt != nil else {
                found.append(Finding("\(name): not stored, sent \(press.sends) times"))
                continue
            }
            guard closing, let id = press.alert, let alert = alerts[id], alert.furthest != .closed else {
                continue
            }
            let stage = alert.furthest.map { "\($0)" } ?? "none"
            found.append(Finding("\(name): alert \(id.value) not closed at the unit, last stage \(stage)"))
        }
        for report in reports where report.acknowledgedAt == nil {
            found.append(Finding("\(report.name): not acknowledged, sent \(report.sends) times"))
        }
        return found
    }

    /// What the gateway acknowledged and a dump of its journal does not have; empty when it has everything.
    public func findings(missingFrom journal: JournalMessages) -> [Finding] {
        let stored = presses.filter { $0.storedAt != nil }.map { ($0.id, "press") }
        let acknowledged = reports.filter { $0.acknowledgedAt != nil }.map { ($0.id, $0.kind) }
        return (stored + acknowledged).compactMap { id, kind in
            journal.holds(id, kind: kind)
                ? nil : Finding("\(kind) \(id.unit) boot \(id.boot) counter \(id.counter): not in the journal")
        }
    }

    /// How many messages the gateway acknowledged.
    public var acknowledgedCount: Int {
        presses.count { $0.storedAt != nil } + reports.count { $0.acknowledgedAt != nil }
    }
}

extension ReportRecord {
    /// For people.
    var name: String { "\(kind) \(id.unit) boot \(id.boot) counter \(id.counter)" }
}
