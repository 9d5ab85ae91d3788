// The house's way to read a YAML file, for tools of ours that have files of their own: known keys only, every problem at
// once, each with its line.

/// Reads files as the configuration and the registry are read.
package enum CheckedFile {
    /// Reads, checks and turns a file into a value.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - schema: every key that may stand in it.
    ///   - read: takes the value out of the top section and reports what is wrong there; nil only when it has reported.
    /// - Throws: ``SettingsError`` with everything that is wrong.
    package static func load<Value>(
        path: String, schema: [SettingsKey], _ read: (Section) -> Value?
    ) throws(SettingsError) -> Value {
        let source = try SourceText.read(path)
        let problems = ProblemList(file: path)
        let value = read(Section(try source.compose(), path: "", schema: schema, problems: problems))
        try problems.throwIfAny()
        guard let value else { throw SettingsError(file: path, "cannot be used") }
        return value
    }

    /// A whole number inside a range, or why the text is none.
    package static func number(_ text: String, in range: ClosedRange<Int>) throws(ValueError) -> Int {
        try Values.number(text, in: range)
    }

    /// One of the known words; a near miss is named.
    package static func word<Word>(_ text: String, of words: [(String, Word)]) throws(ValueError) -> Word {
        if let known = words.first(where: { $0.0 == text }) { return known.1 }
        guard let nearest = Spelling.nearest(to: text, among: words.map(\.0)) else {
            throw ValueError("is none of them")
        }
        throw ValueError("is none of them; did you mean \"\(nearest)\"?")
    }

    /// One line for people.
    package static func line(_ text: String) throws(ValueError) -> String { try Values.line(text) }
}
