// Everything that is wrong with the files of an import, each with its place and how to mend it.

/// Where something stands in a file.
public struct RegistrySpot: Hashable, Sendable, Comparable {
    /// The file as it was named.
    public let file: String
    /// From 1; 0 means the file as a whole.
    public let line: Int32
    /// From 1, in Unicode scalars.
    public let column: Int32
    /// The spreadsheet's name of the cell, such as `C14`; empty where there is no sheet.
    public var cell: String { row == 0 ? "" : Self.letters(field) + String(row) }
    /// The sheet's row, from 1; 0 where there is no sheet. Differs from the line behind a cell of several lines.
    let row: Int32
    /// The sheet's column, from 0.
    let field: Int32

    /// Numbers that do not fit are held at the largest.
    init(file: String, line: Int, column: Int, row: Int = 0, field: Int = 0) {
        self.file = file
        self.line = Int32(clamping: line)
        self.column = Int32(clamping: column)
        self.row = Int32(clamping: row)
        self.field = Int32(clamping: field)
    }

    /// The file as a whole.
    init(file: String) { self.init(file: file, line: 0, column: 0) }

    /// Earlier in a file first; files by name.
    public static func < (left: Self, right: Self) -> Bool {
        (left.file, left.line, left.column) < (right.file, right.line, right.column)
    }

    /// A, B, … Z, AA, …
    private static func letters(_ field: Int32) -> String {
        var text = ""
        var rest = field
        repeat {
            text = String(UnicodeScalar(UInt8(ascii: "A") + UInt8(rest % 26))) + text
            rest = rest / 26 - 1
        } while rest >= 0
        return text
    }
}

/// One thing that is wrong with a file.
public struct RegistryProblem: Hashable, Sendable, CustomStringConvertible {
    /// Where; nil when the registry as a whole is meant.
    public let spot: RegistrySpot?
    /// The column's or property's name; empty when none is meant.
    public let column: String
    /// What is wrong, and how to mend it.
    public let text: String

    /// Such as `units.csv:14:23 (cell C14): latitude: "51,1,2" is not …; allowed: …`.
    public var description: String {
        var line = ""
        if let spot {
            line = spot.file
            if spot.line > 0 { line += ":\(spot.line):\(spot.column)" }
            if spot.row > 0 { line += " (cell \(spot.cell))" }
            line += ": "
        }
        if !column.isEmpty { line += "\(column): " }
        return line + text
    }
}

/// Why an import is refused: one or more problems in the order of the files. Nothing was changed.
public struct RegistryRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// More than a person reads at once.
    public static let problemsMax = 100
    /// Never empty.
    public let problems: [RegistryProblem]
    /// Further problems that were found and not kept.
    public let omitted: Int

    /// One line a problem.
    public var description: String {
        var lines = problems.map(\.description)
        if omitted > 0 { lines.append("… and \(omitted) more") }
        return lines.joined(separator: "\n")
    }
}

/// Collects problems while files are read; a value, so that a plan can be made and thrown away.
struct RegistryProblems {
    private var problems: [RegistryProblem] = []
    private var omitted = 0

    /// None yet.
    init() {}

    /// Whether nothing is wrong so far.
    var isEmpty: Bool { problems.isEmpty }
    /// In the order in which they were found.
    var kept: [RegistryProblem] { problems }
    /// Found and not kept.
    var omittedCount: Int { omitted }

    /// Counts problems that another list did not keep.
    mutating func addOmitted(_ count: Int) { omitted += count }

    /// Keeps a problem, or counts it when there are too many.
    mutating func add(_ spot: RegistrySpot?, column: String = "", _ text: String) {
        guard problems.count < RegistryRefusal.problemsMax else {
            omitted += 1
            return
        }
        problems.append(RegistryProblem(spot: spot, column: column, text: text))
    }

    /// - Throws: everything collected, those of a place first and in their order, when there is anything.
    func throwIfAny() throws(RegistryRefusal) {
        if problems.isEmpty { return }
        let last = RegistrySpot(file: "\u{10FFFF}")
        let ordered = problems.enumerated().sorted {
            ($0.element.spot ?? last, $0.offset) < ($1.element.spot ?? last, $1.offset)
        }
        throw RegistryRefusal(problems: ordered.map(\.element), omitted: omitted)
    }
}

/// Why a text is no value; finishes the sentence `"…" `.
struct CellError: Error {
    /// What is wrong with it.
    let text: String
    /// How to mend it, when "allowed: …" does not say enough.
    let hint: String

    /// Without a hint, "allowed: …" says enough.
    init(_ text: String, hint: String = "") {
        self.text = text
        self.hint = hint
    }
}
