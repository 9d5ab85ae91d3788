// How texts of both files become values; each says why a text is none.

internal import AlertModel

/// Parsers shared by the configuration and the registry.
enum Values {
    /// An identifier.
    static func id<Tag>(_ text: String) throws(ValueError) -> ShortID<Tag> {
        do {
            return try ShortID<Tag>(text)
        } catch {
            switch error {
            case .empty: throw ValueError("is empty")
            case .tooLong(let bytes): throw ValueError("has \(bytes) bytes")
            case .badByte(let byte, let offset):
                let character =
                    byte < 0x80 ? Character(UnicodeScalar(byte)).debugDescription : "a letter outside ASCII"
                throw ValueError("has \(character) at its byte \(offset + 1)")
            }
        }
    }

    /// A whole number of decimal digits inside `range`.
    static func number(_ text: String, in range: ClosedRange<Int>) throws(ValueError) -> Int {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw ValueError("is not a whole number")
        }
        guard let number = Int(text), range.contains(number) else { throw ValueError("is outside the range") }
        return number
    }

    /// A reporting time of EN 50136-1 in seconds.
    static func reportingTimeS(_ text: String) throws(ValueError) -> UInt16 {
        guard let seconds = UInt16(text), [20, 90, 180].contains(seconds) else {
            throw ValueError("is not a reporting time in seconds")
        }
        return seconds
    }

    /// The times of a centre's three steps, in seconds.
    static func escalationS(
        _ text: String
    ) throws(ValueError) -> (first: UInt16, second: UInt16, third: UInt16) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw ValueError("is not three numbers with / between them") }
        let first = try number(String(parts[0]), in: 1...3_600)
        let second = try number(String(parts[1]), in: 1...3_600)
        let third = try number(String(parts[2]), in: 1...3_600)
        guard first < second, second < third else { throw ValueError("does not rise") }
        return (UInt16(first), UInt16(second), UInt16(third))
    }

    /// With which priority a press begins.
    static func pressPriority(_ text: String) throws(ValueError) -> Priority {
        guard let priority = Priority.allCases.first(where: { $0 != .test && "\($0)" == text }) else {
            throw ValueError("is no priority of a press")
        }
        return priority
    }

    /// One line for people.
    static func line(_ text: String) throws(ValueError) -> String {
        guard text.utf8.count <= CentreRecord.nameBytesMax else {
            throw ValueError("has \(text.utf8.count) bytes")
        }
        let isPrintable = text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        guard isPrintable else { throw ValueError("has control characters") }
        guard text.contains(where: { !$0.isWhitespace }) else { throw ValueError("is blank") }
        return text
    }

    /// `host:port`.
    static func address(_ text: String) throws(ValueError) -> ListenAddress {
        guard let address = ListenAddress(text) else { throw ValueError("is not host:port") }
        return address
    }

    /// A path; a relative one is taken from `directory`, that of the file it stands in.
    static func path(_ text: String, from directory: String) throws(ValueError) -> String {
        guard !text.utf8.contains(0) else { throw ValueError("is not a path") }
        if text.hasPrefix("/") || directory.isEmpty { return text }
        return directory.hasSuffix("/") ? directory + text : "\(directory)/\(text)"
    }

    /// The directory part of a path, empty for a bare name.
    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
