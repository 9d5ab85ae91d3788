// Times as people and programs read them: RFC 3339 in UTC with milliseconds and the numeric zone that
// CAP 1.2 asks for.

import AlertModel

extension WallTime {
    /// Such as `2026-11-21T09:30:00.125+00:00`; milliseconds are cut, not rounded.
    ///
    /// Years 1970 to 2262, which is what the type holds forwards; earlier times read as 1970.
    var text: String {
        let milliseconds = self.milliseconds
        let seconds = milliseconds / 1_000
        let (year, month, day) = Self.date(ofDay: seconds / 86_400)
        let secondOfDay = seconds % 86_400
        return Self.padded(year, 4) + "-" + Self.padded(month, 2) + "-" + Self.padded(day, 2) + "T"
            + Self.padded(secondOfDay / 3_600, 2) + ":" + Self.padded(secondOfDay / 60 % 60, 2) + ":"
            + Self.padded(secondOfDay % 60, 2) + "." + Self.padded(milliseconds % 1_000, 3) + "+00:00"
    }

    /// The Gregorian date `days` after 1970-01-01, by counting from March in eras of 400 years
    /// (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    private static func date(ofDay days: UInt64) -> (year: UInt64, month: UInt64, day: UInt64) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
    }

    private static func padded(_ number: UInt64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension WallTime {
    /// This time and `duration` more, held at the ends of the range.
    func advanced(by duration: Duration) -> WallTime {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(duration.wholeNanoseconds)
        return WallTime(nanoseconds: overflow ? .max : sum)
    }
}

extension Duration {
    /// Nanoseconds, held inside 64 bits; never negative.
    var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, sumOverflow) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflow || sumOverflow ? .max : sum
    }
}
