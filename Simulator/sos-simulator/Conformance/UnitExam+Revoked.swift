// A unit whose certificate was revoked, by mistake or not (section 2 of the document).

import SimulatedField
import UnitProtocol

extension UnitExam {
    /// U42, while the press waits: half a minute.
    func turnAway() throws {
        guard !isQuick else { return findings.skip("U42", "--quick was given") }
        let visit = try visitWithPress()
        visit.wire.send(SharedFrames.unable(208))
        let isEnded = visit.wire.isEnded(within: 3)
        let endedMs = Wire.nowMs()
        let next = try self.visit(within: 33)
        let waitMs = next.acceptedMs - endedMs
        let again = self.next(next.wire, within: 1) { $0.isA(.press) }?.frame
        let allowed = (15_000 - TimingJudge.earlyMs)...(30_000 + TimingJudge.slackMs)
        findings.judge(
            "U42", isEnded && allowed.contains(waitMs) && again == press,
            expected:
                "the end within 3 s, a connection 15 to 30 s later, and \(press.map(\.description) ?? "the press")",
            came: "one after \(TimingJudge.seconds(waitMs)), "
                + (again?.description ?? "without it") + (isEnded ? "" : ": the connection stayed"))
        welcome(next)
        next.wire.close()
    }
}
