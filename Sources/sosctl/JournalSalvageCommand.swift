// sosctl journal salvage

import AlertModel
import ArgumentParser
import Foundation
import Journal
import JournalFiles

/// Makes a journal that the gateway starts with out of one that it refuses.
struct JournalSalvageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "salvage",
        abstract: "Writes every readable record of a damaged journal into a new one.",
        discussion: """
            The damaged journal is only read. Every record keeps its sequence, so alerts keep their numbers; where \
            records are missing, the new journal says so itself (a declared gap), and salvage-report.txt in it names \
            every gap with the times around it. The gateway starts with it and shows everything readable. Stop the \
            daemon first. Exit code 0 when a new journal was written, with or without gaps.
            """)

    @OptionGroup var journal: JournalOption

    @Option(name: .long, help: "The new journal's directory; must not exist.")
    var to: String

    @Flag(name: .long, help: "One JSON object, for machines.")
    var json = false

    func run() throws {
        let path = try journal.path()
        var folder = try journal.open(path)
        guard !isHeldByDaemon(path) else {
            throw failure(
                .temporary, "\(path) is in use by a running daemon: stop it first (systemctl stop sosgatewayd)")
        }
        let report: SalvageReport
        do throws(JournalError) {
            report = try salvage(&folder, from: path)
        } catch {
            throw salvageFailure(error)
        }
        giveToOwner(of: path, report.target)
        print(json ? report.json.json : report.text + "\n" + advice(from: path, to: report.target))
    }

    /// Reads twice: once to see which segments are whole, then to write.
    private func salvage(_ folder: inout JournalFolder, from path: String) throws(JournalError) -> SalvageReport {
        let digests = try JournalDigests.standard()
        let reader = JournalReader(digests: digests)
        var plan = JournalSalvagePlan()
        try reader.read(&folder) { (reading) throws(JournalError) in plan.take(reading) }
        plan.finish()

        let (copied, start) = try start(plan, in: path, digests)
        var target = try SalvageFolder(path: to)
        for segment in copied {
            try folder.withSegment(segment) { (bytes) throws(JournalError) in try target.put(segment, bytes) }
        }
        var salvage = try JournalSalvage(start: start, digests: digests)
        try reader.read(&folder, from: start.last.next) { (reading) throws(JournalError) in
            if case .record(let record, _) = reading { try salvage.append(record, to: &target) }
        }
        try salvage.finish(to: &target)
        let records = (copied.isEmpty ? 0 : plan.wholeRecords) + salvage.records
        guard records > 0 else {
            throw JournalError(.damaged(.headerUnreadable), file: path, reason: "no record in it can be read")
        }
        // Snapshots of what was taken over still fit; the gateway judges each by itself.
        let snapshots = try SnapshotFiles.list(in: path).filter { $0 <= start.last }.map(SnapshotFiles.name)
        for name in snapshots { try target.put(name, try folder.content(of: name)) }
        let report = SalvageReport(
            source: path, target: target.path, records: records,
            segments: copied.count + salvage.segments, copied: copied.count,
            snapshots: snapshots, last: salvage.last, gaps: salvage.gaps, findings: plan.findings)
        try target.finish(report: Array((report.text + "\n").utf8))
        return report
    }

    /// What is copied as it is, and where the rest goes on.
    ///
    /// A journal whose older segments were archived needs a snapshot that stands for them; where none fits, the
    /// records before its first segment become a declared gap, so that the gateway starts all the same.
    private func start(
        _ plan: JournalSalvagePlan, in path: String, _ digests: JournalDigests
    ) throws(JournalError) -> (copied: [JournalSequence], start: SalvageStart) {
        let anew = SalvageStart(
            identity: JournalIdentity(high: .random(in: 1...(.max)), low: .random(in: 0...(.max))))
        guard let first = plan.laterBeginning else { return (plan.wholeSegments, plan.end ?? anew) }
        let segments = try JournalDirectory.segments(in: path)
        let fitting = try SnapshotFiles.list(in: path).compactMap { sequence -> SnapshotHeader? in
            guard let snapshot = try? SnapshotFiles.read(sequence, in: path, digests: digests) else { return nil }
            do throws(SnapshotRefusal) {
                try ClosedSegments.check(snapshot.header, against: segments, in: path, digests: digests)
                return snapshot.header
            } catch {
                return nil
            }
        }
        if let end = plan.end, fitting.contains(where: { $0.sequence <= end.last }) {
            return (plan.wholeSegments, end)
        }
        guard let header = fitting.first(where: { $0.sequence.value + 1 == first.value }) else {
            return ([], anew)
        }
        return ([], SalvageStart(identity: header.identity, chain: header.chain, last: header.sequence))
    }

    private func salvageFailure(_ error: JournalError) -> any Error {
        guard case .damaged = error.code else {
            if error.code == .inputOutput, error.reason.hasPrefix("it exists already") {
                return failure(.cannotCreate, "\(error)")
            }
            return journalFailure(error)
        }
        return failure(
            .dataError,
            "\(error)\nNothing can be salvaged from \(path(orText: to)). A backup or the units are left: they "
                + "repeat what nobody told them is stored.")
    }

    private func path(orText text: String) -> String { (try? journal.path()) ?? text }

    /// The daemon's user must be able to open what an administrator made.
    private func giveToOwner(of source: String, _ made: String) {
        let files = FileManager.default
        guard let attributes = try? files.attributesOfItem(atPath: source),
            let owner = attributes[.ownerAccountID], let group = attributes[.groupOwnerAccountID]
        else { return }
        let names = (try? files.contentsOfDirectory(atPath: made)) ?? []
        for path in [made] + names.map({ "\(made)/\($0)" }) {
            try? files.setAttributes([.ownerAccountID: owner, .groupOwnerAccountID: group], ofItemAtPath: path)
        }
    }

    private func advice(from path: String, to made: String) -> String {
        """
        Now, with the daemon stopped:
          mv \(path) \(path).damaged
          mv \(made) \(path)
          sosctl journal verify \(path)
          systemctl start sosgatewayd
        Keep \(path).damaged.
        """
    }
}

