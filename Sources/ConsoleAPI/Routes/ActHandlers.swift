// What officers do to alerts: every act goes to the journal and into the audit record with its result.

import AlertModel
import Hummingbird

extension ConsoleResponder {
    /// Claims, releases, dispatches, marks as arrived or closes, and answers the alert as it is then.
    func act(_ action: ActionKind, _ call: ConsoleCall) async throws -> Response {
        let officer = try call.officer()
        let alert = try call.alert().alert
        let (outcome, note) = try arguments(of: action, call)
        do {
            let result = try await backend.submit(
                action, on: alert.id, by: officer.id, outcome: outcome, note: note)
            if case .refused(let reason, let owner) = result { throw Problem.refused(reason, owner: owner) }
        } catch let error as ConsoleBackendError {
            let problem = Problem(error)
            await audit(call, officer, alert.id, isAllowed: false, detail: problem.reason)
            throw problem
        } catch let problem as Problem {
            let owner = problem.owner.map { " by \($0)" } ?? ""
            await audit(call, officer, alert.id, isAllowed: false, detail: problem.reason + owner)
            throw problem
        }
        await audit(call, officer, alert.id, isAllowed: true, detail: outcome.map { "done: \($0.word)" } ?? "done")
        guard let after = feed.alert(alert.id) else { throw Problem.alertUnknown }
        return .json(after.json)
    }

    /// Passes on that a console shows the alert.
    func shown(_ call: ConsoleCall) async throws -> Response {
        _ = try StrictBody(call.body, keys: [])
        let officer = try call.officer()
        do {
            try await backend.alertShown(try call.alert().alert.id, by: officer.id)
        } catch let error as ConsoleBackendError {
            throw Problem(error)
        }
        return Response(status: .noContent)
    }

    private func arguments(of action: ActionKind, _ call: ConsoleCall) throws(Problem) -> (Outcome?, note: String)
    {
        guard action == .close else {
            _ = try StrictBody(call.body, keys: [])
            return (nil, "")
        }
        let body = try StrictBody(call.body, keys: ["outcome", "note"])
        let word = try body.required("outcome")
        guard let outcome = Outcome(word: word) else {
            throw .badBody("'outcome' is '\(word.prefix(64))'; it must be one of \(Outcome.words).")
        }
        let note = body.text("note") ?? ""
        guard note.utf8.count <= OfficerAction.noteBytesMax else {
            throw .badBody(
                "'note' has \(note.utf8.count) bytes of UTF-8; at most \(OfficerAction.noteBytesMax) are kept. Shorten it."
            )
        }
        return (outcome, note)
    }

    private func audit(
        _ call: ConsoleCall, _ officer: OfficerAccount, _ alert: AlertID, isAllowed: Bool, detail: String
    ) async {
        await backend.audit(
            AuditEntry(
                at: backend.now(), officer: officer.id.description, act: call.match.rule.act, alert: alert,
                isAllowed: isAllowed, detail: detail, peer: call.peer))
    }
}
