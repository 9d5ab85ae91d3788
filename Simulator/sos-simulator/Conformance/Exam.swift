// What both sides of the conformance kit share: the report, and how a refusal is judged.

import LinuxIO
import SimulatedField
import UnitProtocol

/// The run cannot go on; what is left is not tested for this reason.
struct ExamOver: Error {
    let reason: String
}

/// Verdicts as they are found. One thread.
final class Findings {
    private(set) var report: ConformanceReport

    init(_ clauses: [ConformanceClause]) { report = ConformanceReport(clauses) }

    func pass(_ clause: String) { report.record(clause, .pass) }
    func fail(_ clause: String, expected: String, came: String) {
        report.record(clause, .fail(expected: expected, came: came))
    }
    func skip(_ clause: String, _ reason: String) { report.record(clause, .notTested(reason)) }
    func record(_ clause: String, _ verdict: ConformanceVerdict) { report.record(clause, verdict) }
    func close(because reason: String) { report.close(because: reason) }

    /// Passes or fails by a condition.
    func judge(_ clause: String, _ isMet: Bool, expected: String, came: @autoclosure () -> String) {
        if isMet { pass(clause) } else { fail(clause, expected: expected, came: came()) }
    }

    private static func unable(_ code: UInt64) -> String {
        "unable code=\(Hex.text(BigEndian.u16(UInt16(truncatingIfNeeded: code))))"
    }

    /// Waits for an unable that closes.
    ///
    /// - Parameters:
    ///   - types: which the unable may name.
    ///   - seconds: until it must have come.
    func expectRefusal(
        _ clause: String, _ code: UInt64, about types: [UInt8], on wire: Wire, within seconds: Double
    ) {
        let expected = "\(Self.unable(code)) and the end of the connection behind it"
        guard let unable = wire.next(.unable, within: seconds)?.frame else {
            return fail(clause, expected: expected, came: wire.story)
        }
        guard unable.number(at: 0, bytes: 2) == code, let type = unable.number(at: 2, bytes: 1),
            types.contains(UInt8(truncatingIfNeeded: type))
        else { return fail(clause, expected: expected, came: "\(unable)") }
        guard wire.isEnded(within: 3) else {
            return fail(clause, expected: expected, came: "\(unable), but no end within 3 s")
        }
        pass(clause)
    }

    /// Waits for an unable that leaves the connection standing.
    func expectStay(_ clause: String, _ code: UInt64, about type: UInt8, on wire: Wire, _ isAlive: () -> Bool) {
        let expected = "\(Self.unable(code)) type=\(Hex.text([type])), the connection stays"
        guard let unable = wire.next(.unable, within: 2)?.frame else {
            return fail(clause, expected: expected, came: wire.story)
        }
        guard unable.number(at: 0, bytes: 2) == code, unable.number(at: 2, bytes: 1) == UInt64(type) else {
            return fail(clause, expected: expected, came: "\(unable)")
        }
        judge(clause, isAlive(), expected: expected, came: "\(unable), then \(wire.story)")
    }
}
