// Every limit of the unit protocol with its reason, in one place. `Docs/unit-protocol.md` repeats them for
// vendors; times are here too, because both ends derive their deadlines from them.

internal import AlertModel

/// The limits of protocol version 1.
public enum Limits {
    /// Body bytes of a frame: a 16 KiB session description with its fields, rounded up to whole cache lines.
    public static let bodyBytesMax = 16_640
    /// Bytes of a whole frame, header included; a buffer of this size holds any frame.
    public static let frameBytesMax = FrameHeader.bytes + bodyBytesMax
    /// Bytes of a whole press frame: with the TLS record and TCP/IP headers around it, still one datagram of a
    /// narrow-band radio link.
    public static let pressFrameBytesMax = 140
    /// Bytes of the session description (SDP) of an offer or answer: browsers make 2 to 8 KiB.
    public static let sdpBytesMax = 16_384
    /// Bytes of one ICE candidate line; RFC 8839 candidates are under 200.
    public static let candidateBytesMax = 1_024
    /// Bytes of a media identification (`mid`); browsers use one digit.
    public static let mediaIDBytesMax = 64
    /// Bytes of the text of an UNABLE: one line of a log.
    public static let unableTextBytesMax = 200
    /// Bytes of a resume token: a 256-bit value.
    public static let resumeTokenBytesMax = 32
    /// Bytes of a question, of a typed reply and of a spoken announcement: what a small display shows at once,
    /// in Cyrillic 250 letters.
    public static let dialogueTextBytesMax = CommandAction.textBytesMax
    /// Bytes of a language tag; RFC 5646, 4.4.1 recommends room for 35.
    public static let languageBytesMax = CommandAction.languageBytesMax
    /// Bytes of the host name in a redirect or a move (RFC 1035, 2.3.4, written as text).
    public static let hostBytesMax = CommandAction.hostBytesMax
    /// Bytes of a configuration key.
    public static let configurationKeyBytesMax = CommandAction.keyBytesMax
    /// Bytes of a configuration value.
    public static let configurationValueBytesMax = CommandAction.valueBytesMax
    /// Bytes of the detail text of a command's result.
    public static let resultDetailBytesMax = 1_000

    /// Seconds from the end of the TLS handshake until the hello must be complete: a slow radio link needs
    /// three, and a peer that says nothing must not hold a connection.
    public static let helloSecondsMax = 10
    /// Seconds from the first byte of a frame until its last.
    public static let frameSecondsMax = 10
    /// Seconds after which a unit sends an unanswered press again.
    public static let storedSecondsMax = 2
    /// Seconds that a unit's clock may be ahead of the gateway's (SIA DC-09's window).
    public static let clockAheadSecondsMax = 20
    /// Seconds that a unit's clock may be behind the gateway's (SIA DC-09's window).
    public static let clockBehindSecondsMax = 40
}
