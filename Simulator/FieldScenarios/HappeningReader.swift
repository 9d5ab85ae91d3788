// One entry of a scenario's timeline.

import Settings
import SimulatedField

/// Takes happenings out of their sections.
struct HappeningReader {
    /// A happening behind the end would never come.
    let durationS: Double

    /// - Returns: nil when something is wrong; it is reported then.
    func read(_ entry: Section) -> Happening? {
        let atS = decimal(entry, "at_s", in: 0...604_800)
        if let atS, atS >= durationS {
            entry.report("at_s", "\(atS) is not before duration_s, \(durationS); make the scenario longer")
        }
        let names = ScenarioKeys.kinds.map { ($0.name, $0) }
        let kind = entry.value("what") { text throws(ValueError) in try CheckedFile.word(text, of: names) }
        guard let kind else { return nil }
        check(entry, kind.name, takes: kind.takes, needs: kind.needs)
        let forS = decimal(entry, "for_s", in: 0...604_800) ?? 0
        let scope = scope(entry)
        let name = entry.value("name", CheckedFile.line) ?? kind.name.replacing("_", with: " ")
        guard let atS, let what = self.kind(entry, kind.name) else { return nil }
        return Happening(atS: atS, forS: forS, kind: what, scope: scope, name: name)
    }

    private func check(_ entry: Section, _ kind: String, takes: [String], needs: [String]) {
        for key in ScenarioKeys.schema where key.path.hasPrefix("timeline[].") {
            let name = String(key.path.dropFirst("timeline[].".count))
            guard !["at_s", "what", "name"].contains(name) else { continue }
            if entry.has(name), !takes.contains(name) {
                entry.report(
                    name, "is nothing to \(kind); take it out; \(kind) takes \(takes.joined(separator: ", "))")
            }
            if !entry.has(name), needs.contains(name) {
                entry.report(name, "is missing; \(kind) needs it; allowed: \(key.allowed)")
            }
        }
        if entry.has("percent"), entry.has("units") {
            entry.report("units", "stands beside percent; keep one of them")
        }
    }

    private func scope(_ entry: Section) -> HappeningScope {
        let percent = decimal(entry, "percent", in: 0.01...100)
        return HappeningScope(percent: percent ?? 100, count: whole(entry, "units", in: 1...200_000))
    }

    private func kind(_ entry: Section, _ name: String) -> HappeningKind? {
        switch name {
        case "storm": return .storm
        case "carrier_fails":
            return entry.value("carrier", CheckedFile.line).map {
                .carrierFails(carrier: $0, silent: silent(entry))
            }
        case "roaming":
            let roads = Road.allCases.map { ($0.rawValue, $0) }
            let road = entry.value("road") { text throws(ValueError) in try CheckedFile.word(text, of: roads) }
            let speed = whole(entry, "speed_km_h", in: 1...2_000) ?? 90
            let reportS = decimal(entry, "report_every_s", in: 0.1...3_600) ?? 10
            let linkS = decimal(entry, "new_link_every_s", in: 0...86_400) ?? 60
            return road.map { .roaming(road: $0, speedKmH: speed, reportEveryS: reportS, newLinkEveryS: linkS) }
        case "stuck_button": return .stuckButton(everyS: decimal(entry, "every_s", in: 0.1...3_600) ?? 1)
        case "presses":
            let cancel = whole(entry, "cancel_percent", in: 0...100) ?? 0
            return decimal(entry, "per_minute", in: 0.01...60_000).map {
                .presses(perMinute: $0, cancelPercent: cancel)
            }
        case "test_calls": return .testCalls
        case "clock": return entry.value("error_s", clock).map(HappeningKind.clock)
        case "weak_battery": return battery(entry)
        case "fault":
            let fault = entry.value("fault") { text throws(ValueError) in
                try CheckedFile.word(text, of: FaultNames.all)
            }
            return fault.map { .fault($0, lasts: !entry.has("for_s")) }
        default: return nil
        }
    }

    private func battery(_ entry: Section) -> HappeningKind? {
        let from = whole(entry, "from_percent", in: 0...100) ?? 60
        let to = whole(entry, "to_percent", in: 0...100) ?? 5
        guard from >= to else {
            entry.report("to_percent", "\(to) is more than from_percent, \(from); a weak battery falls")
            return nil
        }
        return .weakBattery(fromPercent: from, toPercent: to)
    }

    private func silent(_ entry: Section) -> Bool {
        let words = [("yes", true), ("no", false)]
        return entry.value("silent") { text throws(ValueError) in try CheckedFile.word(text, of: words) } ?? false
    }

    private func clock(_ text: String) throws(ValueError) -> ClockFault {
        if text == "none" { return .none }
        let digits = text.hasPrefix("-") || text.hasPrefix("+") ? String(text.dropFirst()) : text
        let seconds = try CheckedFile.number(digits, in: 1...31_536_000)
        return text.hasPrefix("-") ? .behind(seconds: seconds) : .ahead(seconds: seconds)
    }

    private func decimal(_ entry: Section, _ name: String, in range: ClosedRange<Double>) -> Double? {
        entry.value(name) { text throws(ValueError) in try ScenarioNumber.decimal(text, in: range) }
    }

    private func whole(_ entry: Section, _ name: String, in range: ClosedRange<Int>) -> Int? {
        entry.value(name) { text throws(ValueError) in try CheckedFile.number(text, in: range) }
    }
}
