// Coordinates without floating point: what stands in the file is what stands in the record.

/// Decimal degrees as integers of degrees × 10⁷.
enum Degrees {
    /// Decimals of a degree that are kept: 10⁻⁷ degrees are at most 1.1 cm.
    static let decimalsMax = 7

    /// Parses an optional sign, digits, and optionally a point and 1 to 7 digits.
    ///
    /// - Parameters:
    ///   - text: such as `51.1282` or `-0.5`; no blanks, no exponent.
    ///   - limit: the largest whole degree, 90 or 180.
    /// - Throws: ``ValueError`` when it is not a number or outside the range.
    static func parse(_ text: String, limit: Int32) throws(ValueError) -> Int32 {
        let digits = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
        let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let whole = parts.first
        else { throw ValueError("is not a number of degrees") }
        let fraction = parts.count == 2 ? parts[1] : ""
        guard fraction.utf8.count <= decimalsMax else {
            throw ValueError("has \(fraction.utf8.count) decimals")
        }
        // At most three digits before and seven behind the point: below 10¹⁰, far from overflow.
        let padded = String(whole) + fraction + String(repeating: "0", count: decimalsMax - fraction.utf8.count)
        guard whole.utf8.count <= 3, let magnitude = Int64(padded), magnitude <= Int64(limit) * 10_000_000 else {
            throw ValueError("is outside the range")
        }
        return Int32(text.hasPrefix("-") ? -magnitude : magnitude)
    }
}
