// Everything that is wrong with a file, each with its place, so that one look mends it all.

/// A place in a file, both counted from 1; columns in Unicode scalars.
public struct SourcePlace: Hashable, Comparable, Sendable {
    /// The line.
    public let line: Int
    /// The column.
    public let column: Int

    /// - Parameters:
    ///   - line: from 1.
    ///   - column: from 1.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// Earlier in the file first.
    public static func < (left: Self, right: Self) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// One thing that is wrong.
public struct SettingsProblem: Hashable, Sendable, CustomStringConvertible {
    /// The file as it was named.
    public let file: String
    /// Where in it; nil when the file as a whole is meant.
    public let place: SourcePlace?
    /// The key, such as `units.listen`; empty when none is meant.
    public let key: String
    /// What is wrong and what is allowed.
    public let text: String

    /// Such as `sosgatewayd.yaml:12:11: units.listen: "7443x" is not host:port; allowed: …`.
    public var description: String {
        var line = file
        if let place { line += ":\(place.line):\(place.column)" }
        line += ": "
        if !key.isEmpty { line += "\(key): " }
        return line + text
    }
}

/// Why a file is refused: one or more problems, in the order of the file.
public struct SettingsError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Never empty.
    public let problems: [SettingsProblem]
    /// Further problems that were found and not kept.
    public let omitted: Int

    /// More than a person reads at once; a registry of 20,000 units with a wrong key would fill a screen for hours.
    public static let problemsMax = 100

    init(_ problems: [SettingsProblem], omitted: Int = 0) {
        self.problems = problems
        self.omitted = omitted
    }

    /// One problem that concerns the file as a whole.
    init(file: String, _ text: String) {
        self.init([SettingsProblem(file: file, place: nil, key: "", text: text)])
    }

    /// One line a problem.
    public var description: String {
        var lines = problems.map(\.description)
        if omitted > 0 { lines.append("… and \(omitted) more") }
        return lines.joined(separator: "\n")
    }
}

/// Collects the problems of one file while it is read; one thread.
final class ProblemList {
    let file: String
    private var problems: [SettingsProblem] = []
    private var omitted = 0

    init(file: String) { self.file = file }

    func add(_ place: SourcePlace, key: String, _ text: String) {
        guard problems.count < SettingsError.problemsMax else {
            omitted += 1
            return
        }
        problems.append(SettingsProblem(file: file, place: place, key: key, text: text))
    }

    /// - Throws: everything collected, in the order of the file, when there is anything.
    func throwIfAny() throws(SettingsError) {
        if problems.isEmpty { return }
        let ordered = problems.enumerated().sorted {
            ($0.element.place ?? SourcePlace(line: 0, column: 0), $0.offset)
                < ($1.element.place ?? SourcePlace(line: 0, column: 0), $1.offset)
        }
        throw SettingsError(ordered.map(\.element), omitted: omitted)
    }
}
