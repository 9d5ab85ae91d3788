// What `sosctl journal dump` prints of stored messages, kept for the question whether one is there.

public import AlertModel

/// The stored messages of one boot in a gateway's journal.
public struct JournalMessages: Sendable {
    private struct Key: Hashable {
        let id: MessageID
        let kind: String
    }

    /// The kinds that a dump must have, as its tool names them.
    public static let kinds = ["press", "cancel", "fault_began", "fault_ended"]

    private var known: Set<Key> = []
    private let boot: UInt32

    /// - Parameter boot: of the run; what other boots left is passed over.
    public init(boot: UInt32) { self.boot = boot }

    /// How many were found.
    public var count: Int { known.count }

    /// Takes one line: `SEQUENCE TIME KIND unit=ID boot=N counter=N …`. Other lines are passed over.
    public mutating func take(line: Substring) {
        let words = line.split(separator: " ", maxSplits: 6)
        guard words.count >= 6, Self.kinds.contains(String(words[2])) else { return }
        guard words[3].hasPrefix("unit="), words[4] == "boot=\(boot)", words[5].hasPrefix("counter="),
            let unit = try? UnitID(String(words[3].dropFirst(5))), let counter = UInt32(words[5].dropFirst(8))
        else { return }
        known.insert(Key(id: MessageID(unit: unit, boot: boot, counter: counter), kind: String(words[2])))
    }

    /// Whether the journal has it.
    public func holds(_ id: MessageID, kind: String) -> Bool { known.contains(Key(id: id, kind: kind)) }
}