/// What was salvaged and what was not.
struct SalvageReport {
    let source: String
    let target: String
    let records: Int
    let segments: Int
    /// Of these, segments that were whole and are the same bytes.
    let copied: Int
    /// Snapshots that were copied.
    let snapshots: [String]
    let last: JournalSequence
    let gaps: [JournalGap]
    let findings: [JournalFinding]

    /// Records that are missing.
    var missing: UInt64 { gaps.reduce(0) { $0 + $1.count } }

    /// For people.
    var text: String {
        var lines = [
            "Salvaged \(records) records, up to \(last.value), from \(source)",
            "  into     \(target), \(segments) segments, of them \(copied) copied unchanged, and \(snapshots.count) snapshots",
            "  missing  \(missing) records in \(gaps.count) gaps",
        ]
        for gap in gaps {
            let after = gap.after?.rfc3339 ?? "the beginning"
            lines.append("    \(gap.first.value) to \(gap.last.value), between \(after) and \(gap.before.rfc3339)")
        }
        if !gaps.isEmpty {
            lines.append(
                "  An alert that was raised in a gap is not in this journal. Its number is its press's sequence: look "
                    + "in the history for the numbers above. What an officer did in a gap is undone: that alert is "
                    + "open again.")
        }
        if !findings.isEmpty { lines.append("  what was wrong") }
        for finding in findings { lines.append("    \(finding.line)") }
        return lines.joined(separator: "\n")
    }

    /// For machines.
    var json: JSONValue {
        let gaps = gaps.map { gap in
            JSONValue.object([
                ("first", .sequence(gap.first)), ("last", .sequence(gap.last)),
                ("after", gap.after.map { .text($0.rfc3339) } ?? .null), ("before", .text(gap.before.rfc3339)),
            ])
        }
        return .object([
            ("source", .text(source)), ("target", .text(target)), ("records", .integer(records)),
            ("segments", .integer(segments)), ("copied_segments", .integer(copied)),
            ("snapshots", .list(snapshots.map { .text($0) })), ("last_sequence", .sequence(last)),
            ("missing", .integer(missing)),
            ("gaps", .list(gaps)), ("findings", .list(findings.map(\.json))),
        ])
    }
}
