// sosctl journal stats

import AlertModel
import ArgumentParser
import Foundation
import Journal
import JournalFiles

/// Counts what a journal holds.
struct JournalStatsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Counts segments, bytes, records by kind and by time, batch sizes, and the share of padding.",
        discussion: "Days and hours are UTC. Exit code 65 when something does not read; what reads is counted.")

    @OptionGroup var journal: JournalOption

    @Flag(name: .long, help: "One JSON object, for machines.")
    var json = false

    func run() throws {
        let path = try journal.path()
        var folder = try journal.open(path)
        var stats = JournalStats()
        do throws(JournalError) {
            try JournalReader(digests: .standard()).read(&folder) { (reading) throws(JournalError) in
                stats.count(reading)
            }
        } catch {
            throw journalFailure(error)
        }
        print(json ? stats.json(path: path).json : stats.text(path: path))
        if stats.findings > 0 {
            throw failure(
                .dataError, "\(stats.findings) places do not read; see: sosctl journal verify \(path)")
        }
    }
}

/// Figures of a journal.
struct JournalStats {
    private(set) var segments = 0
    private(set) var fileBytes = 0
    private(set) var batches = 0
    /// Batch headers, records with their headers.
    private(set) var recordBytes = 0
    private(set) var bodyBytes = 0
    private(set) var batchBytes: [Int: Int] = [:]
    private(set) var batchRecords: [Int: Int] = [:]
    private(set) var paddedBytes = 0
    private(set) var kinds: [UInt8: Int] = [:]
    private(set) var hours: [Int64: Int] = [:]
    private(set) var findings = 0
    private(set) var first: (sequence: JournalSequence, wall: WallTime)?
    private(set) var last: (sequence: JournalSequence, wall: WallTime)?

    var records: Int { kinds.values.reduce(0, +) }

    /// Takes one reading in.
    mutating func count(_ reading: JournalReading) {
        switch reading {
        case .segment(let segment):
            segments += 1
            fileBytes += segment.bytes
        case .batch(let batch):
            batches += 1
            batchBytes[batch.header.batchBytes, default: 0] += 1
            batchRecords[batch.header.recordCount, default: 0] += 1
            paddedBytes += batch.paddedBytes
        case .record(let record, let place):
            kinds[record.kind, default: 0] += 1
            recordBytes += place.bytes
            bodyBytes += record.body.count
            let wall = record.instant.wall
            hours[Self.hour(of: wall), default: 0] += 1
            first = first ?? (record.sequence, wall)
            last = (record.sequence, wall)
        case .finding(let finding): findings += finding.gravity >= .change ? 1 : 0
        }
    }

    /// Hours since 1970, downwards for times before.
    private static func hour(of wall: WallTime) -> Int64 {
        let nanoseconds: Int64 = 3_600_000_000_000
        let hour = wall.nanoseconds / nanoseconds
        return wall.nanoseconds % nanoseconds < 0 ? hour - 1 : hour
    }

    /// Padding's share of what the batches take on the disk, 0 to 1.
    var paddingShare: Double {
        let used = batchBytes.reduce(0) { $0 + $1.key * $1.value }
        return paddedBytes == 0 ? 0 : 1 - Double(used) / Double(paddedBytes)
    }

    private var days: [(day: Int64, records: Int)] {
        var days: [Int64: Int] = [:]
        for (hour, count) in hours { days[hour >= 0 ? hour / 24 : (hour - 23) / 24, default: 0] += count }
        return days.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private static func day(_ number: Int64) -> String {
        String(WallTime(nanoseconds: number * 86_400_000_000_000).rfc3339.prefix(10))
    }

    private static func percentile(_ percent: Int, of counts: [Int: Int]) -> Int {
        let total = counts.values.reduce(0, +)
        var seen = 0
        for (value, count) in counts.sorted(by: { $0.key < $1.key }) {
            seen += count
            if seen * 100 >= total * percent { return value }
        }
        return 0
    }

    private static let percents = [50, 90, 99, 100]

    /// For people.
    func text(path: String) -> String {
        func row(_ name: String, _ counts: [Int: Int]) -> String {
            let columns = Self.percents.map {
                "\($0 == 100 ? "max" : "p\($0)") \(Self.percentile($0, of: counts))"
            }
            return "  \(name)\(columns.joined(separator: "   "))"
        }
        var lines = ["\(path)"]
        lines.append(
            "  segments          \(segments), \(readableSize(fileBytes)); in use \(readableSize(paddedBytes))")
        lines.append("  records           \(records) in \(batches) batches, \(readableSize(bodyBytes)) of bodies")
        if let first, let last {
            lines.append("  first             \(first.sequence.value)  \(first.wall.rfc3339)")
            lines.append("  last              \(last.sequence.value)  \(last.wall.rfc3339)")
        }
        lines.append(row("records a batch   ", batchRecords))
        lines.append(row("bytes a batch     ", batchBytes))
        lines.append("  padding           \(decimal(paddingShare * 100, 1)) % of the batches' blocks")
        lines.append("  records by kind")
        for (kind, count) in kinds.sorted(by: { ($0.value, $1.key) > ($1.value, $0.key) }) {
            lines.append("    \(JournalEventWords.name(ofKind: kind))  \(count)")
        }
        if let busiest = hours.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) {
            let start = WallTime(nanoseconds: busiest.key * 3_600_000_000_000).rfc3339.prefix(13)
            lines.append("  busiest hour      \(start)h UTC  \(busiest.value) records")
        }
        lines.append("  records by day (UTC), and a mean hour of it")
        for (day, count) in days {
            lines.append("    \(Self.day(day))  \(count)  \(decimal(Double(count) / 24, 1))/h")
        }
        return lines.joined(separator: "\n")
    }

    /// For machines.
    func json(path: String) -> JSONValue {
        func spread(_ counts: [Int: Int]) -> JSONValue {
            .object(
                Self.percents.map { ($0 == 100 ? "max" : "p\($0)", .integer(Self.percentile($0, of: counts))) })
        }
        let byHour = hours.sorted { $0.key < $1.key }.map { hour, count in
            (
                String(WallTime(nanoseconds: hour * 3_600_000_000_000).rfc3339.prefix(13)) + "Z",
                JSONValue.integer(count)
            )
        }
        return .object([
            ("directory", .text(path)), ("segments", .integer(segments)), ("file_bytes", .integer(fileBytes)),
            ("batches", .integer(batches)), ("batch_block_bytes", .integer(paddedBytes)),
            ("records", .integer(records)), ("record_bytes", .integer(recordBytes)),
            ("body_bytes", .integer(bodyBytes)),
            ("first_sequence", .sequence(first?.sequence)), ("last_sequence", .sequence(last?.sequence)),
            ("first_wall", first.map { .text($0.wall.rfc3339) } ?? .null),
            ("last_wall", last.map { .text($0.wall.rfc3339) } ?? .null),
            ("batch_records", spread(batchRecords)), ("batch_bytes", spread(batchBytes)),
            ("padding_share", .number(decimal(paddingShare, 4))),
            (
                "kinds",
                .object(
                    kinds.sorted { $0.key < $1.key }.map {
                        (JournalEventWords.name(ofKind: $0.key), .integer($0.value))
                    })
            ),
            ("days", .object(days.map { (Self.day($0.day), .integer($0.records)) })), ("hours", .object(byHour)),
            ("unreadable_places", .integer(findings)),
        ])
    }
}
