// The last question to the gateway's own record: is everything that it acknowledged in its journal? Asked by the tool that
// reads journals, `sosctl journal dump`, which must lie beside this program.

import Foundation
import SimulatedField

/// What the journal said.
struct JournalVerification: Sendable {
    /// Messages that were acknowledged and are not there.
    let findings: [Finding]
    /// Messages asked for.
    let asked: Int

    /// Why the journal could not be read.
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    /// Reads the whole journal once; blocks for about a second a million records.
    ///
    /// - Parameters:
    ///   - configuration: the gateway's configuration file, which says where the journal is.
    ///   - boot: of this run.
    /// - Throws: ``Problem`` when the tool cannot be run or finds damage.
    static func ask(configuration: String, ledger: PressLedger, boot: UInt32) throws -> JournalVerification {
        let tool = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: "sosctl")
        let process = Process()
        process.executableURL = tool
        process.arguments =
            ["journal", "dump", "--config", configuration] + JournalMessages.kinds.flatMap { ["--kind", $0] }
        let output = Pipe()
        process.standardOutput = output
        do {
            try process.run()
        } catch {
            throw Problem(description: "\(tool.path) cannot be run: \(error.localizedDescription)")
        }
        var messages = JournalMessages(boot: boot)
        var rest = ""
        while let piece = try output.fileHandleForReading.read(upToCount: 1 << 20), !piece.isEmpty {
            rest += String(decoding: piece, as: UTF8.self)
            // The last piece may end inside a line.
            let lines = rest.split(separator: "\n", omittingEmptySubsequences: false)
            for line in lines.dropLast() { messages.take(line: line) }
            rest = lines.last.map(String.init) ?? ""
        }
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Problem(description: "sosctl journal dump ended with \(process.terminationStatus)")
        }
        return JournalVerification(
            findings: ledger.findings(missingFrom: messages), asked: ledger.acknowledgedCount)
    }
}
