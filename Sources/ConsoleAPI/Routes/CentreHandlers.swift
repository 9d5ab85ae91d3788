// What supervisors do to centres: like an act on an alert it goes to the journal and into the audit record.

import AlertModel
import Hummingbird

extension ConsoleResponder {
    /// Says how a centre stands, and answers the centre as it is then.
    func setState(_ call: ConsoleCall) async throws -> Response {
        let officer = try call.officer()
        let centre = try call.centre()
        let word = try StrictBody(call.body, keys: ["state"]).required("state")
        guard let state = CentreState(word: word) else {
            throw Problem.badBody("'state' is '\(word.prefix(64))'; it must be one of \(CentreState.words).")
        }
        let what = "\(centre) \(state.word)"
        do {
            let result = try await backend.setState(state, of: centre, by: officer.id)
            if case .refused(let reason, _) = result { throw Problem.refused(reason, owner: nil) }
        } catch let error as ConsoleBackendError {
            let problem = Problem(error)
            await audit(call, officer, isAllowed: false, detail: "\(what): \(problem.reason)")
            throw problem
        } catch let problem as Problem {
            await audit(call, officer, isAllowed: false, detail: "\(what): \(problem.reason)")
            throw problem
        }
        await audit(call, officer, isAllowed: true, detail: what)
        guard let after = feed.centre(centre) else { throw Problem.centreUnknown }
        return .json(after.json)
    }

    /// Writes one line of the audit record for an act that is on no alert.
    func audit(_ call: ConsoleCall, _ officer: OfficerAccount, isAllowed: Bool, detail: String) async {
        await backend.audit(
            AuditEntry(
                at: backend.now(), officer: officer.id.description, act: call.match.rule.act, alert: nil,
                isAllowed: isAllowed, detail: detail, peer: call.peer))
    }
}
