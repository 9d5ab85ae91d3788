// Names of the files in a journal's directory.

internal import AlertModel

/// Names, and back.
enum FileNames {
    /// A segment being filled with zeros; worthless after a crash.
    static let sparePreparing = "spare.preparing"
    /// A segment of zeros, durable; only its first block may hold anything.
    static let spareReady = "spare.ready"
    /// A segment made on the journal's own thread; worthless after a crash.
    static let inlinePreparing = "inline.preparing"

    /// Cut bytes being set aside; worthless after a crash.
    static let cutPreparing = "cut.preparing"
    /// What a crash can leave half made.
    static let preparing = [sparePreparing, inlinePreparing, cutPreparing]

    private static let prefix = "journal-"
    private static let suffix = ".segment"
    private static let digits = 20

    /// `journal-00000000000000000001.segment`: twenty digits hold every sequence and sort as it does.
    static func segment(_ first: JournalSequence) -> String { prefix + padded(first.value) + suffix }

    /// `cut-<first sequence of the segment>-<offset>.bytes`: what a recovery cut from a segment.
    static func cut(of segment: JournalSequence, at offset: Int) -> String {
        "cut-\(padded(segment.value))-\(offset).bytes"
    }

    /// Whether a name claims to be a segment's.
    static func isSegment(_ name: String) -> Bool { name.hasSuffix(suffix) }

    /// The sequence in a segment's name; nil when the name is not exactly what ``segment(_:)`` gives.
    static func first(of name: String) -> JournalSequence? {
        guard name.hasPrefix(prefix), name.hasSuffix(suffix),
            let value = UInt64(name.dropFirst(prefix.count).dropLast(suffix.count))
        else { return nil }
        let sequence = JournalSequence(value)
        return segment(sequence) == name ? sequence : nil
    }

    private static func padded(_ value: UInt64) -> String {
        let text = String(value)
        return String(repeating: "0", count: digits - text.count) + text
    }
}
