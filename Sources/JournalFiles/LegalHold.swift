// Legal holds and followers as texts, before any file: what stands in a line, and which line is none.

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
}

/// The line, from 1, that is no hold.
struct LegalHoldTextError: Error, Hashable {
    let line: Int
}

extension LegalHold {
    /// Reads lines that end with a line feed, a carriage return, or both: people write these files on any machine.
    ///
    /// - Throws: ``LegalHoldTextError``; then none of the text may be believed.
    static func parse(_ text: String) throws(LegalHoldTextError) -> [LegalHold] {
        var holds: [LegalHold] = []
        for (number, line) in lines(of: text).enumerated() {
            // By scalars: a line feed behind a carriage return is one character of Swift's, and neither of both.
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).map { Substring($0) }
            guard let first = words.first, first.unicodeScalars.first != "#" else { continue }
            guard words.count >= 3, let hold = LegalHold(words) else {
                throw LegalHoldTextError(line: number + 1)
            }
            holds.append(hold)
        }
        return holds
    }

    private static func lines(of text: String) -> [Substring.UnicodeScalarView] {
        var lines: [Substring.UnicodeScalarView] = []
        let scalars = text.unicodeScalars
        var start = scalars.startIndex
        var index = start
        while index < scalars.endIndex {
            let scalar = scalars[index]
            let end = index
            index = scalars.index(after: index)
            guard scalar == "\n" || scalar == "\r" else { continue }
            if scalar == "\r", index < scalars.endIndex, scalars[index] == "\n" {
                index = scalars.index(after: index)
            }
            lines.append(scalars[start..<end])
            start = index
        }
        lines.append(scalars[start...])
        return lines
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
    /// The number that a follower's file holds: decimal digits, blanks and line ends around them; nil for anything else.
    static func sequence(in text: String) -> UInt64? {
        let blanks: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]
        let bytes = Array(text.utf8)
        guard let first = bytes.firstIndex(where: { !blanks.contains($0) }),
            let last = bytes.lastIndex(where: { !blanks.contains($0) })
        else { return nil }
        let digits = bytes[first...last]
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return UInt64(String(decoding: digits, as: UTF8.self))
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
