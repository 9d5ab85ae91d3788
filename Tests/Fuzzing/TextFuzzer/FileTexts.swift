// Small texts in files and fields: legal holds, followers, names, addresses, hashes.

enum FileTexts {
    /// Every line that says something is a hold, or nothing is believed.
    static func holds(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return }
        if let holds = try? LegalHold.parse(text) {
            let said = bytes.split { $0 == 0x0A || $0 == 0x0D }
                .compactMap { line in line.first { $0 != 0x20 && $0 != 0x09 } }
                .count { $0 != 0x23 }
            demand(holds.count == said, "\(said) lines say something, \(holds.count) holds are kept")
            for hold in holds {
                guard case .sequences(let range) = hold.extent else { continue }
                let again = try? LegalHold.parse("\(range.lowerBound) \(range.upperBound) \(hold.reason)\n")
                demand(again == [hold], "\(hold) changes on its way")
            }
        }
        if let sequence = JournalFollower.sequence(in: text) {
            let words = bytes.split { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
            demand(
                words.count == 1 && UInt64(String(decoding: words[0], as: UTF8.self)) == sequence,
                "two numbers are one")
        }
        guard bytes.count >= 8 else { return }
        // Days by two ways of counting: the console's text of a time and the holds' reading of it.
        let seconds = bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) } % (WallTime.millisecondsMax / 1_000)
        let time = WallTime(clampingMilliseconds: seconds * 1_000)
        let start = UTC.nanoseconds("\(time.text.prefix(19))Z", isEnd: false)
        demand(start == time.nanoseconds, "\(time.text) is read as \(start ?? -1)")
        let day = UTC.nanoseconds(time.text.prefix(10), isEnd: true)
        demand(
            day == time.nanoseconds / 86_400_000_000_000 * 86_400_000_000_000 + 86_399_999_999_999, "\(time.text)")
    }

    /// What was taken is written as it was.
    static func short(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        if let address = ListenAddress(text) {
            demand(ListenAddress(address.description) == address, "\(text) becomes \(address)")
        }
        if let unit = try? UnitID(ascii: bytes) {
            demand(unit.description.utf8.elementsEqual(bytes), "\(text) becomes \(unit)")
            demand(UnitID(high: unit.high, low: unit.low) == unit, "the words of \(text) are refused")
            demand(unit.length == bytes.count, "\(text) has another length")
        }
        if let first = FileNames.first(of: text) { demand(FileNames.segment(first).isSame(as: text), "\(text)") }
        if let cost = ScryptCost(text: text) {
            demand(
                ScryptCost.logNRange.contains(cost.logN) && cost.memoryBytesMax <= 136 << 20,
                "\(text) starves the machine")
        }
        for alphabet in [Base64.Alphabet.standard, .url] {
            if let decoded = Base64.decode(text, alphabet: alphabet) {
                demand(Base64.encode(decoded, alphabet: alphabet).isSame(as: text), "\(text) has two spellings")
            }
            let encoded = Base64.encode(bytes, alphabet: alphabet)
            demand(Base64.decode(encoded, alphabet: alphabet) == bytes, "\(encoded) loses bytes")
        }
        if let sequence = AlertID(text: text) { demand(UInt64(text) == sequence.value, "\(text)") }
        if let times = try? Values.escalationS(text) {
            demand(times.first < times.second && times.second < times.third, text)
        }
        if let number = try? Values.number(text, in: 1...3_600) { demand(Int(text) == number, text) }
        _ = RegistryTable(fileName: text)
        _ = RegistryFormat(fileName: text)
        _ = Spelling.nearest(to: text, among: ["listen", "journal"])
    }
}
