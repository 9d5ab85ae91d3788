// Is a journal what was written? What a reader met, weighed: the first thing wrong, how far the records go, and
// whether the chain leads to the values that somebody kept outside.

public import AlertModel

/// The chain's value behind a record, as an earlier verification printed it and somebody kept it elsewhere.
public struct ChainAnchor: Hashable, Sendable, CustomStringConvertible {
    /// The last record of a batch.
    public let sequence: JournalSequence
    /// 64 small hexadecimal digits.
    public let value: String

    /// Parses `SEQUENCE:HEX`; nil for anything else. Large digits are taken as small ones.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let sequence = UInt64(parts[0]), sequence > 0 else { return nil }
        let value = parts[1].lowercased()
        guard value.utf8.count == 2 * ChainValue.bytes, value.allSatisfy({ "0123456789abcdef".contains($0) })
        else {
            return nil
        }
        self.init(sequence: JournalSequence(sequence), value: value)
    }

    init(sequence: JournalSequence, value: String) {
        self.sequence = sequence
        self.value = value
    }

    /// `SEQUENCE:HEX`.
    public var description: String { "\(sequence.value):\(value)" }
}

/// Takes in what a ``JournalReader`` reports and comes to a verdict.
public struct JournalVerification: Sendable {
    /// The verdict, from good on.
    public enum Verdict: Int, Comparable, Sendable {
        case good
        /// The last batch does not read: a write under way, an interrupted one, or damage to the last batch.
        case tornTail
        /// Something is not as it was written.
        case changed

        public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    /// What became of an expected value of the chain.
    public enum AnchorState: Hashable, Sendable {
        /// The chain leads to it.
        case matches
        /// The chain behind that record has another value: something up to it was rewritten.
        case differs(ChainAnchor)
        /// No batch ends with that record.
        case missing
    }

    /// Findings kept; more are only counted.
    public static let findingsMax = 1000

    public private(set) var segments = 0
    public private(set) var fileBytes = 0
    public private(set) var batches = 0
    public private(set) var records = 0
    /// The first and the last record that read.
    public private(set) var first: (sequence: JournalSequence, wall: WallTime)?
    public private(set) var last: (sequence: JournalSequence, wall: WallTime)?
    /// In the journal's order, the first ``findingsMax``.
    public private(set) var findings: [JournalFinding] = []
    /// All of them.
    public private(set) var findingCount = 0
    /// The chain behind the last batch that reads whole.
    public private(set) var anchor: ChainAnchor?
    private var worst = Verdict.good
    private let expected: [ChainAnchor]
    private var met: [JournalSequence: ChainAnchor] = [:]

    /// - Parameter expected: values from outside, in any order.
    public init(expected: [ChainAnchor] = []) { self.expected = expected }

    /// Takes in one reading.
    public mutating func take(_ reading: JournalReading) {
        switch reading {
        case .segment(let segment):
            segments += 1
            fileBytes += segment.bytes
        case .record(let record, _):
            records += 1
            first = first ?? (record.sequence, record.instant.wall)
            last = (record.sequence, record.instant.wall)
        case .batch(let batch):
            batches += 1
            guard batch.isWhole else { return }
            let reached = ChainAnchor(sequence: batch.last, value: batch.header.chain.description)
            anchor = reached
            if expected.contains(where: { $0.sequence == batch.last }) { met[batch.last] = reached }
        case .finding(let finding):
            findingCount += 1
            if findings.count < Self.findingsMax { findings.append(finding) }
            switch finding.gravity {
            case .note: break
            case .tail: worst = max(worst, .tornTail)
            case .change, .damage: worst = .changed
            }
        }
    }

    /// The expected values with what became of them, by sequence.
    public var anchors: [(expected: ChainAnchor, state: AnchorState)] {
        expected.sorted { $0.sequence < $1.sequence }.map { one in
            guard let found = met[one.sequence] else { return (one, .missing) }
            return (one, found == one ? .matches : .differs(found))
        }
    }

    /// Call it when the reading has ended.
    public var verdict: Verdict { anchors.allSatisfy { $0.state == .matches } ? worst : .changed }

    /// The range in which a rewritten chain first differs from what was expected: behind the last value that
    /// matches in front of the first that does not; nil when all match.
    public var rewritten: (after: JournalSequence, through: JournalSequence)? {
        var after = JournalSequence.zero
        for (expected, state) in anchors {
            guard state == .matches else { return (after, expected.sequence) }
            after = expected.sequence
        }
        return nil
    }
}
