// The story of a run, for people: one line an event, and which lines matter for what was broken.

public import AlertModel

/// One thing that happened.
public struct TraceLine: Hashable, Sendable, CustomStringConvertible {
    /// Where it happened.
    public enum Place: String, Hashable, Sendable {
        /// A fault, or a process that starts or dies: concerns everything.
        case world
        /// Became durable.
        case disk
        /// Left the gateway for a unit.
        case answer
        /// Left the gateway for consoles.
        case feed
        case unit
        case officer
        /// What a checker found.
        case broken
    }

    /// Of 50 ms.
    public let tick: Int
    public let place: Place
    /// Whom it concerns; both nil when it concerns nobody alone.
    public let unit: UnitID?
    public let alert: AlertID?
    public let text: String

    /// Such as `tick   41  2.05 s  disk     17: unit-3 presses (police)`.
    public var description: String {
        let seconds = "\(tick / 20).\(Self.padded(tick % 20 * 5, 2, with: "0"))"
        let place = place.rawValue
        return "tick \(Self.padded(tick, 4))  \(Self.padded(seconds, 6)) s  \(place)"
            + String(repeating: " ", count: max(1, 8 - place.count)) + text
    }

    private static func padded(_ value: some CustomStringConvertible, _ width: Int, with: Character = " ")
        -> String
    {
        let text = value.description
        return String(repeating: with, count: max(0, width - text.count)) + text
    }
}

extension SimulationReport {
    /// The lines that matter for the first violation: those of its alert and of that alert's unit, and what concerns
    /// everybody. All lines when the violation is about nothing in particular.
    ///
    /// - Parameter linesMax: the last so many.
    public func story(linesMax: Int) -> [TraceLine] {
        guard let first = violations.first else { return trace }
        let unit = first.unit
        var alerts = Set([first.alert].compactMap { $0 })
        if first.alert == nil, let unit { alerts.formUnion(trace.filter { $0.unit == unit }.compactMap(\.alert)) }
        guard unit != nil || !alerts.isEmpty else { return Array(trace.suffix(linesMax)) }
        let lines = trace.filter { line in
            if line.place == .world || line.place == .broken { return true }
            if let alert = line.alert, alerts.contains(alert) { return true }
            return line.unit == unit && unit != nil && (line.alert == nil || first.alert == nil)
        }
        return Array(lines.suffix(linesMax))
    }
}
