// JSON in: one object of texts. A key that nobody reads is an error, for it means that the caller believes
// something untrue.

import Foundation
import NIOCore

/// The texts of a request's body.
struct StrictBody: Hashable, Sendable {
    private let texts: [String: String]

    /// Reads an object whose keys are among `keys`; an empty body counts as `{}`.
    ///
    /// - Throws: `bad_body` with the key that is unknown or not a text, or with where the JSON breaks.
    init(_ buffer: ByteBuffer, keys: [String]) throws(Problem) {
        if buffer.readableBytes == 0 {
            texts = [:]
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
        if let unknown = (decoded.texts.keys + decoded.notTexts).filter({ !keys.contains($0) }).min() {
            let known =
                keys.isEmpty ? "This path takes none: send {}." : "Known keys: \(keys.joined(separator: ", "))."
            throw .badBody("Unknown key '\(unknown.prefix(64))'. \(known)")
        }
        if let wrong = decoded.notTexts.min() { throw .badBody("'\(wrong.prefix(64))' must be a text.") }
        texts = decoded.texts
    }

    /// The text of a key; nil when the caller left it out.
    func text(_ key: String) -> String? { texts[key] }

    /// The text of a key that must be there.
    ///
    /// - Throws: `bad_body` naming the key.
    func required(_ key: String) throws(Problem) -> String {
        guard let text = texts[key] else { throw .badBody("'\(key)' is missing.") }
        return text
    }
}

/// Any object; what is a text and what is not.
private struct Texts: Decodable {
    var texts: [String: String] = [:]
    var notTexts: [String] = []

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
            } else {
                notTexts.append(key.stringValue)
            }
        }
    }
}
