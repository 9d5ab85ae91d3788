// A scenario file: YAML, read as the house reads YAML. Known keys only; every problem at once, each with its line, what
// is wrong, and what would do.

public import Settings
public import SimulatedField

extension Scenario {
    /// Reads and checks a file.
    ///
    /// - Throws: ``SettingsError`` with everything that is wrong.
    public static func load(path: String) throws(SettingsError) -> Scenario {
        try CheckedFile.load(path: path, schema: ScenarioKeys.schema) { root in
            let name = root.value("name", CheckedFile.line)
            let durationS = root.value("duration_s") { text throws(ValueError) in
                try ScenarioNumber.decimal(text, in: 1...604_800)
            }
            let units = root.value("units") { text throws(ValueError) in
                try CheckedFile.number(text, in: 1...200_000)
            }
            let seed = root.value("seed") { text throws(ValueError) in
                try CheckedFile.number(text, in: 0...4_294_967_295)
            }
            let entries = root.list("timeline")
            if entries.isEmpty, root.has("timeline") {
                root.report("timeline", "has no happening; allowed: a list with at least one happening")
            }
            let reader = HappeningReader(durationS: durationS ?? 604_800)
            let happenings = entries.compactMap(reader.read)
            guard let name, let durationS else { return nil }
            return Scenario(
                name: name, durationS: durationS, units: units, seed: UInt64(seed ?? 1), happenings: happenings)
        }
    }
}

/// Numbers with a point.
enum ScenarioNumber {
    /// Digits, and a point with one to three more if wanted.
    static func decimal(_ text: String, in range: ClosedRange<Double>) throws(ValueError) -> Double {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let isNumber =
            parts.count <= 2
            && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
        guard isNumber, let number = Double(text) else { throw ValueError("is not a number") }
        guard parts.count == 1 || parts[1].utf8.count <= 3 else {
            throw ValueError("has more than three decimals")
        }
        guard range.contains(number) else { throw ValueError("is outside the range") }
        return number
    }
}
