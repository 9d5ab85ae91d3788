// Reads Docs/unit-protocol.md: its hex examples and its tables.

import Foundation

struct UnitProtocolDocument {
    /// A block that begins with a line `hex: name`.
    struct Example {
        let name: String
        let bytes: [UInt8]
    }

    let lines: [String]

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "Docs/unit-protocol.md"), encoding: .utf8)
        lines = text.components(separatedBy: "\n")
    }

    struct BadExample: Error {
        let line: String
    }

    func examples() throws -> [Example] {
        var examples: [Example] = []
        var name: String?
        var bytes: [UInt8] = []
        for line in lines {
            if let open = name {
                if line.hasPrefix("```") {
                    examples.append(Example(name: open, bytes: bytes))
                    name = nil
                } else {
                    let code = line.split(separator: ";", omittingEmptySubsequences: false)[0]
                    for pair in code.split(separator: " ") {
                        guard pair.count == 2, let byte = UInt8(pair, radix: 16) else {
                            throw BadExample(line: line)
                        }
                        bytes.append(byte)
                    }
                }
            } else if line.hasPrefix("hex: ") {
                name = String(line.dropFirst(5))
                bytes = []
            }
        }
        return examples
    }

    /// The cells of the table whose header row begins with these cells.
    func table(_ header: [String]) -> [[String]] {
        var rows: [[String]] = []
        var isInside = false
        for line in lines {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            if line.hasPrefix("| "), cells.starts(with: header) {
                isInside = true
            } else if isInside, line.hasPrefix("| ") {
                rows.append(cells)
            } else if isInside, !line.hasPrefix("|") {
                return rows
            }
        }
        return rows
    }
}
