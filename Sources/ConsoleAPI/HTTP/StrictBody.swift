// JSON in: one object of texts. A key that nobody reads is an error, for it means that the caller believes
// something untrue.

import Foundation
import NIOCore

/// The texts of a request's body, and its whole numbers where a path takes one.
struct StrictBody: Hashable, Sendable {
    private let texts: [String: String]
    private let numbers: [String: Int]
    private let lists: [String: [String]]

    /// Reads an object whose keys are among `keys`, texts, `numbers`, whole numbers, and `lists`, lists of texts; an empty
    /// body counts as `{}`.
    ///
    /// - Throws: `bad_body` with the key that is unknown or of the wrong kind, or with where the JSON breaks.
    init(
        _ buffer: ByteBuffer, keys: [String], numbers numberKeys: [String] = [], lists listKeys: [String] = []
    ) throws(Problem) {
        if buffer.readableBytes == 0 {
            texts = [:]
            numbers = [:]
            lists = [:]
            return
        }
        let decoded: Texts
        do {
            decoded = try JSONDecoder().decode(Texts.self, from: Data(buffer.readableBytesView))
        } catch DecodingError.typeMismatch, DecodingError.valueNotFound {
            throw .badBody("The body must be one JSON object, such as {}.")
        } catch {
            throw .badBody("The body is not JSON (RFC 8259): check quotes, commas and the encoding, UTF-8.")
        }
        let all = keys + numberKeys + listKeys
        let given =
            Array(decoded.texts.keys) + Array(decoded.numbers.keys) + Array(decoded.lists.keys) + decoded.others
        if let unknown = given.filter({ !all.contains($0) }).min() {
            let known =
                all.isEmpty ? "This path takes none: send {}." : "Known keys: \(all.joined(separator: ", "))."
            throw .badBody("Unknown key '\(unknown.prefix(64))'. \(known)")
        }
        if let wrong = given.filter({ keys.contains($0) && decoded.texts[$0] == nil }).min() {
            throw .badBody("'\(wrong.prefix(64))' must be a text.")
        }
        if let wrong = given.filter({ numberKeys.contains($0) && decoded.numbers[$0] == nil }).min() {
            throw .badBody("'\(wrong.prefix(64))' must be a whole number.")
        }
        if let wrong = given.filter({ listKeys.contains($0) && decoded.lists[$0] == nil }).min() {
            throw .badBody("'\(wrong.prefix(64))' must be a list of texts.")
        }
        texts = decoded.texts
        numbers = decoded.numbers
        lists = decoded.lists
    }

    /// The text of a key; nil when the caller left it out.
    func text(_ key: String) -> String? { texts[key] }

    /// The whole number of a key; nil when the caller left it out.
    func number(_ key: String) -> Int? { numbers[key] }

    /// The texts of a key; nil when the caller left it out.
    func list(_ key: String) -> [String]? { lists[key] }

    /// The text of a key that must be there.
    ///
    /// - Throws: `bad_body` naming the key.
    func required(_ key: String) throws(Problem) -> String {
        guard let text = texts[key] else { throw .badBody("'\(key)' is missing.") }
        return text
    }
}

/// Any object; what is a text, what a whole number, what a list of texts and what nothing of these.
private struct Texts: Decodable {
    var texts: [String: String] = [:]
    var numbers: [String: Int] = [:]
    var lists: [String: [String]] = [:]
    var others: [String] = []

    struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        for key in container.allKeys {
            if let text = try? container.decode(String.self, forKey: key) {
                texts[key.stringValue] = text
            } else if let number = try? container.decode(Int.self, forKey: key) {
                numbers[key.stringValue] = number
            } else if let list = try? container.decode([String].self, forKey: key) {
                lists[key.stringValue] = list
            } else {
                others.append(key.stringValue)
            }
        }
    }
}
