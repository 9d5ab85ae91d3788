// sosctl journal verify

import AlertModel
import ArgumentParser
import Foundation
import Journal
import JournalFiles

/// Says whether the journal is what was written.
struct JournalVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Checks every header, checksum, sequence and the chain; names the first change.",
        discussion: """
            Reads every segment and changes nothing. While a daemon runs, the journal is checked up to the last \
            complete batch. The last line printed, sequence and chain value, is worth keeping on another machine: \
            given back with --expect it proves later that nothing up to that record was rewritten, not even by \
            somebody who recomputed every checksum and the chain.
            Exit codes: 0 good; 1 the last batch does not read and no daemon is writing: an interrupted write or \
            damage to the last batch, the next start cuts it; 65 something is not as it was written.
            """)

    @OptionGroup var journal: JournalOption

    @Option(name: .long, help: "SEQUENCE:HEX as an earlier run printed it; may stand several times.")
    var expect: [String] = []

    @Option(name: .long, help: "Begin with the segment that holds this record: older segments were archived.")
    var from: UInt64 = 1

    @Flag(name: .long, help: "One JSON object, for machines.")
    var json = false

    func run() throws {
        let anchors = try expect.map { text in
            guard let anchor = ChainAnchor(text) else {
                throw ValidationError("\"\(text)\" is not SEQUENCE:HEX with 64 hexadecimal digits.")
            }
            return anchor
        }
        let path = try journal.path()
        var folder = try journal.open(path)
        // Asked before the reading: a daemon that stops meanwhile leaves no torn tail.
        let isHeld = isHeldByDaemon(path)
        var verification = JournalVerification(expected: anchors)
        do throws(JournalError) {
            try JournalReader(digests: .standard()).read(&folder, from: JournalSequence(from)) {
                (reading) throws(JournalError) in verification.take(reading)
            }
        } catch {
            throw journalFailure(error)
        }
        let report = VerificationReport(verification: verification, path: path, isHeld: isHeld)
        print(json ? report.json.json : report.text)
        switch verification.verdict {
        case .good: return
        case .tornTail:
            if !isHeld { throw ExitCode(ExitStatus.tornTail.rawValue) }
        case .changed: throw ExitCode(ExitStatus.dataError.rawValue)
        }
    }
}

/// What a verification found, in words.
struct VerificationReport {
    let verification: JournalVerification
    let path: String
    /// Whether a daemon is writing.
    let isHeld: Bool

    /// Findings printed; the rest is counted.
    private static let shownMax = 20

    private var verdict: String {
        switch verification.verdict {
        case .good: "good"
        case .tornTail where isHeld: "good; the batch that the daemon is writing was left out"
        case .tornTail: "the last batch does not read"
        case .changed: "CHANGED OR DAMAGED"
        }
    }

    /// For people.
    var text: String {
        var lines = ["\(path): \(verdict)"]
        lines.append("  segments  \(verification.segments), \(readableSize(verification.fileBytes))")
        if let first = verification.first, let last = verification.last {
            lines.append(
                "  records   \(verification.records) in \(verification.batches) batches, "
                    + "\(first.sequence.value) to \(last.sequence.value)")
            lines.append("  first     \(first.wall.rfc3339)")
            lines.append("  last      \(last.wall.rfc3339)")
        } else {
            lines.append("  records   none")
        }
        let worrying = verification.findings.filter { $0.gravity > .note && !(isHeld && $0.gravity == .tail) }
        for finding in verification.findings where finding.gravity == .note {
            lines.append("  note      \(finding.reason)")
        }
        for finding in worrying.prefix(Self.shownMax) { lines += words(finding) }
        if worrying.count > Self.shownMax {
            lines.append("  and \(verification.findingCount - Self.shownMax) more")
        }
        for (expected, state) in verification.anchors { lines.append("  expected  \(words(expected, state))") }
        if let (after, through) = verification.rewritten {
            lines.append(
                "  rewritten somewhere in records \(after.value + 1) to \(through.value), or records are missing there"
            )
        }
        if let advice { lines.append(advice) }
        // The chain of a changed journal is nothing to keep.
        if verification.verdict < .changed, let anchor = verification.anchor { lines.append("chain \(anchor)") }
        return lines.joined(separator: "\n")
    }

    private func words(_ finding: JournalFinding) -> [String] {
        var lines = [
            "  \(finding.kind.name)", "    at      \(finding.file), offset \(finding.offset)",
            "    record  \(finding.sequence.value)", "    why     \(finding.reason)",
        ]
        if let lost = finding.lostThrough {
            lines.append("    lost    records \(finding.sequence.value) to \(lost.value)")
        }
        if finding.gravity != .change {
            lines.append(
                "    behind  \(finding.resumesAt.map { "readable from offset \($0) on" } ?? "nothing in this file")"
            )
        }
        return lines
    }

    private func words(_ expected: ChainAnchor, _ state: JournalVerification.AnchorState) -> String {
        switch state {
        case .matches: "record \(expected.sequence.value): the chain leads to it"
        case .differs: "record \(expected.sequence.value): THE CHAIN HAS ANOTHER VALUE"
        case .missing: "record \(expected.sequence.value): NO BATCH ENDS WITH IT"
        }
    }

    private var advice: String? {
        switch verification.verdict {
        case .good: nil
        case .tornTail where isHeld: nil
        case .tornTail:
            "Nobody was told that the records of that batch are stored, unless the disk damaged it since. The next start "
                + "of the gateway cuts it and keeps its bytes beside. A copy of the directory now loses nothing."
        case .changed:
            "Copy the directory away before anything else. To start the gateway with everything readable: "
                + "sosctl journal salvage \(path) --to NEWDIR"
        }
    }

    /// For machines.
    var json: JSONValue {
        func record(_ one: (sequence: JournalSequence, wall: WallTime)?) -> JSONValue {
            one.map { .object([("sequence", .sequence($0.sequence)), ("wall", .text($0.wall.rfc3339))]) } ?? .null
        }
        let anchors = verification.anchors.map { expected, state in
            JSONValue.object([
                ("expected", .text(expected.description)), ("matches", .flag(state == .matches)),
            ])
        }
        return .object([
            ("directory", .text(path)), ("verdict", .text("\(verification.verdict)")),
            ("daemon_runs", .flag(isHeld)),
            ("segments", .integer(verification.segments)), ("file_bytes", .integer(verification.fileBytes)),
            ("batches", .integer(verification.batches)), ("records", .integer(verification.records)),
            ("first", record(verification.first)), ("last", record(verification.last)),
            ("chain", verification.anchor.map { .text($0.description) } ?? .null),
            ("findings", .list(verification.findings.map(\.json))),
            ("finding_count", .integer(verification.findingCount)), ("expected", .list(anchors)),
        ])
    }
}
