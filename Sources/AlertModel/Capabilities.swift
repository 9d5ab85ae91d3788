// What a unit can do. Bit numbers are permanent: they stand on the wire and in the journal.

/// A set of abilities, 32 bits on the wire, bit 0 the least significant.
///
/// The unit says what it can do in HELLO, the gateway grants a subset in WELCOME: what it will use on this
/// connection. Bits that are not listed here are kept and never granted.
public struct Capabilities: OptionSet, Hashable, Sendable {
    /// The bits as they stand on the wire.
    public let rawValue: UInt32

    /// - Parameter rawValue: the bits; unknown ones are kept.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Two-way audio sessions.
    public static let audio = Capabilities(rawValue: 1 << 0)
    /// Video from the unit in sessions.
    public static let video = Capabilities(rawValue: 1 << 1)
    /// Command siren.
    public static let siren = Capabilities(rawValue: 1 << 2)
    /// Command beacon.
    public static let beacon = Capabilities(rawValue: 1 << 3)
    /// Command announce with a recorded message.
    public static let announceRecorded = Capabilities(rawValue: 1 << 4)
    /// Command announce with a text that the unit speaks or shows.
    public static let announceText = Capabilities(rawValue: 1 << 5)
    /// Command volume.
    public static let volume = Capabilities(rawValue: 1 << 6)
    /// Command camera preset.
    public static let cameraPreset = Capabilities(rawValue: 1 << 7)
    /// Command self-test.
    public static let selfTest = Capabilities(rawValue: 1 << 8)
    /// Command send data.
    public static let sendData = Capabilities(rawValue: 1 << 9)
    /// Command restart.
    public static let restart = Capabilities(rawValue: 1 << 10)
    /// Command configure.
    public static let configure = Capabilities(rawValue: 1 << 11)
    /// Command move, and redirect to another host.
    public static let move = Capabilities(rawValue: 1 << 12)
    /// A display and keys for text dialogue.
    public static let textDialogue = Capabilities(rawValue: 1 << 13)
    /// A position receiver.
    public static let positioning = Capabilities(rawValue: 1 << 14)
    /// Lamps, pictograms or voice for the stages of an alert.
    public static let stageDisplay = Capabilities(rawValue: 1 << 15)

    /// Every bit that version 1.0 gives a meaning.
    public static let known = Capabilities(rawValue: 0xFFFF)
}
