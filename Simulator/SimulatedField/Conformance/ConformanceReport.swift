// What a run of the conformance kit found: one verdict a clause.

/// A requirement of Docs/unit-protocol.md, section 11. Its number is permanent.
public struct ConformanceClause: Hashable, Sendable {
    /// Such as `U7`: U binds units, G gateways.
    public let number: String
    /// The document's words.
    public let text: String

    public init(_ number: String, _ text: String) {
        self.number = number
        self.text = text
    }
}

/// How a peer stands to one clause.
public enum ConformanceVerdict: Hashable, Sendable {
    case pass
    /// What the clause asks for, and what was seen instead.
    case fail(expected: String, came: String)
    /// Why nothing can be said.
    case notTested(String)

    public var isFailure: Bool { if case .fail = self { true } else { false } }
}

/// The verdicts of one side's clauses, in the document's order.
public struct ConformanceReport: Hashable, Sendable {
    public let clauses: [ConformanceClause]
    private var verdicts: [String: ConformanceVerdict] = [:]

    public init(_ clauses: [ConformanceClause]) { self.clauses = clauses }

    /// Adds what was found. The first failure of a clause stays; a pass takes the place of `not tested`.
    ///
    /// - Parameter number: of a clause of this report; our own mistake otherwise.
    public mutating func record(_ number: String, _ verdict: ConformanceVerdict) {
        precondition(clauses.contains { $0.number == number }, "the report has no clause \(number)")
        switch (verdicts[number], verdict) {
        case (.fail, _): return
        case (.pass, .notTested): return
        default: verdicts[number] = verdict
        }
    }

    /// The verdict on a clause; one that was never looked at says so.
    public subscript(number: String) -> ConformanceVerdict {
        verdicts[number] ?? .notTested("the run ended before")
    }

    /// Says of every clause without a verdict why it has none.
    public mutating func close(because reason: String) {
        for clause in clauses where verdicts[clause.number] == nil {
            verdicts[clause.number] = .notTested(reason)
        }
    }

    /// How many clauses passed, failed, and were not tested.
    public var counts: (passed: Int, failed: Int, untested: Int) {
        let all = clauses.map { self[$0.number] }
        let passed = all.count { $0 == .pass }
        let failed = all.count { $0.isFailure }
        return (passed, failed, all.count - passed - failed)
    }

    /// A clause's line, or two where something came that should not have.
    public func line(of clause: ConformanceClause) -> String {
        let number = clause.number + String(repeating: " ", count: max(0, 4 - clause.number.count))
        return switch self[clause.number] {
        case .pass: "\(number) pass        \(clause.text)"
        case .fail(let expected, let came):
            "\(number) FAIL        \(clause.text)\n                 expected: \(expected)\n"
                + "                 came:     \(came)"
        case .notTested(let reason): "\(number) not tested  \(clause.text): \(reason)"
        }
    }
}
