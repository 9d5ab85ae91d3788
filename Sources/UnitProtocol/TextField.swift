// Every text on the wire with its bounds, once for reading and writing: a length of one byte, or two where the
// text may have more than 255 bytes, then that many bytes of UTF-8 without an end mark.

/// One kind of text field.
struct TextField {
    /// Which characters the text may have.
    enum Alphabet {
        /// Any valid UTF-8.
        case any
        /// Letters, digits, `-`, `.` and `:`: a host name or an address.
        case host
        /// Letters, digits and `-`: a language tag (RFC 5646).
        case language
    }

    /// Bytes allowed.
    let bytes: ClosedRange<Int>
    /// Characters allowed.
    var alphabet = Alphabet.any

    /// Whether the length takes two bytes.
    var hasWideLength: Bool { bytes.upperBound > 255 }

    /// Whether every byte is of the alphabet; `text` is valid UTF-8.
    func allows(_ text: UnsafeRawBufferPointer) -> Bool {
        switch alphabet {
        case .any: true
        case .host: text.allSatisfy { Self.isLetterOrDigit($0) || $0 == 0x2D || $0 == 0x2E || $0 == 0x3A }
        case .language: text.allSatisfy { Self.isLetterOrDigit($0) || $0 == 0x2D }
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }
}

extension TextField {
    /// The session description of an offer or answer.
    static let sdp = TextField(bytes: 1...Limits.sdpBytesMax)
    /// The media identification of a candidate.
    static let mediaID = TextField(bytes: 0...Limits.mediaIDBytesMax)
    /// A candidate line; empty at the end of candidates.
    static let candidate = TextField(bytes: 0...Limits.candidateBytesMax)
    /// The text of an UNABLE.
    static let unable = TextField(bytes: 0...Limits.unableTextBytesMax)
    /// The text of an announcement or reply.
    static let dialogue = TextField(bytes: 0...Limits.dialogueTextBytesMax)
    /// A question.
    static let question = TextField(bytes: 1...Limits.dialogueTextBytesMax)
    /// A language tag.
    static let language = TextField(bytes: 1...Limits.languageBytesMax, alphabet: .language)
    /// Where to connect to.
    static let host = TextField(bytes: 1...Limits.hostBytesMax, alphabet: .host)
    /// The name of a setting.
    static let configurationKey = TextField(bytes: 1...Limits.configurationKeyBytesMax)
    /// The value of a setting.
    static let configurationValue = TextField(bytes: 0...Limits.configurationValueBytesMax)
    /// What a command came to, in words.
    static let resultDetail = TextField(bytes: 0...Limits.resultDetailBytesMax)
}
