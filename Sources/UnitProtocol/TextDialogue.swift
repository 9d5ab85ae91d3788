// Questions on the unit's display and the caller's answers, for people who cannot hear or speak.

public import AlertModel

/// The number of a question on one unit.
public struct QuestionID: Hashable, Sendable {
    /// The number on the wire.
    public let value: UInt32
    /// - Parameter value: chosen by the gateway.
    public init(_ value: UInt32) { self.value = value }
}

/// Replies that a question offers.
public struct AllowedReplies: OptionSet, Hashable, Sendable {
    /// The bits as they stand on the wire.
    public let rawValue: UInt16

    /// - Parameter rawValue: the bits; unknown ones are kept and not offered. None: the text is only shown.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// A key for yes.
    public static let yes = AllowedReplies(rawValue: 1 << 0)
    /// A key for no.
    public static let no = AllowedReplies(rawValue: 1 << 1)
    /// A key for "I do not understand".
    public static let unsure = AllowedReplies(rawValue: 1 << 2)
    /// A keyboard.
    public static let text = AllowedReplies(rawValue: 1 << 3)
}

/// TEXT, gateway to unit. A later one takes the place of an earlier one on the display.
///
/// ```
///  0        1        2        3
/// ┌───────────────────────────────────┐
/// │ question id                       │
/// ├───────────────────────────────────┤
/// │ alert, 0 for none                 │
/// │                                   │
/// ├─────────────────┬────────┬────────┤
/// │ allowed replies │ length │language…   1 to 35 bytes
/// ├─────────────────┼────────┴────────┤
/// │ length          │ text            …   1 to 500 bytes
/// └─────────────────┴─────────────────┘
/// ```
public struct TextQuestion: Hashable, Sendable {
    /// Echoed in the reply.
    public let id: QuestionID
    /// The alert it belongs to.
    public let alert: AlertID?
    /// What the caller may answer.
    public let allowed: AllowedReplies
    /// Of the text; a tag of RFC 5646 such as `kk`, `ru`, `en`.
    public let language: String
    /// 1 to ``Limits/dialogueTextBytesMax`` bytes of UTF-8.
    public let text: String

    /// - Parameters:
    ///   - language: one that is not a tag cannot be encoded.
    ///   - text: one that is empty or too long cannot be encoded.
    public init(id: QuestionID, alert: AlertID?, allowed: AllowedReplies, language: String, text: String) {
        self.id = id
        self.alert = alert
        self.allowed = allowed
        self.language = language
        self.text = text
    }
}

extension TextQuestion: FrameBody {
    init(from reader: inout FrameReader) throws(FrameError) {
        id = QuestionID(try reader.read())
        let number = try reader.read(UInt64.self)
        alert = number == 0 ? nil : AlertID(number)
        allowed = AllowedReplies(rawValue: try reader.read())
        language = try reader.readText(.language)
        text = try reader.readText(.question)
    }

    func encode(to writer: inout FrameWriter) {
        writer.write(id.value)
        writer.write(alert?.value ?? 0)
        writer.write(allowed.rawValue)
        writer.write(language, .language)
        writer.write(text, .question)
    }
}

/// TEXT REPLY, unit to gateway.
///
/// ```
///  0        1        2        3        4        5        6        7
/// ┌───────────────────────────────────┬────────┬─────────────────┬────────┐
/// │ question id                       │ reply  │ length          │ text   …   0 to 500 bytes
/// └───────────────────────────────────┴────────┴─────────────────┴────────┘
/// ```
public struct TextReply: Hashable, Sendable {
    /// What the caller did.
    public enum Reply: UInt8, CaseIterable, Hashable, Sendable {
        /// Pressed the key for yes.
        case yes = 1
        /// Pressed the key for no.
        case no = 2
        /// Pressed the key for "I do not understand".
        case unsure = 3
        /// Wrote ``TextReply/text``.
        case text = 4
        /// Did nothing for a minute, or another question took its place.
        case none = 5
        /// The text is on the display; a later reply may follow.
        case shown = 6
    }

    /// As the question said it.
    public let question: QuestionID
    /// What the caller did.
    public let reply: Reply
    /// Empty unless the caller wrote; at most ``Limits/dialogueTextBytesMax`` bytes of UTF-8.
    public let text: String

    /// - Parameter text: one that is too long cannot be encoded.
    public init(question: QuestionID, reply: Reply, text: String = "") {
        self.question = question
        self.reply = reply
        self.text = text
    }
}

extension TextReply: FrameBody {
    init(from reader: inout FrameReader) throws(FrameError) {
        question = QuestionID(try reader.read())
        reply = try reader.readListed()
        text = try reader.readText(.dialogue)
    }

    func encode(to writer: inout FrameWriter) {
        writer.write(question.value)
        writer.write(reply.rawValue)
        writer.write(text, .dialogue)
    }
}
