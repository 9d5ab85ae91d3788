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
            let name = "press \(press.id.unit) boot \(press.id.boot) counter \(press.id.counter)"
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
        return found
    }
}
