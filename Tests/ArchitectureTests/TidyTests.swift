import Testing

extension String {
    var isComment: Bool { drop { $0 == " " }.hasPrefix("//") }
}

@Suite("The house stays tidy")
struct TidyTests {
    static let folders = ["Sources", "Simulator"]
    static let linesMax = 400
    static let functionLinesMax = 70

    @Test("no file is longer than 400 lines")
    func filesAreShort() {
        for file in Self.folders.flatMap(SourceTree.swiftFiles) {
            #expect(file.lines.count <= Self.linesMax, "\(file.path) has \(file.lines.count) lines")
        }
    }

    @Test("no function is longer than 70 lines")
    func functionsAreShort() {
        for file in Self.folders.flatMap(SourceTree.swiftFiles) {
            var start: (line: Int, indent: Int)?
            for (number, line) in file.lines.enumerated() {
                let indent = line.prefix { $0 == " " }.count
                let text = line.dropFirst(indent)
                if text.contains("func ") && !text.hasPrefix("//") && !text.hasPrefix("case ") && start == nil {
                    start = (number, indent)
                }
                if let open = start, indent == open.indent, text.hasPrefix("}") {
                    let length = number - open.line + 1
                    #expect(length <= Self.functionLinesMax, "\(file.path):\(open.line + 1) is \(length) lines")
                    start = nil
                } else if let open = start, indent <= open.indent, number > open.line, text.contains("func ") {
                    start = (number, indent)
                }
            }
        }
    }

    @Test("nothing in the sources can trap on purpose or by haste")
    func bannedCalls() {
        let banned = ["try!", "fatalError(", " as! ", "usleep(", "Thread.sleep", "TODO", "FIXME", "print(\"debug"]
        for file in Self.folders.flatMap(SourceTree.swiftFiles) {
            for (number, line) in file.lines.enumerated() {
                for word in banned where line.contains(word) {
                    Issue.record("\(file.path):\(number + 1) has \(word)")
                }
            }
        }
    }

    @Test("every unchecked promise to the compiler states its proof")
    func promisesAreProven() {
        for file in Self.folders.flatMap(SourceTree.swiftFiles) {
            for (number, line) in file.lines.enumerated() where !line.isComment {
                guard line.contains("@unchecked Sendable") || line.contains("nonisolated(unsafe)") else {
                    continue
                }
                let above = file.lines[max(0, number - 12)..<number].filter(\.isComment).joined()
                #expect(
                    above.contains("unchecked Sendable") || above.contains("nonisolated(unsafe)"),
                    "\(file.path):\(number + 1) promises without a proof above it")
            }
        }
    }

    @Test("every file opens with what lives in it")
    func filesIntroduceThemselves() {
        for file in SourceTree.swiftFiles(below: "Sources") {
            #expect(file.lines.first?.hasPrefix("//") == true, "\(file.path) has no opening comment")
        }
    }

    @Test("no source names a path in somebody's home")
    func noLocalPaths() throws {
        let homes = ["/home/", "/root/", "/Users/"]
        for file in ["Sources", "Simulator", "Tests"].flatMap(SourceTree.swiftFiles)
        where !file.path.hasSuffix("TidyTests.swift") {
            for (number, line) in file.lines.enumerated() {
                for home in homes where line.contains(home) {
                    Issue.record("\(file.path):\(number + 1) names a path below \(home)")
                }
            }
        }
    }
}
