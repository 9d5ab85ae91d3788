// A Python program at the other end of a real socket: no library of ours can hide a mistake of ours.

import Foundation

/// A running Python script, its output line by line.
final class Script: Sendable {
    static let interpreter = ["/usr/bin/python3", "/usr/local/bin/python3"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    struct NoPython: Error {}

    let lines: AsyncStream<String>
    private let process: Process
    private let input = Pipe()

    init(_ source: String, _ arguments: [String], environment: [String: String] = [:]) throws {
        guard let interpreter = Self.interpreter else { throw NoPython() }
        let output = Pipe()
        let (lines, continuation) = AsyncStream.makeStream(of: String.self)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: interpreter)
        process.arguments = ["-u", "-c", source] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = output
        process.standardInput = input
        self.process = process
        self.lines = lines
        try process.run()
        let reader = Thread {
            var rest = Data()
            while true {
                let data = output.fileHandleForReading.availableData
                if data.isEmpty { break }
                rest.append(data)
                while let end = rest.firstIndex(of: 10) {
                    continuation.yield(String(decoding: rest[rest.startIndex..<end], as: UTF8.self))
                    rest = Data(rest[rest.index(after: end)...])
                }
            }
            continuation.finish()
        }
        reader.start()
    }

    /// Gives it a line to read.
    func type(_ line: String) { input.fileHandleForWriting.write(Data("\(line)\n".utf8)) }

    /// Kills it: a SIGTERM that this process ignores, as servers under test make it do, it would inherit as ignored.
    func stop() { kill(process.processIdentifier, SIGKILL) }

    /// The first Python block of a document of this package.
    static func example(of document: String) throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent(document), encoding: .utf8)
        let parts = text.components(separatedBy: "```python\n")
        guard parts.count == 2, let end = parts[1].range(of: "```") else { throw CocoaError(.fileReadCorruptFile) }
        return String(parts[1][..<end.lowerBound])
    }
}
