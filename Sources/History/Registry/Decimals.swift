// Decimal numbers and days as texts, without floating point: what stands in the file is what is kept.

/// Decimal texts as integers of their smallest part, and back.
enum Decimals {
    /// Parses an optional sign, digits, and optionally a point or comma and digits.
    ///
    /// - Parameters:
    ///   - decimals: digits behind the point that are kept, at most 9.
    ///   - rounds: whether further digits are rounded away (half away from zero) or refused.
    /// - Throws: ``CellError``.
    static func parse(_ text: String, decimals: Int, rounds: Bool) throws(CellError) -> Int64 {
        let isNegative = text.hasPrefix("-") || text.hasPrefix("\u{2212}")
        let digits = isNegative || text.hasPrefix("+") ? text.dropFirst() : text[...]
        // Russian and Kazakh spreadsheets write a comma.
        let parts = digits.replacing(",", with: ".").split(
            separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, parts.allSatisfy({ isDigits($0) }) else {
            throw CellError("is not a number", hint: "write digits with one point, such as 51.1283")
        }
        let fraction = parts.count == 2 ? parts[1] : ""
        guard whole.utf8.count <= 9 else { throw CellError("is outside the range") }
        let kept = fraction.prefix(decimals)
        let rest = fraction.dropFirst(decimals)
        if !rounds, rest.contains(where: { $0 != "0" }) {
            throw CellError("has more than \(decimals) digits behind the point")
        }
        // At most 18 digits: below 10¹⁸, inside Int64.
        let padded = whole + kept + String(repeating: "0", count: decimals - kept.utf8.count)
        guard var magnitude = Int64(padded) else { throw CellError("is not a number") }
        if let next = rest.utf8.first, next >= UInt8(ascii: "5") { magnitude += 1 }
        return isNegative ? -magnitude : magnitude
    }

    /// Degrees × 10⁷; further digits (a centimetre and less) are rounded away.
    ///
    /// - Throws: ``CellError``.
    static func degrees(_ text: String, limit: Int64) throws(CellError) -> Int64 {
        if text.contains("°") || text.contains("'") || text.contains("′") {
            throw CellError(
                "is in degrees and minutes",
                hint: "write decimal degrees: degrees + minutes/60 + seconds/3600, such as 51.1283")
        }
        let value = try parse(text, decimals: 7, rounds: true)
        guard abs(value) <= limit * 10_000_000 else {
            throw CellError(
                "is outside the range", hint: limit == 90 ? "are latitude and longitude swapped?" : "")
        }
        return value
    }

    /// The shortest decimal text of a number of smallest parts.
    static func text(_ value: Int64, decimals: Int) -> String {
        let digits = String(value.magnitude)
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.utf8.count)) + digits
        var fraction = padded.suffix(decimals)
        while fraction.last == "0" { fraction.removeLast() }
        let whole = padded.dropLast(decimals)
        return (value < 0 ? "-" : "") + whole + (fraction.isEmpty ? "" : ".\(fraction)")
    }

    private static func isDigits(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}

/// Days of the Gregorian calendar as `YYYY-MM-DD`, whose text order is the order of time.
enum CalendarDay {
    /// Units have no history before, and a longer future is a misspelt year.
    private static let years = 1_990...2_100

    /// Takes `2026-03-31` and the `31.03.2026` of Russian and Kazakh spreadsheets.
    ///
    /// - Throws: ``CellError``.
    static func canonical(_ text: String) throws(CellError) -> String {
        // A spreadsheet may add midnight.
        let day =
            text.hasSuffix(" 00:00:00") || text.hasSuffix(" 0:00:00") ? text.split(separator: " ")[0] : text[...]
        let isRussian = day.contains(".")
        let parts = day.split(separator: isRussian ? "." : "-", omittingEmptySubsequences: false)
        let lengths = isRussian ? [2, 2, 4] : [4, 2, 2]
        let numbers = parts.compactMap { part in
            part.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(part) : nil
        }
        guard numbers.count == 3, parts.map(\.utf8.count) == lengths else {
            if day.contains("/") {
                throw CellError(
                    "may mean two days, by the order of day and month", hint: "write it as 2026-03-31")
            }
            throw CellError("is not a day")
        }
        let (year, month, date) =
            isRussian ? (numbers[2], numbers[1], numbers[0]) : (numbers[0], numbers[1], numbers[2])
        guard years.contains(year), (1...12).contains(month), date >= 1, date <= length(month, of: year) else {
            throw CellError("is not a day of the calendar between \(years.lowerBound) and \(years.upperBound)")
        }
        return isRussian ? "\(parts[2])-\(parts[1])-\(parts[0])" : String(day)
    }

    private static func length(_ month: Int, of year: Int) -> Int {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }
}
