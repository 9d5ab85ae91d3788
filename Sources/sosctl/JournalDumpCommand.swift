// sosctl journal dump

import AlertModel
import ArgumentParser
import Foundation
import Journal
import JournalFiles

/// Prints the journal, a line a record.
struct JournalDumpCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dump",
        abstract: "Prints records, one a line: sequence, time, kind, and the event's fields in words.",
        discussion: """
            Records that cannot be read are told of on standard error and the printing goes on behind them; the exit \
            code is 65 then. With --json every line is an object: sequence, wall, monotonic_ns, kind, fields; file, \
            offset and bytes say where the record stands. A body that this version cannot read is printed in \
            hexadecimal with the reason.
            """)

    @OptionGroup var journal: JournalOption

    @Option(name: .long, help: "The first sequence to print.")
    var from: UInt64 = 1

    @Option(name: .long, help: "The last sequence to print.")
    var to: UInt64 = .max

    @Option(name: .long, help: "Only records of this kind, such as press; may stand several times.")
    var kind: [String] = []

    @Flag(name: .long, help: "JSON lines, for machines.")
    var json = false

    func validate() throws {
        guard from <= to else { throw ValidationError("--from \(from) is behind --to \(to).") }
        let known = Event.Kind.allCases.map { JournalEventWords.name(ofKind: $0.rawValue) }
        for name in kind where !known.contains(name) && !name.hasPrefix("kind_") {
            throw ValidationError("\"\(name)\" is no kind; allowed: \(known.joined(separator: ", "))")
        }
    }

    func run() throws {
        var folder = try journal.open(try journal.path())
        var output = LineOutput()
        var isDamaged = false
        let wanted = Set(kind)
        let end = JournalSequence(to)
        do throws(JournalError) {
            try JournalReader(digests: .standard()).read(&folder, from: JournalSequence(from), through: end) {
                (reading) throws(JournalError) in
                switch reading {
                case .segment, .batch: break
                case .finding(let finding):
                    if finding.gravity >= .change { isDamaged = true }
                    guard finding.gravity > .note else { return }
                    // In order with what was printed before.
                    output.flush()
                    FileHandle.standardError.write(Data("sosctl: \(finding.line)\n".utf8))
                case .record(let record, let place):
                    let name = JournalEventWords.name(ofKind: record.kind)
                    guard record.sequence <= end, wanted.isEmpty || wanted.contains(name) else { return }
                    output.line(line(record, name: name, place))
                }
            }
        } catch {
            output.flush()
            throw journalFailure(error)
        }
        output.flush()
        if isDamaged { throw ExitCode(ExitStatus.dataError.rawValue) }
    }

    private func line(_ record: JournalRecord, name: String, _ place: JournalPlace) -> String {
        let words = JournalEventWords(kind: record.kind, body: record.body)
        guard json else {
            let fields = words.fields.map { "\($0.0)=\($0.1.words)" }.joined(separator: " ")
            let problem = words.problem.map { " UNREADABLE: \($0);" } ?? ""
            return "\(record.sequence.value) \(record.instant.wall.rfc3339) \(name)\(problem) \(fields)"
        }
        var members: [(String, JSONValue)] = [
            ("sequence", .sequence(record.sequence)), ("wall", .text(record.instant.wall.rfc3339)),
            ("monotonic_ns", .integer(record.instant.monotonic.nanoseconds)), ("kind", .text(name)),
        ]
        if let problem = words.problem { members.append(("unreadable", .text(problem))) }
        members += [
            ("fields", .object(words.fields)), ("file", .text(place.file)), ("offset", .integer(place.offset)),
            ("bytes", .integer(place.bytes)),
        ]
        return JSONValue.object(members).json
    }
}

extension JournalFinding {
    /// One line with everything known.
    var line: String {
        var text = "\(kind.name): \(reason); file \(file), offset \(offset), record \(sequence.value)"
        if let lostThrough {
            text +=
                lostThrough > sequence ? "; lost: \(sequence.value) to \(lostThrough.value)" : "; lost: this one"
        }
        return text
    }

    /// All of it for machines.
    var json: JSONValue {
        .object([
            ("finding", .text(kind.name)), ("gravity", .text("\(gravity)")), ("file", .text(file)),
            ("offset", .integer(offset)), ("sequence", .sequence(sequence)),
            ("lost_through", .sequence(lostThrough)),
            ("resumes_at", resumesAt.map { .integer($0) } ?? .null), ("reason", .text(reason)),
        ])
    }
}
