// One mapping of a file against the keys that may stand in it.

internal import Yams

/// Why a text is not a value; finishes the sentence "… is not ".
package struct ValueError: Error {
    let text: String
    package init(_ text: String) { self.text = text }
}

/// A mapping whose keys are known and whose values are read as text.
///
/// Everything that is wrong goes to the problem list; what is read of a wrong file is never used.
package struct Section {
    /// The section's path in the schema, empty at the top.
    let path: String
    /// Where the mapping begins.
    let place: SourcePlace
    private let schema: [SettingsKey]
    private let values: [String: Node]
    private let keyPlaces: [String: SourcePlace]
    private let problems: ProblemList

    /// - Parameters:
    ///   - node: the mapping; another kind of node is a problem.
    ///   - path: of the section in `schema`.
    ///   - place: where the section's key stands; nil takes the node's place.
    init(_ node: Node, path: String, place: SourcePlace? = nil, schema: [SettingsKey], problems: ProblemList) {
        self.path = path
        self.place = place ?? node.place
        self.schema = schema
        self.problems = problems
        var values: [String: Node] = [:]
        var keyPlaces: [String: SourcePlace] = [:]
        if case .mapping(let mapping) = node {
            for (key, value) in mapping {
                guard case .scalar(let name) = key, let known = Self.find(name.string, path, schema) else {
                    problems.add(key.place, key: path, Self.unknown(key, path: path, schema: schema))
                    continue
                }
                values[known.name] = value
                keyPlaces[known.name] = key.place
            }
        } else {
            problems.add(node.place, key: path, "is not a section; allowed: lines of `key: value`")
        }
        self.values = values
        self.keyPlaces = keyPlaces
        guard case .mapping = node else { return }
        for key in schema where key.section == path && key.absence == .refused && values[key.name] == nil {
            problems.add(self.place, key: key.path, "is missing; allowed: \(key.allowed)")
        }
    }

    /// The value of `name` parsed by `parse`; nil when it is left out or wrong (then it is reported).
    package func value<Value>(_ name: String, _ parse: (String) throws(ValueError) -> Value) -> Value? {
        guard let node = values[name], let key = Self.find(name, path, schema) else { return nil }
        guard case .scalar(let scalar) = node else {
            problems.add(node.place, key: key.path, "is not a single value; allowed: \(key.allowed)")
            return nil
        }
        guard !scalar.string.isEmpty else {
            problems.add(node.place, key: key.path, "has no value; allowed: \(key.allowed)")
            return nil
        }
        do {
            return try parse(scalar.string)
        } catch {
            let shown = scalar.string.prefix(80).debugDescription
            problems.add(node.place, key: key.path, "\(shown) \(error.text); allowed: \(key.allowed)")
            return nil
        }
    }

    /// The section `name` within this one; nil when it is left out (then it is already reported).
    package func section(_ name: String) -> Section? {
        guard let node = values[name] else { return nil }
        return Section(
            node, path: path.isEmpty ? name : "\(path).\(name)", place: keyPlaces[name], schema: schema,
            problems: problems)
    }

    /// The entries of the list `name`; empty when it is left out or wrong.
    package func list(_ name: String) -> [Section] {
        guard let node = values[name] else { return [] }
        guard case .sequence(let entries) = node else {
            problems.add(node.place, key: name, "is not a list; allowed: entries that begin with `- `")
            return []
        }
        return entries.map { Section($0, path: "\(name)[]", schema: schema, problems: problems) }
    }

    /// The entries of the list `name` of single values, each parsed by `parse`; what is wrong is reported and left out.
    package func values<Value>(_ name: String, max: Int, _ parse: (String) throws(ValueError) -> Value) -> [Value]
    {
        guard let node = values[name], let key = Self.find(name, path, schema) else { return [] }
        guard case .sequence(let entries) = node, entries.count <= max else {
            problems.add(node.place, key: key.path, "is not a list of at most \(max); allowed: \(key.allowed)")
            return []
        }
        return entries.compactMap { entry -> Value? in
            guard case .scalar(let scalar) = entry, !scalar.string.isEmpty else {
                problems.add(
                    entry.place, key: key.path, "has an entry that is no single value; allowed: \(key.allowed)")
                return nil
            }
            do throws(ValueError) {
                return try parse(scalar.string)
            } catch {
                let shown = scalar.string.prefix(80).debugDescription
                problems.add(entry.place, key: key.path, "\(shown) \(error.text); allowed: \(key.allowed)")
                return nil
            }
        }
    }

    /// Whether the file gives `name`, right or wrong.
    package func has(_ name: String) -> Bool { values[name] != nil }

    /// Where the value of `name` stands, or the section when it is left out.
    package func place(of name: String) -> SourcePlace { values[name]?.place ?? place }

    /// Reports that the value of `name` is wrong for a reason outside itself.
    package func report(_ name: String, _ text: String) {
        problems.add(place(of: name), key: path.isEmpty ? name : "\(path).\(name)", text)
    }

    private static func find(_ name: String, _ section: String, _ schema: [SettingsKey]) -> SettingsKey? {
        schema.first { $0.section == section && $0.name == name }
    }

    /// Says that a key is unknown, and which was probably meant.
    private static func unknown(_ node: Node, path: String, schema: [SettingsKey]) -> String {
        guard case .scalar(let scalar) = node else { return "has a key that is not a word" }
        let name = scalar.string
        let shown = "unknown key \(name.prefix(80).debugDescription)"
        let siblings = schema.filter { $0.section == path }.map(\.name)
        if let nearest = Spelling.nearest(to: name, among: siblings) {
            return "\(shown); did you mean \"\(nearest)\"?"
        }
        if let elsewhere = schema.first(where: { $0.name == name }) {
            return "\(shown); it belongs to the section \"\(elsewhere.section)\""
        }
        return "\(shown); known: \(siblings.joined(separator: ", "))"
    }
}
