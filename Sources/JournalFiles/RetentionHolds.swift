// Legal holds and followers: small text files that people and other programs write. What cannot be read for
// certain is an error, and then nothing is removed.

internal import AlertModel
public import Journal
internal import LinuxIO

/// Records that must stay although their time is over.
public struct LegalHold: Hashable, Sendable {
    /// What is held.
    public enum Extent: Hashable, Sendable {
        case sequences(ClosedRange<UInt64>)
        /// Nanoseconds since 1970 by the gateway's clock.
        case times(ClosedRange<Int64>)
    }
    public let extent: Extent
    /// For the log.
    public let reason: String

    public init(_ extent: Extent, reason: String) {
        self.extent = extent
        self.reason = reason
    }

    /// Whether any of it may lie in the segment. Times reach a day further at both ends: clocks are set.
    func covers(_ facts: SegmentFacts) -> Bool {
        let dayNs: Int64 = 86_400_000_000_000
        switch extent {
        case .sequences(let range):
            return range.lowerBound <= facts.last.value && range.upperBound >= facts.segment.first.value
        case .times(let range):
            let from = range.lowerBound.subtractingReportingOverflow(dayNs)
            let to = range.upperBound.addingReportingOverflow(dayNs)
            return (from.overflow ? .min : from.partialValue) <= facts.closed.nanoseconds
                && (to.overflow ? .max : to.partialValue) >= facts.created.nanoseconds
        }
    }
}

extension LegalHold {
    /// Larger is no list of holds that a person keeps.
    private static let bytesMax = 1 << 20

    /// Reads a file of holds; no file, no holds. A line: `FROM TO REASON`, where both ends are sequences, or
    /// UTC dates `2026-11-21` or times `2026-11-21T17:00:00Z`, or `-` for an open end. `#` begins a comment.
    ///
    /// - Throws: ``JournalError`` `inputOutput` naming the line that is none.
    public static func read(_ path: String) throws(JournalError) -> [LegalHold] {
        guard let text = try SmallFile.text(path, bytesMax: bytesMax) else { return [] }
        var holds: [LegalHold] = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" })
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            guard words.count >= 3, let hold = LegalHold(words) else {
                throw JournalError(
                    .inputOutput, file: path,
                    reason: "line \(number + 1) is no hold; allowed: FROM TO REASON, with "
                        + "sequences, dates such as 2026-11-21, times such as 2026-11-21T17:00:00Z, or - as ends")
            }
            holds.append(hold)
        }
        return holds
    }

    private init?(_ words: [Substring]) {
        reason = words[2...].joined(separator: " ")
        let isDate = words[..<2].contains { $0.count > 1 && $0.contains("-") }
        if isDate {
            guard let from = words[0] == "-" ? .min : UTC.nanoseconds(words[0], isEnd: false),
                let to = words[1] == "-" ? .max : UTC.nanoseconds(words[1], isEnd: true), from <= to
            else { return nil }
            extent = .times(from...to)
        } else {
            guard let from = words[0] == "-" ? 0 : UInt64(words[0]),
                let to = words[1] == "-" ? .max : UInt64(words[1]), from <= to
            else { return nil }
            extent = .sequences(from...to)
        }
    }
}

extension JournalFollower {
    /// Reads every follower: in a directory one file each, with the last sequence it has as decimal digits.
    /// No directory, no followers.
    ///
    /// - Throws: ``JournalError`` `inputOutput` naming the file that holds no number.
    public static func readAll(_ path: String) throws(JournalError) -> [JournalFollower] {
        var names: [String] = []
        do throws(Errno) {
            names = try Files.list(try Files.openDirectory(path)).sorted()
        } catch {
            if error == .notFound { return [] }
            throw JournalError(error, "list the followers", file: path)
        }
        var followers: [JournalFollower] = []
        // A follower replaces its file by renaming a new one over it.
        for name in names where !name.hasSuffix(".new") {
            let text = try SmallFile.text("\(path)/\(name)", bytesMax: 64) ?? ""
            guard let value = UInt64(text.filter { !$0.isWhitespace }) else {
                throw JournalError(.inputOutput, file: "\(path)/\(name)", reason: "holds no sequence")
            }
            followers.append(JournalFollower(name: name, has: JournalSequence(value)))
        }
        return followers
    }
}

/// Text files of a few lines.
enum SmallFile {
    /// The file's text; nil when there is no file.
    static func text(_ path: String, bytesMax: Int) throws(JournalError) -> String? {
        let cut = path.lastIndex(of: "/")
        let parent = cut.map { String(path[..<$0]) } ?? "."
        let name = cut.map { String(path[path.index(after: $0)...]) } ?? path
        var bytes: [UInt8] = []
        do throws(Errno) {
            let file = try Files.open(name, in: try Files.openDirectory(parent), access: .readOnly)
            let size = try Files.size(of: file)
            guard size <= bytesMax else { throw .inputOutput }
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 8)
            defer { memory.deallocate() }
            bytes = Array(memory[..<(try Files.pread(file, at: 0, into: memory))])
        } catch {
            if error == .notFound { return nil }
            throw JournalError(error, "read", file: path)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw JournalError(.inputOutput, file: path, reason: "is not UTF-8 text")
        }
        return text
    }
}

/// Dates of the Gregorian calendar as nanoseconds since 1970.
enum UTC {
    /// Parses `2026-11-21` or `2026-11-21T17:00:00Z`, years 1970 to 2199; nil for anything else.
    ///
    /// - Parameter isEnd: a date means its last nanosecond, a time the last of its second.
    static func nanoseconds(_ text: Substring, isEnd: Bool) -> Int64? {
        let parts = text.split(separator: "T", omittingEmptySubsequences: false)
        guard let date = parts.first, parts.count <= 2,
            let ymd = numbers(date, separator: "-", digits: [4, 2, 2]), (1970...2199).contains(ymd[0]),
            (1...12).contains(ymd[1]), (1...days(inMonth: ymd[1], of: ymd[0])).contains(ymd[2])
        else { return nil }
        var seconds = days(from: ymd[0], ymd[1], ymd[2]) * 86_400
        var endSeconds: Int64 = 86_400
        if parts.count == 2 {
            guard parts[1].hasSuffix("Z"),
                let hms = numbers(parts[1].dropLast(), separator: ":", digits: [2, 2, 2]), hms[0] < 24,
                hms[1] < 60, hms[2] < 60
            else { return nil }
            seconds += hms[0] * 3_600 + hms[1] * 60 + hms[2]
            endSeconds = 1
        }
        return isEnd ? (seconds + endSeconds) * 1_000_000_000 - 1 : seconds * 1_000_000_000
    }

    private static func numbers(_ text: Substring, separator: Character, digits: [Int]) -> [Int64]? {
        let parts = text.split(separator: separator, omittingEmptySubsequences: false)
        guard parts.map(\.count) == digits, parts.allSatisfy({ $0.allSatisfy(\.isASCII) }) else { return nil }
        let values = parts.compactMap { part in part.allSatisfy(\.isNumber) ? Int64(part) : nil }
        return values.count == digits.count ? values : nil
    }

    private static func isLeap(_ year: Int64) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    private static func days(inMonth month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func days(from year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        var days = day - 1
        for earlier in 1970..<year { days += isLeap(earlier) ? 366 : 365 }
        for earlier in 1..<month { days += self.days(inMonth: earlier, of: year) }
        return days
    }
}
