// Every state in which a journal can be found, and what is done about it: one table, one test a row.
//
// A scan goes from the first record of the first segment to the last. At every step it asks what stands
// where the next batch or record belongs, and, when that is not simply the next one, what stands behind it.
// The second question separates a torn write from damage: a batch is written only after the sync of the one
// before it returned, and says so (`durable through`). So whatever is unreadable was acknowledged if, and as
// far as one can know only if, something written later is found.

/// What stands where the next batch or record belongs; the raw values are the words of error messages.
public enum RecoveryPlace: String, CaseIterable, Hashable, Sendable {
    /// What belongs there: right place, CRC good, expected sequence.
    case expected = "the next record"
    /// CRC good, but a sequence that was read before.
    case repeated = "a sequence that was read before"
    /// CRC good, but a sequence further on.
    case ahead = "a later sequence"
    /// CRC good, but it says that it belongs elsewhere in the file.
    case misplaced = "a block of another place"
    /// Every CRC good, but the chain does not contain these bytes.
    case unchained = "records that the chain does not contain"
    /// CRC good, with a flag that this version does not know.
    case unknown = "a flag of a newer version"
    /// Zeros, or the segment's end, where a batch may begin.
    case free = "nothing"
    /// Zeros where the batch's header promises a record.
    case absent = "no record"
    /// A length that cannot be.
    case lengthInsane = "an impossible length"
    /// The CRC does not fit the bytes.
    case checksumWrong = "a wrong CRC"
}

/// What stands behind that place.
public enum RecoveryAftermath: CaseIterable, Hashable, Sendable {
    /// Not looked at, because the answer cannot matter.
    case notAsked
    /// Zeros to the end of the last segment.
    case nothing
    /// Another segment.
    case resumes
    /// Bytes, but none that shows that the expected sequence was ever durable.
    case unproven
    /// A readable batch, record or segment that was written after the expected sequence was durable.
    case proven
    /// A readable batch that says that it belongs elsewhere in the file.
    case misplaced
    /// More unreadable bytes than one batch can leave: at least one of them was acknowledged.
    case beyondOneBatch
}

/// What to do.
public enum RecoveryVerdict: Hashable, Sendable {
    /// Take the record or batch and go on behind it.
    case take
    /// Go on with the next segment.
    case goOn
    /// The journal ends here.
    case end
    /// The journal ends here; what stands behind is set aside and zeroed.
    case cut
    /// Do not start: a person has to look.
    case refuse
}

/// One row of the table.
public struct RecoveryCase: Sendable {
    /// The row's permanent name, in errors, reports and tests.
    public enum Label: String, CaseIterable, Hashable, Sendable {
        case next = "next in order"
        case repeatedSequence = "sequence repeated"
        case missingSequence = "records missing"
        case misplacedBlock = "block belongs elsewhere"
        case unknownFlag = "unknown flag"
        case cleanEnd = "clean end"
        case segmentEnd = "end of segment"
        case brokenChain = "chain does not continue"
        case lostBatch = "acknowledged batch missing"
        case lostRecord = "acknowledged record unreadable"
        case strayBlock = "misdirected block behind the end"
        case torn = "torn batch"
        case strayBytes = "bytes behind the end"
        case wreck = "more than one batch unreadable"
        // Decided before a segment is scanned.
        case headerUnreadable = "segment header unreadable"
        case headerMisfit = "segment header does not fit the file"
        case foreignSegment = "segment of another journal"
        case missingSegment = "segment missing"
        case repeatedSegment = "segment overlaps the one before"
        case declaredGap = "declared gap"
        // Decided when everything was read.
        case snapshotAhead = "snapshot newer than the journal"
    }

    public let label: Label
    public let places: Set<RecoveryPlace>
    public let aftermaths: Set<RecoveryAftermath>
    public let verdict: RecoveryVerdict

    init(
        _ label: Label, _ places: Set<RecoveryPlace>, _ aftermaths: Set<RecoveryAftermath>,
        _ verdict: RecoveryVerdict
    ) {
        self.label = label
        self.places = places
        self.aftermaths = aftermaths
        self.verdict = verdict
    }
}

/// The table. Every combination of place and aftermath stands in exactly one row; a test proves it.
public enum RecoveryTable {
    private static let unreadable: Set<RecoveryPlace> = [.absent, .lengthInsane, .checksumWrong]
    private static let any = Set(RecoveryAftermath.allCases)

    /// The rows, in the order of `Docs/journal-format.md`.
    public static let rows: [RecoveryCase] = [
        // A good batch or record needs no second look.
        RecoveryCase(.next, [.expected], any, .take),
        RecoveryCase(.repeatedSequence, [.repeated], any, .refuse),
        RecoveryCase(.missingSequence, [.ahead], any, .refuse),
        RecoveryCase(.misplacedBlock, [.misplaced], any, .refuse),
        RecoveryCase(.unknownFlag, [.unknown], any, .refuse),
        // Damage does not mend CRCs: somebody changed or replaced records.
        RecoveryCase(.brokenChain, [.unchained], any, .refuse),
        // Nothing where a batch may begin.
        RecoveryCase(.cleanEnd, [.free], [.nothing, .notAsked], .end),
        RecoveryCase(.segmentEnd, [.free], [.resumes], .goOn),
        RecoveryCase(.lostBatch, [.free], [.proven], .refuse),
        // The first block of a torn batch did not reach the disk and later ones did; or bytes strayed there.
        RecoveryCase(.strayBytes, [.free], [.unproven, .beyondOneBatch], .cut),
        // A batch whose records do not all read.
        RecoveryCase(.torn, unreadable, [.nothing, .notAsked, .unproven], .cut),
        RecoveryCase(.lostRecord, unreadable, [.proven, .resumes], .refuse),
        RecoveryCase(.wreck, unreadable, [.beyondOneBatch], .refuse),
        RecoveryCase(.strayBlock, unreadable.union([.free]), [.misplaced], .refuse),
    ]

    /// The row for a state.
    public static func row(_ place: RecoveryPlace, _ aftermath: RecoveryAftermath) -> RecoveryCase {
        let row = rows.first { $0.places.contains(place) && $0.aftermaths.contains(aftermath) }
        precondition(row != nil, "every state stands in the table")
        // The table is total; were it not, refusing is the answer that loses nothing.
        return row ?? RecoveryCase(.lostRecord, [place], [aftermath], .refuse)
    }
}
