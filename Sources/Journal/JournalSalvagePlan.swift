// What of a damaged journal can stay as it is: the segments before the first one with damage. Snapshots that were taken
// of their records stay valid with them.

public import AlertModel

/// Where a salvaged journal goes on: behind the segments that are taken over unchanged.
public struct SalvageStart: Hashable, Sendable {
    /// The journal it belongs to.
    public let identity: JournalIdentity
    /// The chain up to ``last``.
    public let chain: ChainValue
    /// The last record that the journal, or a snapshot before its first segment, holds already.
    public let last: JournalSequence
    /// When that record was taken; nil when it is not known.
    public let lastWall: WallTime?

    /// A journal that begins anew, with 16 random bytes as its identity; or where a snapshot ends.
    public init(
        identity: JournalIdentity, chain: ChainValue = .zero, last: JournalSequence = .zero,
        lastWall: WallTime? = nil
    ) {
        self.identity = identity
        self.chain = chain
        self.last = last
        self.lastWall = lastWall
    }
}

/// Takes in what a ``JournalReader`` reports and says which segments at the beginning are whole.
public struct JournalSalvagePlan: Sendable {
    /// Names of the segments that are to be copied as they are.
    public private(set) var wholeSegments: [JournalSequence] = []
    /// Records in them.
    public private(set) var wholeRecords = 0
    /// Where they end; nil when there are none.
    public private(set) var end: SalvageStart?
    /// Everything that is wrong, in order.
    public private(set) var findings: [JournalFinding] = []
    /// The first record of a journal whose beginning is not there, because it was archived or lost; else nil.
    public private(set) var laterBeginning: JournalSequence?
    private var open: (name: JournalSequence, records: Int, end: SalvageStart)?
    private var isBroken = false

    public init() {}

    /// Takes in one reading.
    public mutating func take(_ reading: JournalReading) {
        switch reading {
        case .segment(let segment):
            close()
            if let header = segment.header, let chain = segment.chain {
                let before = JournalSequence(header.first.value - 1)
                open = (
                    segment.name, 0,
                    SalvageStart(identity: header.identity, chain: chain, last: before, lastWall: end?.lastWall)
                )
            }
        case .batch(let batch):
            guard let current = open?.end else { return }
            open?.end = SalvageStart(
                identity: current.identity, chain: batch.header.chain, last: batch.last, lastWall: current.lastWall
            )
        case .record(let record, _):
            guard let current = open?.end else { return }
            open?.records += 1
            open?.end = SalvageStart(
                identity: current.identity, chain: current.chain, last: record.sequence,
                lastWall: record.instant.wall)
        case .finding(let finding):
            findings.append(finding)
            if finding.kind == .beginsLater {
                laterBeginning = finding.lostThrough.map { JournalSequence($0.value + 1) }
            } else if finding.gravity > .note {
                isBroken = true
            }
        }
    }

    /// Ends the plan; call it once when the reading has ended.
    public mutating func finish() { close() }

    private mutating func close() {
        defer { open = nil }
        guard !isBroken, let open else { return }
        wholeSegments.append(open.name)
        wholeRecords += open.records
        end = open.end
    }
}
